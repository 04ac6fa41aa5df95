"""Texts, tokenizers, and what goes wrong with them."""

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checkpoints import TOKENIZER, add_tokenizer, copied
from hypothesis import given
from hypothesis import strategies as st

import cutaway as ca
from cutaway.interop import encode, read_tokenizer


def test_feeds_of_texts(tmp_path: Path) -> None:
    model = ca.load(add_tokenizer(copied("bert", tmp_path)))
    found = model.feeds(["hello world again hello", "again", ("hello there", "world")])
    assert {key: value.tolist() for key, value in found.items()} == {
        "input_ids": [[2, 4, 5, 6, 4, 3], [2, 6, 3, 0, 0, 0], [2, 4, 1, 3, 5, 3]],
        "attention_mask": [[1] * 6, [1] * 3 + [0] * 3, [1] * 6],
        "token_type_ids": [[0] * 6, [0] * 6, [0, 0, 0, 0, 1, 1]],
    }
    assert {array.dtype for array in found.values()} == {np.dtype("int64")}
    states, pooled = ca.evaluate(model.graph, found, model.params)
    assert (states.shape, pooled.shape) == ((3, 6, 32), (3, 32))
    one = model.feeds("hello")
    assert one["input_ids"].tolist() == [[2, 4, 3]]
    assert model.feeds(("hello", "world"))["input_ids"].tolist() == [[2, 4, 3], [2, 5, 3]]
    assert model.tokenizer is model.tokenizer
    roberta = ca.load(add_tokenizer(copied("roberta", tmp_path)))
    assert roberta.feeds(["hello", "hello world"])["input_ids"].tolist()[0] == [2, 4, 3, 1]
    gpt = ca.load(add_tokenizer(copied("gpt2", tmp_path)))
    assert gpt.feeds("hello").keys() == {"input_ids", "attention_mask"}


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([], ["there is no text to feed", "came:     []"]),
        (None, ["there is no text to feed", "came:     None"]),
        (3, ["there is no text to feed", "came:     3"]),
        (["hello", 3], ["there is no text to feed", "came:     3"]),
        ([("a", "b", "c")], ["pairs of texts", "('a', 'b', 'c')"]),
        (["\ud800"], ["cannot be tokenized", "a text of Unicode"]),
    ],
)
def test_what_is_no_text(texts: object, words: list[str], tmp_path: Path) -> None:
    model = ca.load(add_tokenizer(copied("bert", tmp_path)))
    with pytest.raises(ca.FeedError) as error:
        model.feeds(texts)  # type: ignore[arg-type]
    for word in words:
        assert word in str(error.value)


def test_a_text_without_tokens(tmp_path: Path) -> None:
    model = ca.load(add_tokenizer(copied("gpt2", tmp_path), post_processor=None))
    with pytest.raises(ca.FeedError, match="the text '' has no tokens"):
        model.feeds(["hello", ""])


def test_padding_and_truncation_of_the_file_are_off(tmp_path: Path) -> None:
    model = ca.load(add_tokenizer(copied("bert", tmp_path)))
    fixed = json.loads((tmp_path / "bert" / "tokenizer.json").read_text("utf-8"))
    assert fixed["padding"]["strategy"] == {"Fixed": 16}
    assert fixed["truncation"]["max_length"] == 4
    assert model.tokenizer.padding is None
    assert model.tokenizer.truncation is None
    assert len(model.tokenizer.encode("hello " * 30).ids) == 32


def test_a_text_longer_than_the_position_table(tmp_path: Path) -> None:
    model = ca.load(add_tokenizer(copied("bert", tmp_path)))
    found = model.feeds("hello " * 39)
    with pytest.raises(ca.ContractError, match="required: T <= 40\n  came:     T = 41"):
        ca.evaluate(model.graph, found, model.params)


def test_the_tokenizer_is_read_on_first_use_only(tmp_path: Path) -> None:
    model = ca.load(copied("bert", tmp_path))
    with pytest.raises(ca.LoadError) as error:
        _ = model.tokenizer
    assert str(error.value) == (
        f"there is no {tmp_path}/bert/tokenizer.json\n"
        "  required: tokenizer.json, as save_pretrained of a fast tokenizer writes it\n"
        "  fix:      feed token numbers yourself, or add the file"
    )


def test_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = ca.load(add_tokenizer(copied("bert", tmp_path)))
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(ca.LoadError) as error:
        model.feeds("hello")
    assert str(error.value) == (
        "reading a tokenizer needs the package tokenizers\n"
        f"  where:    {tmp_path}/bert/tokenizer.json\n"
        "  fix:      pip install 'cutaway[hf]'"
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["is no tokenizer", "EOF"]),
        (b"[" * 1_000_000, ["is no tokenizer"]),
        (b'{"version": "1.0"}', ["is no tokenizer", "required: a tokenizer.json"]),
        (b'{"model": {"type": "WordLevel", "vocab": 3}}', ["is no tokenizer"]),
        (b"\xff\xfe{}", ["is no text", "byte 0: no UTF-8"]),
    ],
)
def test_what_is_no_tokenizer(content: bytes, words: list[str], tmp_path: Path) -> None:
    file = tmp_path / "tokenizer.json"
    file.write_bytes(content)
    with pytest.raises(ca.LoadError) as error:
        read_tokenizer(file)
    for word in words:
        assert word in str(error.value)
    assert len(str(error.value)) < 1000


class PanicException(BaseException):
    """What the library's Rust throws at files that it did not foresee: no Exception."""


@pytest.mark.parametrize("caught", [PanicException("range end index 2"), Exception("oops")])
def test_whatever_the_library_throws_is_told(
    caught: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = add_tokenizer(copied("bert", tmp_path)) / "tokenizer.json"
    tokenizer = read_tokenizer(file)

    def fail(*_: object) -> None:
        raise caught

    monkeypatch.setattr("tokenizers.Tokenizer.from_str", fail)
    with pytest.raises(ca.LoadError, match=f"tokenizer.json\n  came:     {caught}"):
        read_tokenizer(file)
    monkeypatch.setattr("tokenizers.Tokenizer.encode", fail)
    with pytest.raises(ca.FeedError, match="the text 'hello' cannot be tokenized"):
        encode(tokenizer, "hello")


def test_an_interruption_is_no_error_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    file = add_tokenizer(copied("bert", tmp_path)) / "tokenizer.json"
    monkeypatch.setattr("tokenizers.Tokenizer.from_str", interrupt)
    with pytest.raises(KeyboardInterrupt):
        read_tokenizer(file)


PANICS = {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}
HOSTILE: list[object] = [
    None, -1, 0, 2**63, 1e300, "", "##", [], {}, [[]], [["a", 1e308]], {"a": -1},
    PANICS, {**PANICS, "continuing_subword_prefix": "##"},
]  # fmt: skip


@given(data=st.data())
def test_a_damaged_tokenizer_works_or_is_an_error(
    data: st.DataObject, tmp_path_factory: Any
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    settings: Any = json.loads(TOKENIZER)
    place = settings
    while True:
        key = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[key], dict) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(st.sampled_from(HOSTILE))
    file = folder / "tokenizer.json"
    file.write_text(json.dumps(settings), encoding="utf-8")
    with suppress(ca.LoadError, ca.FeedError):
        assert encode(read_tokenizer(file), "hello world", "again").ids
