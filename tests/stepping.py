"""Graphs with numbers to step through: built-in models, and random graphs."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import random_graphs
import scoped_graphs
from hypothesis import assume
from hypothesis import strategies as st

import cutaway as ca
from cutaway.models import MODELS
from cutaway.run import example_feeds, example_sizes

SMALL = [name for name in MODELS if name != "translator" and not name.startswith("paper")]


class At(NamedTuple):
    """A graph, and where it is run."""

    graph: ca.Graph
    feeds: dict[str, npt.NDArray[Any]]
    params: dict[str, npt.NDArray[Any]]
    dims: dict[str, int]

    def stepper(self, **options: Any) -> ca.Stepper:
        return ca.Stepper(*self, **options)

    def trace(self) -> ca.Trace:
        return ca.trace(*self)


def at(graph: ca.Graph, usual: dict[str, int] | None = None, seed: int = 0) -> At:
    """Return small sizes and random numbers for a graph."""
    sizes = example_sizes(graph, usual=usual)
    params = {
        path: np.asarray(array)
        for path, array in ca.initialize(graph, sizes, seed, "float64").items()
    }
    return At(
        graph,
        example_feeds(graph, sizes, seed),
        params,
        {name: size for name, size in sizes.items() if name in graph.symbols},
    )


def model(name: str) -> At:
    """Return a built-in model, with random weights."""
    return at(MODELS[name].graph(), dict(MODELS[name].sizes))


@st.composite
def points(draw: st.DrawFn) -> At:
    """Draw a graph over all ops, or one in scopes, at small sizes."""
    graph = draw(st.one_of(random_graphs.graphs(), scoped_graphs.graphs()))
    try:
        found = at(graph)
        ca.evaluate(*found)
    except (ca.ContractError, ca.FeedError):  # no small sizes, or no fitting numbers
        assume(False)
        raise
    return found


def same(a: Any, b: Any) -> bool:
    """Say whether two arrays are the same to the bit."""
    one, other = np.asarray(a), np.asarray(b)
    same_form = one.shape == other.shape and one.dtype == other.dtype
    return same_form and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
