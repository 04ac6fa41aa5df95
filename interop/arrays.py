"""Arrays by name in one file: numpy's ``.npz``, or safetensors with numbers of any kind."""

import math
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.graph import LoadError
from cutaway.graph.errors import explain
from cutaway.interop.document import brief
from cutaway.interop.tensors import FLOATS, Tensors

Array = npt.NDArray[Any]
ENDINGS = (".npz", ".safetensors")
LARGEST = 2**32  # bytes of all arrays: more than any trace that is read at a desk
DENSEST = 100  # times as large as the file: what packed numbers of a run don't come near
PLAIN = 2**28  # bytes that any file may unpack to
WHOLE = {
    "BOOL": "?", "I8": "i1", "U8": "u1", "I16": "<i2", "U16": "<u2",
    "I32": "<i4", "U32": "<u4", "I64": "<i8", "U64": "<u8",
}  # fmt: skip


def read_arrays(file: str | os.PathLike[str], largest: int = LARGEST) -> dict[str, Array]:
    """Return the arrays of a file, by name; never a pickle.

    Parameters
    ----------
    file
        Written by ``numpy.savez`` or by the library safetensors.
    largest
        How many bytes the arrays may have, unpacked. A small file may unpack to less.

    Raises
    ------
    LoadError
        If there is no such file, it is damaged, or it holds more than that.

    Examples
    --------
    >>> file = getfixture("tmp_path") / "trace.npz"
    >>> np.savez(file, **{"encoder/softmax": np.ones(2)})
    >>> read_arrays(file)
    {'encoder/softmax': array([1., 1.])}
    """
    path = Path(file)
    if path.suffix not in ENDINGS or not path.is_file():
        raise LoadError(
            explain(
                f"{path} is no file of arrays",
                required=" or ".join(ENDINGS),
                came="nothing" if not path.exists() else "a folder" if path.is_dir() else "a file",
            )
        )
    return _safetensors(path, largest) if path.suffix == ".safetensors" else _npz(path, largest)


def _npz(file: Path, largest: int) -> dict[str, Array]:
    try:
        with zipfile.ZipFile(file) as packed:
            entries = packed.infolist()
            odd = [entry.filename for entry in entries if not entry.filename.endswith(".npy")]
            if odd:
                came = brief(odd[0])
                raise LoadError(explain(f"{file} holds something else than arrays", came=came))
            size = sum(max(entry.file_size, _claimed(packed, entry)) for entry in entries)
            _check_size(file, size, min(largest, max(PLAIN, DENSEST * file.stat().st_size)))
        with np.load(file, allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in arrays.files}
    except LoadError:
        raise
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, NotImplementedError) as error:
        raise _broken(file, str(error)) from None
    except Exception as error:  # zlib.error and others that damaged bytes bring about
        raise _broken(file, f"{type(error).__name__}: {error}") from None
    for name, array in found.items():
        if array.dtype.kind not in "biuf":
            raise _broken(file, f"{brief(name)} is {array.dtype}, which is no number")
    return found


def _claimed(packed: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    """Return how many bytes an array has by its header, of which alone is read."""
    with packed.open(entry) as stream:
        if np.lib.format.read_magic(stream) == (1, 0):
            shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
        else:
            shape, _, dtype = np.lib.format.read_array_header_2_0(stream)
    return math.prod(shape) * dtype.itemsize


def _safetensors(file: Path, largest: int) -> dict[str, Array]:
    tensors = Tensors([file])
    sizes = [math.prod(entry.shape) * 8 for entry in tensors.values()]
    _check_size(file, sum(sizes), largest)
    found = {}
    for name, entry in tensors.items():
        if entry.dtype in FLOATS:
            found[name] = tensors.read(name)
        elif entry.dtype in WHOLE:
            found[name] = tensors.raw(name).view(WHOLE[entry.dtype]).reshape(entry.shape)
        else:
            raise _broken(file, f"{brief(name)} is {entry.dtype}")
    return found


def _check_size(file: Path, size: int, largest: int) -> None:
    if size > largest:
        raise LoadError(
            explain(
                f"{file} holds too much",
                required=f"at most {largest:,} bytes",
                came=f"{size:,} bytes, as it says",
                fix="write fewer arrays, or for a shorter input",
            )
        )


def _broken(file: Path, came: str) -> LoadError:
    return LoadError(
        explain(
            f"{file} cannot be read",
            required="an undamaged file of arrays of numbers",
            came=brief(came),
            fix="write it again: numpy.savez(file, **arrays)",
        )
    )
