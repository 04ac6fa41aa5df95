"""The header of a safetensors file, checked before anything that it claims is believed.

The format: 8 bytes with the header's length (little-endian), the header (a JSON object: for each
tensor its dtype, its shape and where its bytes lie), then the bytes of all tensors, one after
the other without gaps.
"""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from cutaway.graph import LoadError, show_shape
from cutaway.graph.errors import explain
from cutaway.interop.document import LARGEST, brief, decoded, parse_object, reading, repr_of

BITS = {
    **dict.fromkeys(("BOOL", "I8", "U8"), 8),
    **dict.fromkeys(("F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("I16", "U16", "F16", "BF16"), 16),
    **dict.fromkeys(("I32", "U32", "F32"), 32),
    **dict.fromkeys(("I64", "U64", "F64", "C64"), 64),
    **{"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6},
}
PREFIX = 8  # bytes that hold the header's length
MOST_AXES = 32


@dataclass(frozen=True, slots=True)
class Entry:
    """One tensor: its dtype as the format writes it, its shape, and its bytes in the file."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int

    def __str__(self) -> str:
        return f"{self.dtype} {show_shape(self.shape)}"


def read_header(file: Path) -> dict[str, Entry]:
    """Return the tensors of a file, by name; of the file only the header is read.

    Raises
    ------
    LoadError
        If a length, a dtype, a shape or a place is impossible, if tensors overlap or leave gaps,
        or if the file is shorter or longer than they are.
    """
    header, _, start, size = _parts(file)
    entries = {name: _entry(name, value, start, file) for name, value in header.items()}
    _check_places(entries, start, size, file)
    return entries


def read_notes(file: Path) -> dict[str, str]:
    """Return what a file's writer noted in its header: texts, by name.

    Raises
    ------
    LoadError
        If the header cannot be read.
    """
    return _parts(file)[1]


def _parts(file: Path) -> tuple[dict[str, Any], dict[str, str], int, int]:
    """Return what the header says of tensors, its notes, where it ends, and the file's size."""
    with reading(file), file.open("rb") as stream:
        size = file.stat().st_size
        text = _header_text(stream, size, file)
    what = f"the header of {file}"
    header = parse_object(decoded(text, what), what)
    notes = header.pop("__metadata__", {})
    if not isinstance(notes, Mapping) or not all(isinstance(n, str) for n in notes.values()):
        raise _broken(file, "__metadata__: an object of texts", brief(repr_of(notes)))
    return header, dict(notes), PREFIX + len(text), size


def _header_text(stream: BinaryIO, size: int, file: Path) -> bytes:
    """Return the header's bytes; a length that the file cannot hold is refused before reading."""
    prefix = stream.read(PREFIX)
    if len(prefix) < PREFIX:
        raise _broken(file, f"{PREFIX} bytes with the header's length", f"{len(prefix)} bytes")
    (length,) = struct.unpack("<Q", prefix)
    if length > LARGEST:
        raise _broken(
            file,
            f"a header of at most {LARGEST:,} bytes",
            f"a claim of {length:,} bytes in a file of {size:,}",
        )
    text = stream.read(length)
    if len(text) < length:
        raise _broken(file, f"a header of {length:,} bytes", f"{len(text):,} bytes", truncated=True)
    if not text.startswith(b"{"):
        raise _broken(file, "a header that begins with {", brief(repr_of(text)))
    return text


def _entry(name: str, value: object, start: int, file: Path) -> Entry:
    def fail(required: str, came: object) -> LoadError:
        return _broken(file, required, f"{brief(repr_of(came))} for the tensor {brief(name)}")

    if not isinstance(value, Mapping) or value.keys() != {"dtype", "shape", "data_offsets"}:
        raise fail("dtype, shape and data_offsets of each tensor, and nothing else", value)
    dtype, shape, offsets = value["dtype"], value["shape"], value["data_offsets"]
    if not isinstance(dtype, str) or dtype not in BITS:
        raise fail(f"a dtype: {', '.join(BITS)}", dtype)
    if not _whole_numbers(shape) or len(shape) > MOST_AXES:
        raise fail(f"a shape: a list of at most {MOST_AXES} whole numbers", shape)
    if not _whole_numbers(offsets) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise fail("data_offsets: where the bytes begin and end", offsets)
    begin, end = offsets
    if math.prod(shape) * BITS[dtype] != 8 * (end - begin):
        raise fail(f"as many bytes as {dtype} {show_shape(tuple(shape))} has", offsets)
    return Entry(dtype, tuple(shape), start + begin, start + end)


def _whole_numbers(value: Any) -> bool:
    """Say whether a value is a list of numbers that a file's sizes can be."""
    return isinstance(value, list) and all(type(n) is int and 0 <= n < 2**63 for n in value)


def _check_places(entries: Mapping[str, Entry], start: int, size: int, file: Path) -> None:
    """Refuse tensors that overlap, leave gaps, or do not end where the file does."""
    place, before = start, "the header"
    for name, entry in sorted(entries.items(), key=lambda item: (item[1].begin, item[1].end)):
        if entry.begin != place:
            what = "an overlap" if entry.begin < place else "a gap"
            came = f"{what} between {brief(before)} and {brief(name)}"
            raise _broken(file, "tensors one after the other", came)
        place, before = entry.end, name
    if place != size:
        required = f"{place:,} bytes, as its header says"
        raise _broken(file, required, f"{size:,} bytes", truncated=size < place)


def _broken(file: Path, required: str, came: str, truncated: bool = False) -> LoadError:
    return LoadError(
        explain(
            f"{file} is {'truncated' if truncated else 'no sound safetensors file'}",
            required=required,
            came=came,
            fix="copy or download it again" if truncated else "save it again, with safetensors",
        )
    )
