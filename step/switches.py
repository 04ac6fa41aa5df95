"""The knock-outs that a page offers, as data that its machine applies."""

from collections.abc import Iterator, Mapping

from cutaway.graph import Graph, Node, OptionError
from cutaway.step.changes import Change
from cutaway.step.knockout import HEAD, PARTS, Even, Operand, heads_in, knock_out
from cutaway.step.packed import Data
from cutaway.step.session import Session


def switches(session: Session, graph: Graph, number: Mapping[Node, int]) -> list[Data]:
    """Return all parts that can be switched off, each at one node.

    Parameters
    ----------
    session
        Where the graph is run.
    graph
        The forward pass.
    number
        The nodes' numbers in the program.
    """
    return [
        {"kind": kind, "id": number[node], "path": graph.path(node), "change": data, **more}
        for kind in (HEAD, *PARTS)
        for node, data, more in _of_kind(session, graph, kind)
    ]


def heads_by_place(session: Session, graph: Graph) -> dict[str, int]:
    """Return the number of heads of each attention, by what its values' paths begin with."""
    return {
        "".join(f"{name}/" for name in node.scope.names[:-1]): heads
        for node, heads in heads_in(session, graph).items()
    }


def _of_kind(session: Session, graph: Graph, kind: str) -> Iterator[tuple[Node, Data, Data]]:
    if kind == HEAD:
        for node, heads in heads_in(session, graph).items():
            for head in range(heads):
                yield node, {"kind": "head", "heads": heads, "head": head}, {"head": head}
        return
    try:
        found = knock_out(session, graph, kind)
    except OptionError:  # the model has none
        return
    for node, change in found.items():
        yield node, _data(change), {}


def _data(change: Change) -> Data:
    match change.function:
        case Even(axis, scores):
            return {"kind": "uniform", "axis": axis, "scores": scores}
        case Operand(place):
            return {"kind": "operand", "place": place}
    raise TypeError(change.what)
