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


def _tokenizer() -> str:
    """A word tokenizer that fixes padding and truncation, as MiniLM's does."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "hello", "world", "again"]

    def piece(kind: int, **named: str) -> dict[str, object]:
        ((sort, name),) = named.items()
        return {sort: {"id": name, "type_id": kind}}

    first = [
        piece(0, SpecialToken="[CLS]"), piece(0, Sequence="A"), piece(0, SpecialToken="[SEP]")
    ]  # fmt: skip
    second = [piece(1, Sequence="B"), piece(1, SpecialToken="[SEP]")]
    settings: dict[str, object] = {
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
            "single": first,
            "pair": first + second,
            "special_tokens": {
                word: {"id": word, "ids": [words.index(word)], "tokens": [word]}
                for word in ("[CLS]", "[SEP]")
            },
        },
        "decoder": None,
        "model": {
            "type": "WordLevel",
            "vocab": {word: n for n, word in enumerate(words)},
            "unk_token": "[UNK]",
        },
    }  # fmt: skip
    return json.dumps(settings)


TOKENIZER = _tokenizer()


def add_tokenizer(folder: Path, **changes: object) -> Path:
    """Write the tokenizer into a folder."""
    text = json.dumps({**json.loads(TOKENIZER), **changes})
    (folder / "tokenizer.json").write_text(text, encoding="utf-8")
    return folder
