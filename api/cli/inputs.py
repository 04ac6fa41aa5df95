"""What a command is given on its line: sizes and feeds."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cutaway.cli.model import Loaded
from cutaway.graph import FeedError, Graph, check_sizes
from cutaway.graph.errors import explain
from cutaway.graph.parse import LARGEST
from cutaway.run import example_feeds, example_sizes, initialize
from cutaway.run.sizes import learn


@dataclass(frozen=True, slots=True)
class Given:
    """The options that say where a model is evaluated, as they were written."""

    dims: Sequence[str]
    feeds: Sequence[str]
    seed: int


@dataclass(frozen=True, slots=True)
class Point:
    """Where a graph is evaluated."""

    sizes: dict[str, int]
    feeds: dict[str, Any]
    params: Mapping[str, Any]


def point(model: Loaded, given: Given, dtype: str) -> Point:
    """Return sizes, feeds and parameters: those given, and examples in ``dtype`` for the rest."""
    arrays = read_feeds(given.feeds)
    check_names(model.graph, arrays)
    sizes = example_sizes(model.graph, read_dims(given.dims), arrays, model.sizes)
    drawn = {
        name: array.astype(dtype) if array.dtype.kind == "f" else array
        for name, array in example_feeds(model.graph, sizes, given.seed).items()
    }
    params = model.params
    if params is None:
        params = initialize(model.graph, sizes, given.seed, dtype)
    return Point(sizes, {**drawn, **arrays}, params)


def check_names(graph: Graph, arrays: Iterable[str]) -> None:
    """Refuse arrays for inputs that a graph has not.

    Raises
    ------
    FeedError
        If there is one.
    """
    names = [node.name for node in graph.inputs]
    for name in arrays:
        if name not in names:
            raise FeedError(
                explain(f"the model has no input {name!r}", required=", ".join(names) or "none")
            )


def shown_sizes(graph: Graph, sizes: Mapping[str, int]) -> dict[str, int]:
    """Return the sizes that a graph speaks of, in the order of their names."""
    return {name: sizes[name] for name in sorted(graph.symbols & sizes.keys())}


def given_sizes(graph: Graph, texts: Sequence[str], usual: Mapping[str, int]) -> dict[str, int]:
    """Return the sizes given as ``--dim``, and the usual ones for the rest; some may be missing.

    Raises
    ------
    FeedError
        If the graph has no size of that name.
    ContractError
        If they break a condition.
    """
    given = learn(graph, (), read_dims(texts))
    sizes = shown_sizes(graph, {**usual, **given})
    check_sizes(graph, sizes)
    return sizes


def read_dims(texts: Sequence[str]) -> dict[str, int]:
    """Read ``NAME=SIZE`` options.

    Raises
    ------
    FeedError
        If one is not a name and a whole number, or two give one name different sizes.
    """
    found: dict[str, int] = {}
    for text in texts:
        name, equals, size = (part.strip() for part in text.partition("="))
        if not equals or not size.isdecimal() or not 1 <= len(size) < 14 or not name:
            raise FeedError(
                explain(
                    f"--dim {text!r} is no size",
                    required="NAME=SIZE with a whole number of at least 1",
                    fix="write for instance --dim B=2 --dim T=16",
                )
            )
        number = min(int(size), LARGEST + 1)
        if found.setdefault(name, number) != number:
            raise FeedError(f"--dim gives {name} twice: {found[name]} and {size}")
    return found


def read_feeds(texts: Sequence[str]) -> dict[str, Any]:
    """Read ``NAME=ARRAY`` options.

    Raises
    ------
    FeedError
        If one is no name with an array, two give one name, or a file cannot be read.
    """
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise FeedError(
                explain(
                    f"--feed {text!r} is no feed",
                    required="NAME=FILE.npy, NAME=FILE.json, or NAME= and numbers in JSON",
                    fix="write for instance --feed x=x.npy or --feed 'tokens=[[1, 2, 3]]'",
                )
            )
        if name in found:
            raise FeedError(f"--feed gives {name} twice")
        found[name] = _read_array(name, value)
    return found


def _read_array(name: str, value: str) -> Any:
    """Read an array from JSON on the line, or from a file."""
    is_file = value.endswith((".npy", ".json"))
    try:
        if not is_file and re.match(r"\s*[-\[\d]", value):
            return _from_json(value)
        if value.endswith(".json"):
            with open(value, encoding="utf-8") as file:
                return _from_json(file.read())
        array = np.load(value, allow_pickle=False)
    except (OSError, ValueError, EOFError, RecursionError) as error:
        raise FeedError(
            explain(
                f"--feed {name}: {value if len(value) <= 80 else value[:80] + '…'} cannot be read",
                required="an array written by numpy.save, or numbers in JSON",
                came=f"{type(error).__name__}: {error}",
            )
        ) from None
    if not isinstance(array, np.ndarray):
        raise FeedError(f"--feed {name}: {value} holds several arrays (.npz); save one as .npy")
    return array


def _from_json(text: str) -> Any:
    array = np.array(json.loads(text))
    if array.dtype.kind not in "biuf":
        raise ValueError("it holds something else than numbers")
    return array
