"""Layers broken on purpose: one op of a graph is changed, and what follows is built again.

A mutant is a list of bare steps (``brute.Step``), so that its kernels can be run even where the
shape rules refuse to build it.
"""

import dataclasses
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import brute

import cutaway as ca
from cutaway.graph import Dim, Input, Op, Parameter, apply, as_dim, located

Edit = tuple[str, Op | None, tuple[int, ...] | None]  # what, the new op, the new order of operands
Dims = tuple[Dim, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A node with another op (None leaves it out: its input goes on instead), or other operands."""

    at: int
    kind: str
    op: Op | None
    order: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Mutant:
    """A graph with one change, or two."""

    graph: ca.Graph
    changes: tuple[Change, ...]

    def __str__(self) -> str:
        nodes = [self.graph.nodes[change.at] for change in self.changes]
        return "; ".join(
            f"{change.kind}: {self.graph.path(node)}, {node.op} -> {change.op} {change.order or ''}"
            for node, change in zip(nodes, self.changes, strict=True)
        )

    def _changed(self, n: int, inputs: list[Any]) -> tuple[Op | None, list[Any]]:
        for change in self.changes:
            if change.at == n:
                order = change.order or range(len(inputs))
                return change.op, [inputs[i] for i in order]
        return self.graph.nodes[n].op, inputs

    def steps(self) -> tuple[brute.Step, ...]:
        """Return what kernels would run, with no promise of any shape."""
        place: dict[ca.Node, int] = {}
        steps: list[brute.Step] = []
        for n, node in enumerate(self.graph.nodes):
            op, inputs = self._changed(n, [place[source] for source in node.inputs])
            if op is None:
                place[node] = inputs[0]
                continue
            place[node] = len(steps)
            steps.append(brute.Step(op, tuple(inputs), None))
        return tuple(steps)

    def build(self) -> ca.Graph:
        """Build it: whatever this raises is how the mistake is reported."""
        new: dict[ca.Node, ca.Node] = {}
        for n, node in enumerate(self.graph.nodes):
            op, inputs = self._changed(n, [new[source] for source in node.inputs])
            with located(node.scope, node.source):
                new[node] = inputs[0] if op is None else apply(op, *inputs, name=node.name)
        return ca.Graph([new[output] for output in self.graph.outputs])


def mutants(graph: ca.Graph, count: int, seed: int = 0) -> list[Mutant]:
    """Return so many different mutants, drawn at random: of every kind in turn, then of two."""
    draw = random.Random(seed)
    dims = sorted({dim for node in graph.nodes for dim in node.shape}, key=str)
    found = {
        (n, op, order): Change(n, kind, op, order)
        for n, node in enumerate(graph.nodes)
        for kind, op, order in edits(node, dims)
        if op != node.op or order is not None
    }
    kinds: dict[str, list[Change]] = {}
    for change in found.values():
        kinds.setdefault(change.kind, []).append(change)
    for pool in kinds.values():
        draw.shuffle(pool)
    chosen: list[Change] = []
    while any(kinds.values()):
        chosen += [pool.pop() for pool in kinds.values() if pool]
    mutated: dict[tuple[Change, ...], None] = dict.fromkeys((change,) for change in chosen[:count])
    for _ in range(10 * count):
        pair = draw.sample(chosen, 2)
        if len(mutated) < count and pair[0].at != pair[1].at:
            mutated[tuple(pair)] = None
    return [Mutant(graph, changes) for changes in mutated]


def edits(node: ca.Node, dims: list[Dim]) -> Iterator[Edit]:
    """Return the ways to break one node."""
    op = node.op
    if isinstance(op, ca.ops.PermuteDims):
        yield "drop a transpose", None, None
        for order in _swapped(op.order):
            yield "swap axes of a transpose", dataclasses.replace(op, order=order), None
    if isinstance(op, ca.ops.Reshape | ca.ops.BroadcastTo):
        for target in _replaced(op.target, dims):
            yield "change a target", dataclasses.replace(op, target=target), None
    if getattr(op, "keepdims", False):
        yield "drop keepdims", _with(op, keepdims=False), None
    if isinstance(axis := getattr(op, "axis", None), int | tuple) and not _is_leaf(op):
        rank = (node.inputs or (node,))[0].rank
        for other in range(rank):
            changed = other if isinstance(axis, int) else (other,)
            yield f"change the axis of {_family(op)}", _with(op, axis=changed), None
    if isinstance(op, ca.ops.Slice):
        yield from (("change a bound", dataclasses.replace(op, spans=s), None) for s in _cut(op))
    if len(node.inputs) > 1:
        for order in _swapped(tuple(range(len(node.inputs)))):
            if node.inputs[order[0]] is not node.inputs[0]:
                yield "swap operands", op, order
    if isinstance(op, Parameter):
        for shape in _replaced(op.dims, dims):
            yield "change a parameter", dataclasses.replace(op, dims=shape), None
    for field in ("size", "length", "depth", "rows", "columns"):
        if (dim := getattr(op, field, None)) is not None and not _is_leaf(op):
            for (other,) in _replaced((dim,), dims):
                yield "change a length", _with(op, **{field: other}), None


def _with(op: Any, **fields: Any) -> Op:
    found: Op = dataclasses.replace(op, **fields)
    return found


def _is_leaf(op: Op) -> bool:
    return isinstance(op, Input | Parameter)


def _family(op: Op) -> str:
    return "a concat" if isinstance(op, ca.ops.Concat) else "a reduction"


def _swapped(order: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for i in range(len(order)):
        for j in range(i):
            new = list(order)
            new[i], new[j] = new[j], new[i]
            yield tuple(new)


def _replaced(shape: Dims, dims: list[Dim]) -> Iterator[Dims]:
    yield from _swapped(shape)
    for n, dim in enumerate(shape):
        for other in (*dims, as_dim(dim + 1), as_dim(2 * dim)):
            yield (*shape[:n], other, *shape[n + 1 :])


def _cut(op: ca.ops.Slice) -> Iterator[tuple[Any, ...]]:
    change: tuple[Callable[[Any, Any, int], tuple[Any, Any, int]], ...] = (
        lambda start, stop, step: (start + 1, stop, step),
        lambda start, stop, step: (start, stop + 1, step),
        lambda start, stop, step: (start, stop - 1, step),
        lambda start, stop, step: (start, stop, step + 1),
    )
    for n, span in enumerate(op.spans):
        for edit in change:
            yield (*op.spans[:n], edit(*span), *op.spans[n + 1 :])
