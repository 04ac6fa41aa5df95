"""The one interpreter loop: every reader of a graph is a rule given to :func:`walk`."""

from collections.abc import Callable, Collection, Iterable, MutableMapping
from typing import Any, TypeVar

from cutaway.graph.graph import Graph
from cutaway.graph.node import Node
from cutaway.graph.show import show_shape

V = TypeVar("V")


def walk(
    graph: Graph,
    rule: Callable[..., V],
    keep: Collection[Node] | None = None,
) -> dict[Node, V]:
    """Give every node a value, inputs first: ``rule(node, *values_of_its_inputs)``.

    Parameters
    ----------
    graph
        What to walk.
    rule
        Called once for each node.
    keep
        The nodes whose values to return; others are freed after their last reader. All by
        default.

    Returns
    -------
    dict
        The values by node. An error that a rule raises gets a note: op, path, shapes, line.
    """
    values: dict[Node, V] = {}
    resume(graph, rule, values, graph.nodes, keep)
    return values


def resume(
    graph: Graph,
    rule: Callable[..., V],
    values: MutableMapping[Node, V],
    nodes: Iterable[Node],
    keep: Collection[Node] | None = None,
) -> None:
    """Walk a part of a graph: give values to some nodes, from those that are there.

    Parameters
    ----------
    graph, rule, keep
        As for :func:`walk`.
    values
        The values by node, where new ones are put.
    nodes
        The nodes to visit, each after its inputs.
    """
    for node in nodes:
        try:
            values[node] = rule(node, *[values[source] for source in node.inputs])
        except Exception as error:
            note(error, graph, node, [values.get(source) for source in node.inputs])
            raise
        if keep is not None:
            for read in graph.last_reads[node]:
                if read not in keep:
                    del values[read]


def note(error: Exception, graph: Graph, node: Node, values: Collection[Any] = ()) -> None:
    """Say in a note on an error at which node it happened."""
    shapes = [
        show_shape(tuple(getattr(value, "shape", source.shape)))
        for source, value in zip(node.inputs, values, strict=True)
    ]
    error.add_note(
        f"at {graph.path(node)} ({node.op.name} of {', '.join(shapes) or 'nothing'}), {node.source}"
    )
