"""Reading the reference data, and the one table that maps PyTorch's weights to ours."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
RTOL, ATOL = 1e-10, 1e-12
FOLDER = Path(__file__).parent / "oracles"


class Case:
    """The arrays of one case; it remembers which of them were read."""

    def __init__(self, name: str, arrays: dict[str, Array]) -> None:
        self.name = name
        self._arrays = arrays
        self.unread = set(arrays)

    def __contains__(self, key: str) -> bool:
        return key in self._arrays

    def __getitem__(self, key: str) -> Array:
        self.unread.discard(key)
        return self._arrays[key]

    def kind(self, kind: str) -> dict[str, Array]:
        """All arrays of a kind (``input``, ``weight``, ``grad`` …), by name."""
        keys = [key for key in self._arrays if key.startswith(f"{kind}/")]
        return {key.removeprefix(f"{kind}/"): self[key] for key in keys}


@cache
def _read(file: str) -> dict[str, dict[str, Array]]:
    cases: dict[str, dict[str, Array]] = {}
    with np.load(FOLDER / f"{file}.npz") as arrays:
        for key in arrays:
            name, _, rest = key.partition("/")
            cases.setdefault(name, {})[rest] = arrays[key]
    return cases


def names(file: str) -> list[str]:
    """The cases of a file."""
    return list(_read(file))


def case(file: str, name: str) -> Case:
    """One case, of which nothing was read yet."""
    return Case(name, _read(file)[name])


PARTS = ("query", "key", "value")
# PyTorch's name, as a pattern, and ours. The first that fits is taken; norms count from 1 in the
# order of the sublayers, so that a decoder layer's second is the cross-attention's.
TABLE = (
    (r"^(en|de)coder\.layers\.(\d+)\.", r"\1coder/layer.\2/"),
    (r"^(en|de)coder\.norm\.", r"\1coder/norm/"),
    (r"self_attn\.", "self_attention/"),
    (r"multihead_attn\.", "cross_attention/"),
    (r"out_proj\.", "output/"),
    (r"linear1\.", "feed_forward/up/"),
    (r"linear2\.", "feed_forward/down/"),
    (r"norm1\.", "self_attention_norm/"),
    (r"norm3\.", "feed_forward_norm/"),
    (r"([qkv])_proj_weight$", lambda m: f"{PARTS['qkv'.index(m[1])]}/weight"),
    (r"^(gate|up|down)\.", r"feed_forward/\1/"),
)


def close(mine: Any, reference: Any, what: str = "", atol: float = ATOL) -> None:
    """Compare as the data's README asks."""
    assert np.shape(mine) == np.shape(reference), what
    np.testing.assert_allclose(mine, reference, rtol=RTOL, atol=atol, err_msg=what)


def options(found: Case) -> Any:
    """What the case's layers were made with; its name tells the activation."""
    return {
        "heads": int(found["attr/num_heads"]),
        "hidden": 20,
        "norm": "pre" if found["attr/norm_first"] else "post",
        "activation": "gelu" if "gelu" in found.name else "relu",
        "eps": float(found["attr/eps"]),
    }


def ours(weights: Mapping[str, Array], linear: bool = False) -> dict[str, Array]:
    """Give PyTorch's arrays (weights, or gradients of them) our names and layout.

    ``linear`` says that a bare ``weight`` is a matrix, not the table of an embedding.
    """
    found: dict[str, Array] = {}
    for name, array in weights.items():
        stem, last = re.subn(r"in_proj_(weight|bias)$", "", name)[0], name.rpartition("_")[2]
        if stem != name:  # three matrices stacked
            for part, third in zip(PARTS, np.split(array, 3), strict=True):
                found[f"{_path(stem, weights)}{part}/{last}"] = third.T
        else:
            path = _path(name, weights)
            kept = "norm" in path or (path in ("weight", "bias") and not linear)
            found[path] = array if kept or array.ndim < 2 else array.T
    return found


def _path(name: str, weights: Mapping[str, Array]) -> str:
    prefix = name[: name.rfind("norm2.")] if "norm2." in name else ""
    three = f"{prefix}norm3.weight" in weights
    second = "cross_attention_norm/" if three else "feed_forward_norm/"
    for pattern, path in (*TABLE, (r"norm2\.", second)):
        name = re.sub(pattern, path, name)
    return name
