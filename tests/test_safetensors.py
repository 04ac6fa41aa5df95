"""Files of tensors: read as their library reads them, or refused; never believed unchecked."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from limits import within
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load_file, save_file

import cutaway as ca
from cutaway.interop import Tensors, read_header
from cutaway.interop.header import BITS

FILE = "model.safetensors"
SOUND: dict[str, Any] = {
    "a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
    "b": {"dtype": "I64", "shape": [1, 1], "data_offsets": [8, 16]},
}


def write(file: Path, header: object, data: bytes = bytes(16), length: int | None = None) -> Path:
    """Write a file by hand; ``length`` is what it claims for its header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + data)
    return file


ARRAYS = hnp.arrays(
    st.sampled_from(["float64", "float32", "float16", "int64", "uint8", "bool"]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), ARRAYS, max_size=4))
def test_what_the_library_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, tensors: dict[str, Any]
) -> None:
    tensors.pop("__metadata__", None)
    file = tmp_path_factory.mktemp("files") / FILE
    save_file(tensors, file)
    found = Tensors([file])
    assert set(found) == set(tensors)
    for name, array in tensors.items():
        assert found[name].shape == array.shape
        if array.dtype.kind == "f":
            mine = found.read(name)
            wide = np.float64 if array.dtype == np.float64 else np.float32
            assert mine.dtype == wide
            np.testing.assert_array_equal(mine, array.astype(wide))
        else:
            with pytest.raises(ca.LoadError, match="is no weight\n  required: F64 or F32 or"):
                found.read(name)


def test_half_precisions_become_float32_exactly(tmp_path: Path) -> None:
    """Every number that there is: bfloat16 is the upper half of float32."""
    patterns = np.arange(2**16, dtype=np.uint16)
    header = {
        "half": {"dtype": "F16", "shape": [2**16], "data_offsets": [0, 2**17]},
        "brain": {"dtype": "BF16", "shape": [2**8, 2**8], "data_offsets": [2**17, 2**18]},
    }
    found = Tensors([write(tmp_path / FILE, header, patterns.tobytes() * 2)])
    half, brain = found.read("half"), found.read("brain")
    assert half.dtype == brain.dtype == np.float32
    np.testing.assert_array_equal(half, patterns.view(np.float16).astype(np.float32))
    upper = brain.reshape(-1).view(np.uint32)
    np.testing.assert_array_equal(upper >> 16, patterns)
    assert not (upper & 0xFFFF).any()
    one, third = brain.reshape(-1)[[0x3F80, 0x3EAB]]
    assert (one, third) == (1.0, 0.333984375)


def test_a_file_that_is_not_aligned_is_read(tmp_path: Path) -> None:
    numbers = np.arange(3.0)
    header = json.dumps({"x": {"dtype": "F64", "shape": [3], "data_offsets": [0, 24]}}).encode()
    header += b" " * (3 - len(header) % 8)
    found = Tensors([write(tmp_path / FILE, header, numbers.tobytes())]).read("x")
    np.testing.assert_array_equal(found, numbers)
    assert found.flags.aligned


def changed(**fields: object) -> dict[str, Any]:
    """The sound header, with fields of its first tensor changed."""
    return {**SOUND, "a": {**SOUND["a"], **fields}}


