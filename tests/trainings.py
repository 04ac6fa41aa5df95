"""Small trainings that tests share."""

from typing import Any

import numpy as np
import numpy.typing as npt

import cutaway as ca
from cutaway.layers import Config, transformer

Array = npt.NDArray[Any]


def reversing(**choices: Any) -> ca.Graph:
    """Return the loss of a small Transformer that writes digits backwards."""
    source = ca.input("source", "B S", dtype="int")
    target = ca.input("target", "B T", dtype="int")
    sizes = {"d_model": 8, "heads": 2, "hidden": 16, "layers": 1, **choices}
    config = Config(source_vocabulary=11, target_vocabulary=11, **sizes)
    labels = ca.input("labels", "B T", dtype="int")
    return ca.Graph(ca.ops.cross_entropy(transformer(source, target, config), labels))


def digits(step: int, random: np.random.Generator) -> dict[str, Array]:
    """Return eight rows of five digits, and the same backwards."""
    source = random.integers(1, 11, (8, 5))
    labels = source[:, ::-1]
    target = np.concatenate([np.zeros((8, 1), np.int64), labels[:, :-1]], axis=1)
    return {"source": source, "target": target, "labels": labels}


def same(one: dict[str, Array], other: dict[str, Array]) -> bool:
    """Say whether weights are the same, bit for bit."""
    return one.keys() == other.keys() and all(
        array.dtype == other[path].dtype and array.tobytes() == other[path].tobytes()
        for path, array in one.items()
    )
