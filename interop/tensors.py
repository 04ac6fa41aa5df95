"""Tensors of safetensors files, mapped into memory: nothing is read before it is used."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.graph import LoadError
from cutaway.graph.errors import explain
from cutaway.interop.document import brief, reading
from cutaway.interop.header import Entry, read_header

Array = npt.NDArray[Any]
FLOATS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}  # by what numpy reads


class Tensors(Mapping[str, Entry]):
    """The tensors of one file, or of the shards that make up one checkpoint.

    As a mapping it gives what the headers say of each; :meth:`read` gives the numbers, as a view
    of the mapped file where numpy has the dtype. The library ``safetensors`` would copy them, and
    cannot give bfloat16 to numpy.

    Raises
    ------
    LoadError
        For a header that is wrong, or a tensor that stands in two files.

    Examples
    --------
    >>> from safetensors.numpy import save_file
    >>> folder = getfixture("tmp_path")
    >>> save_file({"weight": np.eye(2, dtype="float32")}, folder / "model.safetensors")
    >>> tensors = Tensors([folder / "model.safetensors"])
    >>> str(tensors["weight"]), tensors.read("weight")[0]
    ('F32 (2, 2)', array([1., 0.], dtype=float32))
    """

    def __init__(self, files: Iterable[Path]) -> None:
        self._entries: dict[str, Entry] = {}
        self._bytes: dict[str, Array] = {}
        for file in files:
            entries = read_header(file)
            for name in entries.keys() & self._entries.keys():
                raise LoadError(
                    explain(f"the tensor {brief(name)} stands in two files", where=str(file))
                )
            self._entries.update(entries)
            self._bytes.update(dict.fromkeys(entries, _mapped(file)))

    def __getitem__(self, name: str) -> Entry:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def read(self, name: str) -> Array:
        """Return a float tensor: float64 or float32; half precisions become float32, exactly.

        Raises
        ------
        LoadError
            If its dtype is none of F64, F32, F16, BF16.
        """
        entry = self._entries[name]
        if entry.dtype not in FLOATS:
            raise LoadError(
                explain(
                    f"the tensor {brief(name)} is no weight",
                    required=" or ".join(FLOATS),
                    came=entry.dtype,
                )
            )
        array = self.raw(name).view(FLOATS[entry.dtype]).reshape(entry.shape)
        if entry.dtype == "BF16":  # the upper half of a float32
            return (array.astype(np.uint32) << 16).view(np.float32)
        if entry.dtype == "F16":
            return array.astype(np.float32)
        return array if array.flags.aligned else array.copy()

    def raw(self, name: str) -> Array:
        """Return the bytes of a tensor, of any dtype."""
        entry = self._entries[name]
        return self._bytes[name][entry.begin : entry.end]


def _mapped(file: Path) -> Array:
    """Map a file, copy-on-write: the arrays are the caller's own, the file stays as it is."""
    with reading(file):
        return np.asarray(np.memmap(file, dtype=np.uint8, mode="c"))
