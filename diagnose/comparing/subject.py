"""What can be compared: a graph with as much of a run as there is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from cutaway.graph import Graph, Node, OptionError, Trace
from cutaway.graph.errors import explain
from cutaway.run.compile import Array, Arrays

WANTED = (
    "a graph, a tuple (graph, feeds, params, dims), a trace, a stepper or a loaded model; "
    "as the second also arrays by path, or a .npz or .safetensors file of them"
)


@dataclass(frozen=True, eq=False)
class Subject:
    """One of two graphs that are compared.

    Attributes
    ----------
    graph
        The graph.
    feeds, params, dims
        What its run is given; what is missing is shared with the other, or drawn.
    values
        What was computed already; then nothing is run.
    usual
        Sizes to take where neither arrays nor ``dims`` say any.
    """

    graph: Graph
    feeds: Arrays = field(default_factory=dict)
    params: Arrays = field(default_factory=dict)
    dims: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[Node, Array] | None = None
    usual: Mapping[str, int] = field(default_factory=dict)


@runtime_checkable
class Comparable(Protocol):
    """What says itself what is compared of it, as a stepper does."""

    def _subject(self) -> Subject:
        """Return the graph, and the values that are there."""


@runtime_checkable
class Loaded(Protocol):
    """A model with weights, as :func:`cutaway.load` returns."""

    graph: Graph
    params: dict[str, Array]


def subject_of(given: Any) -> Subject:
    """Return what is compared of what a caller gives.

    Raises
    ------
    OptionError
        If it is nothing that can be run.
    """
    match given:
        case Subject():
            return given
        case Graph() | Node():
            return Subject(Graph.of(given))
        case Trace():
            return Subject(given.graph, values=dict(given.items()))
        case tuple() if len(given) in (2, 3, 4) and _is_run(given[1:]):
            feeds, params, dims = (*given[1:], None, None)[:3]
            sizes = {str(name): int(size) for name, size in (dims or {}).items()}
            return Subject(Graph.of(given[0]), dict(feeds or {}), dict(params or {}), sizes)
        case Comparable():
            return given._subject()
        case Loaded():
            return Subject(given.graph, params=given.params)
        case list() | tuple() if given and all(isinstance(node, Node) for node in given):
            return Subject(Graph(given))
    raise OptionError(explain("this cannot be compared", required=WANTED, came=repr(given)[:80]))


def _is_run(rest: tuple[Any, ...]) -> bool:
    """Say whether what follows a graph is feeds, parameters and sizes."""
    return all(found is None or isinstance(found, Mapping) for found in rest)