BAD: dict[str, tuple[object, list[str]]] = {
    "no object": (b"[]", ["a header that begins with {"]),
    "blank first": (b" {}", ["a header that begins with {"]),
    "no JSON": (b"{]", ["is no JSON", "line 1 column 2"]),
    "no UTF-8": (b'{"\xff"', ["the header of", "is no text", "byte 2: no UTF-8"]),
    "deep": (b'{"a":' + b"[" * 100_000, ["is nested too deep"]),
    "twice": (b'{"a": 1, "a": 1}', ["is no JSON", "the key 'a' stands there twice"]),
    "a long name": ({"x" * 10_000: 3}, ["for the tensor " + "x" * 100 + "…\n"]),
    "an escape": ({"\x1b[2J": 3}, ["for the tensor \\x1b[2J\n"]),
    "no entry": ({"a": 3}, ["dtype, shape and data_offsets of each tensor", "3 for the tensor a"]),
    "a field too many": (changed(more=1), ["and nothing else"]),
    "metadata": ({"__metadata__": {"x": 1}}, ["__metadata__: an object of texts"]),
    "dtype": (changed(dtype="F33"), ["a dtype: BOOL", "'F33' for the tensor a"]),
    "dtype list": (changed(dtype=["F32"]), ["a dtype: BOOL"]),
    "shape": (changed(shape=2), ["a shape: a list of at most 32 whole numbers", "2 for"]),
    "negative": (changed(shape=[-2]), ["a shape", "[-2] for the tensor a"]),
    "float": (changed(shape=[2.0]), ["a shape", "[2.0]"]),
    "bool": (changed(shape=[2, True]), ["a shape", "[2, True]"]),
    "axes": (changed(shape=[1] * 33), ["at most 32"]),
    "huge": (changed(shape=[10**4000] * 30), ["a shape"]),
    "size": (changed(shape=[3]), ["as many bytes as F32 (3,) has", "[0, 8] for the tensor a"]),
    "vast": (changed(shape=[2**62] * 32), ["as many bytes as F32"]),
    "offsets": (changed(data_offsets=[8, 0]), ["where the bytes begin and end", "[8, 0]"]),
    "three": (changed(data_offsets=[0, 4, 8]), ["where the bytes begin and end"]),
    "before": (changed(data_offsets=[-8, 0]), ["where the bytes begin and end"]),
    "overlap": (changed(data_offsets=[4, 12]), ["one after the other", "a gap between the header"]),
    "the same place": (
        {**SOUND, "b": {**SOUND["a"]}}, ["one after the other", "an overlap between a and b"],
    ),
    "gap": ({"b": SOUND["b"]}, ["a gap between the header and b"]),
    "beyond": (
        changed(shape=[250 * 10**9], data_offsets=[16, 16 + 10**12]), ["a gap between the header"],
    ),
    "too long": ({"a": SOUND["a"]}, ["no sound safetensors file", "bytes, as its header says"]),
    "too short": (
        {**SOUND, "c": {"dtype": "F64", "shape": [125 * 10**9], "data_offsets": [16, 16 + 10**12]}},
        ["is truncated", "required: 1,000,000,000,", "fix:      copy or download it again"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_wrong_header_is_refused(name: str, tmp_path: Path) -> None:
    header, words = BAD[name]
    file = write(tmp_path / FILE, header)
    with within(20), pytest.raises(ca.LoadError) as error:
        Tensors([file])
    for word in words:
        assert word in str(error.value)
    assert str(file) in str(error.value)
    assert len(str(error.value)) < 1500


def test_a_header_that_claims_a_terabyte(tmp_path: Path) -> None:
    file = write(tmp_path / FILE, SOUND, length=10**12)
    with within(20), pytest.raises(ca.LoadError) as error:
        read_header(file)
    assert str(error.value) == (
        f"{file} is no sound safetensors file\n"
        "  required: a header of at most 16,777,216 bytes\n"
        f"  came:     a claim of 1,000,000,000,000 bytes in a file of {file.stat().st_size}\n"
        "  fix:      save it again, with safetensors"
    )


@pytest.mark.parametrize("length", [0, 1, 7, 8, 20, 100, 140])
def test_a_truncated_file(length: int, tmp_path: Path) -> None:
    file = write(tmp_path / FILE, SOUND)
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(ca.LoadError) as error:
        read_header(file)
    assert str(error.value).startswith(f"{file} is ")
    assert "bytes" in str(error.value)


def test_a_tensor_in_two_files(tmp_path: Path) -> None:
    files = [write(tmp_path / name, SOUND) for name in ("1.safetensors", "2.safetensors")]
    with pytest.raises(ca.LoadError, match=r"the tensor [ab] stands in two files\n.*2.safetensors"):
        Tensors(files)


WRONG = st.sampled_from(
    [-1, 0, 3, 2**31, 2**63, 2**64, 10**30, None, True, 1.0, "", "F33", [], [1], [4, 2**62], [0, 8]]
)


@st.composite
def files(draw: st.DrawFn) -> tuple[dict[str, Any], int]:
    """A header, sound but for up to two fields, and how many bytes follow it."""
    header: dict[str, Any] = {}
    place = 0
    names = draw(st.lists(st.text(max_size=3), unique=True, max_size=4))
    for name in draw(st.permutations(names)):
        dtype = draw(st.sampled_from(["F32", "F64", "I64", "U8", "BF16", "F8_E4M3", "C64"]))
        shape = draw(st.lists(st.integers(0, 3), max_size=3))
        end = place + int(np.prod(shape)) * BITS[dtype] // 8
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [place, end]}
        place = end
    for name in draw(st.lists(st.sampled_from(names), max_size=2)) if names else ():
        header[name][draw(st.sampled_from(["dtype", "shape", "data_offsets"]))] = draw(WRONG)
    if draw(st.booleans()):
        header["__metadata__"] = {"format": draw(st.sampled_from(["pt", 3]))}
    return header, place + draw(st.sampled_from([0, 0, 0, 1, -1]))


@given(files())
def test_any_header_is_read_as_the_library_reads_it_or_refused(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[dict[str, Any], int]
) -> None:
    header, size = drawn
    agree(write(tmp_path_factory.mktemp("files") / FILE, header, bytes(max(size, 0))))


WHOLE = json.dumps(SOUND).encode()


@given(
    place=st.integers(0, len(WHOLE) + 23), byte=st.integers(0, 255), cut=st.integers(0, 200)
)  # fmt: skip
def test_any_damage_is_read_as_the_library_reads_it_or_refused(
    place: int, byte: int, cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = write(tmp_path_factory.mktemp("files") / FILE, WHOLE)
    content = bytearray(file.read_bytes())
    content[place] = byte
    file.write_bytes(content[: len(content) - max(0, cut - 150)])
    agree(file)


def agree(file: Path) -> None:
    """What we accept the library accepts, and finds the same in it."""
    try:
        mine = Tensors([file])
    except ca.LoadError:
        return
    try:
        with safe_open(file, framework="numpy") as theirs:
            assert set(mine) == set(theirs.keys())
            for name in mine:
                assert list(mine[name].shape) == theirs.get_slice(name).get_shape()
                assert mine[name].dtype == theirs.get_slice(name).get_dtype()
    except SafetensorError as error:
        raise AssertionError(f"the library refuses it: {error}") from error
    floats = {name for name in mine if mine[name].dtype in ("F32", "F64")}
    if {entry.dtype for entry in mine.values()} <= {"F32", "F64", "I64", "U8"}:
        for name, array in load_file(file).items():
            if name in floats:
                np.testing.assert_array_equal(mine.read(name), array)
