"""Tiny checkpoints of the reference data: read, copied, and damaged."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

import cutaway as ca

Array = npt.NDArray[Any]
FOLDER = Path(__file__).parent / "oracles" / "families"
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
WEIGHTS, CONFIG = "model.safetensors", "config.json"
HELLO = "hello world again"


def case(name: str) -> dict[str, Array]:
    """The arrays of a folder's ``case.npz``."""
    with np.load(FOLDER / name / "case.npz") as arrays:
        return dict(arrays)


def feeds(model: ca.models.Model, found: dict[str, Array]) -> dict[str, Array]:
    """What the case feeds; token types that it leaves out are 0."""
    zeros = np.zeros_like(found["input/input_ids"])
    return {n.name: found.get(f"input/{n.name}", zeros) for n in model.graph.inputs}


def copied(name: str, to: Path) -> Path:
    """A folder that may be changed."""
    return Path(shutil.copytree(FOLDER / name, to / name))


def configure(folder: Path, **fields: object) -> Path:
    """Change fields of config.json."""
    config = json.loads((folder / CONFIG).read_text("utf-8"))
    (folder / CONFIG).write_text(json.dumps({**config, **fields}), encoding="utf-8")
    return folder


def rewrite(folder: Path, change: Callable[[dict[str, Array]], object]) -> Path:
    """Change the tensors: ``change`` works on the dictionary of them."""
    tensors = {name: array.copy() for name, array in load_file(folder / WEIGHTS).items()}
    change(tensors)
    save_file(tensors, folder / WEIGHTS)
    return folder


def add_tokenizer(folder: Path, vocabulary: str = HELLO, **more: object) -> Path:
    """Write a word tokenizer whose file fixes padding and truncation, as MiniLM's does."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *vocabulary.split()]
    special = {
        word: {"id": word, "ids": [words.index(word)], "tokens": [word]}
        for word in ("[CLS]", "[SEP]")
    }

    def sentence(name: str, kind: int, *before: str) -> list[object]:
        first = [{"SpecialToken": {"id": word, "type_id": kind}} for word in before]
        last = {"SpecialToken": {"id": "[SEP]", "type_id": kind}}
        return [*first, {"Sequence": {"id": name, "type_id": kind}}, last]

    settings: dict[str, Any] = {
        "version": "1.0",
        "truncation": {"max_length": 4, "strategy": "LongestFirst", "stride": 0},
        "padding": {
            "strategy": {"Fixed": 16}, "direction": "Right", "pad_to_multiple_of": None,
            "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]",
        },
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": sentence("A", 0, "[CLS]"),
            "pair": [*sentence("A", 0, "[CLS]"), *sentence("B", 1)],
            "special_tokens": special,
        },
        "decoder": None,
        "model": {
            "type": "WordLevel",
            "vocab": {word: n for n, word in enumerate(words)},
            "unk_token": "[UNK]",
        },
        **more,
    }  # fmt: skip
    (folder / "tokenizer.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder
