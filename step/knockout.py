"""Knock-outs: parts of a model switched off by name, found by what they compute."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cutaway.graph import Graph, Node, OptionError
from cutaway.graph.errors import explain
from cutaway.graph.graph import glob_pattern
from cutaway.ops.arithmetic import Divide, Multiply
from cutaway.run.compile import Array
from cutaway.step.changes import Change
from cutaway.step.find import listed, too_many
from cutaway.step.options import is_whole
from cutaway.step.session import Session
from cutaway.transform import residual_edges
from cutaway.transform.attention import attentions

Changes = dict[Node, Change]


@dataclass(frozen=True, slots=True)
class Silent:
    """What makes one of the heads zero; ``heads`` is how many there are."""

    heads: int
    head: int

    def __call__(self, value: Array, inputs: Sequence[Array]) -> Array:
        """Return the value without that head."""
        many = self.heads > 1
        lanes = (*value.shape[:1], self.heads, *value.shape[-2:]) if many else (1, 1, *value.shape)
        value.reshape(lanes)[:, self.head] = 0.0
        return value


@dataclass(frozen=True, slots=True)
class Even:
    """What gives all that is attended to the same weight: what no mask hides.

    ``scores`` says that the op reads scores; of an opened softmax, weights of zero are what a
    mask hides.
    """

    axis: int
    scores: bool

    def __call__(self, value: Array, inputs: Sequence[Array]) -> Array:
        """Return even weights."""
        open = ~np.isneginf(inputs[0]) if self.scores else value > 0
        total = open.sum(axis=self.axis, keepdims=True)
        found: Array = np.divide(open, np.maximum(total, 1), dtype=value.dtype)
        return found


@dataclass(frozen=True, slots=True)
class Operand:
    """What gives one of the operands instead of the result."""

    place: int

    def __call__(self, value: Array, inputs: Sequence[Array]) -> Array:
        """Return the operand, in the shape of the result."""
        return np.broadcast_to(inputs[self.place], value.shape)


def knock_out(
    session: Session, graph: Graph, kind: str, path: str = "*", head: int | None = None
) -> Changes:
    """Return the changes that switch a part of a model off.

    Parameters
    ----------
    session
        Where the graph is run.
    graph
        The forward pass.
    kind, path, head
        As for ``stepper.knock_out``.

    Raises
    ------
    OptionError
        If there is no such kind, or nothing of it at the path.
    """
    if not isinstance(kind, str) or kind not in (HEAD, *PARTS):
        known = ", ".join((HEAD, *PARTS))
        raise OptionError(explain(f"there is no knock-out {kind!r}", required=known))
    if kind == HEAD and head is not None:
        return _head(session, graph, path, head)
    if kind in PARTS and head is None:
        return PARTS[kind](graph, path)
    if kind == HEAD:
        message, came = "which head is switched off is not said", "no number of a head"
    else:
        message, came = f"{kind!r} is not about one head", f"head {head!r}"
    fix = 'knock_out("head", "encoder/layer.0/*", 3)'
    raise OptionError(explain(message, came=came, fix=fix))


def _head(session: Session, graph: Graph, path: str, head: int) -> Changes:
    nodes = _at(graph, _attended(graph), path, "attention")
    if len(nodes) > 1:
        raise too_many(path, [graph.path(node) for node in nodes])
    (node,) = nodes
    heads = _count(session, node)
    if not is_whole(head) or not 0 <= head < heads:
        raise OptionError(
            explain(
                f"{graph.path(node)} has no head {head!r}",
                required=f"a whole number from 0 to {heads - 1}",
            )
        )

    return {node: Change(f"without head {head}", function=Silent(heads, head), commutes=True)}


def heads_in(session: Session, graph: Graph) -> dict[Node, int]:
    """Return what each attention gives, and how many heads it has."""
    return {node: _count(session, node) for node in _attended(graph)}


def _attended(graph: Graph) -> list[Node]:
    """Return what attentions give: their values, weighed and summed."""
    return [node for found in attentions(graph) for node in found.sums]


def _count(session: Session, attended: Node) -> int:
    (value,) = session.values([attended])
    return int(np.prod(value.shape[1:-2])) if value.ndim > 3 else 1  # (B, groups, size, T, d)


def _residual(graph: Graph, path: str) -> Changes:
    edges: dict[Node, list[int]] = {}
    for node, place in residual_edges(graph):
        edges.setdefault(node, []).append(place)
    single = {node: places[0] for node, places in edges.items() if len(places) == 1}
    return {
        node: Change("without the residual", function=Operand(1 - single[node]))
        for node in _at(graph, single, path, "residual")
    }


def _uniform(graph: Graph, path: str) -> Changes:
    even = {a.weights: Even(a.axis, a.scaled in a.weights.inputs) for a in attentions(graph)}
    return {
        node: Change("uniform attention", function=even[node])
        for node in _at(graph, even, path, "attention")
    }


def _unscaled(graph: Graph, path: str) -> Changes:
    scores = {found.scores for found in attentions(graph)}
    scales = {
        reader: reader.inputs.index(node)
        for node in scores
        for reader in graph.readers[node]
        if isinstance(reader.op, Multiply | Divide)
    }
    return {
        node: Change("without the scale", function=Operand(scales[node]))
        for node in _at(graph, scales, path, "scale of scores")
    }


def _unmasked(graph: Graph, path: str) -> Changes:
    masks = {mask.node: mask.scores for found in attentions(graph) for mask in found.masks}
    return {
        node: Change("without the mask", function=Operand(masks[node]))
        for node in _at(graph, masks, path, "mask")
    }


HEAD = "head"
PARTS: dict[str, Callable[[Graph, str], Changes]] = {
    "residual": _residual,
    "uniform-attention": _uniform,
    "no-scale": _unscaled,
    "no-mask": _unmasked,
}


def _at(graph: Graph, nodes: Iterable[Node], path: str, what: str) -> list[Node]:
    """Return those of some nodes, in order, that stand at a path: or in a scope of that path."""
    if not isinstance(path, str):
        raise OptionError(explain(f"{path!r} is no path", required="a text, * stands for any"))
    pattern = glob_pattern(path.strip("/"))
    wanted = set(nodes)
    known = [node for node in graph.nodes if node in wanted]
    found = [n for n in known if any(map(pattern.fullmatch, _around(graph, n)))]
    if not found:
        paths = listed([graph.path(node) for node in known])
        one = f"the path of one, or of a scope around it, with * for any text: {paths}"
        required = one if known else "a graph that has one; this one has none"
        raise OptionError(explain(f"there is no {what} at {path!r}", required=required))
    return found


def _around(graph: Graph, node: Node) -> list[str]:
    names = node.scope.names
    return [graph.path(node), *("/".join(names[:depth]) for depth in range(1, len(names) + 1))]
