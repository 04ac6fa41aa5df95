"""The graph of an explanation: the nodes on the way of an axis, and what stands beside them."""

import dataclasses
from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from cutaway.graph import Explanation, Graph, Input, Node, Op, Scope, Step, Title

LONGEST = 4  # ops that only carry an axis, one after the other, before the middle ones are one box


@dataclass(frozen=True, slots=True)
class Carriers(Op):
    """Ops that do nothing to an axis but carry it."""

    count: int
    name: ClassVar[str] = "carriers"

    @property
    def title(self) -> Title:  # type: ignore[override]
        """How many."""
        return Title(f"carried by {self.count} ops", f"{self.count} 个算子沿用")

    def text(self, *args: str) -> str:
        """Write nothing that the title doesn't say."""
        return ""


def along(explanation: Explanation) -> tuple[Graph, Explanation]:
    """Return the graph of the nodes on the way alone, and the explanation in it.

    Other operands that are computed are leaves there, with their name and shape. Of a long run
    of ops that carry the axis the middle ones are one node.
    """
    steps = explanation.steps
    runs = {run[0]: run for run in _runs(steps)}
    hidden = {number for run in runs.values() for number in run}
    begins = {steps[first].node: run for first, run in runs.items()}
    shown = {step.node for number, step in enumerate(steps) if number not in hidden}
    copies: dict[Node, Node] = {}

    def copy(source: Node, reader: Node) -> Node:
        if source not in copies:
            run = begins.get(source)
            end = None if run is None else steps[steps[run[-1]].sources[0]].node
            copies[source] = (
                _leaf(source, reader)
                if run is None or end is None
                else _replaced(source, Carriers(len(run)), (copies[end],), "carriers", Scope())
            )
        return copies[source]

    for node in Graph(explanation.node).nodes:
        if node in shown:
            inputs = tuple(copy(source, node) for source in node.inputs)
            copies[node] = dataclasses.replace(node, inputs=inputs, conditions=())
    kept = [n for n in range(len(steps)) if n not in hidden or n in runs]
    place = {number: new for new, number in enumerate(kept)}
    told = []
    for number in kept:
        step = steps[number]
        sources = steps[runs[number][-1]].sources if number in runs else step.sources
        inner = tuple(place[source] for source in sources)
        told.append(Step(copies[step.node], step.axis, step.path, step.happened, inner))
    return Graph(copies[explanation.node]), Explanation(tuple(told))


def _runs(steps: tuple[Step, ...]) -> list[list[int]]:
    """Return the middles of long runs: steps that carry the axis, on a way that nothing joins."""
    used = Counter(step.node for step in steps)
    read = Counter(source for step in steps for source in step.sources)
    plain = [
        step.happened == "carried" and used[step.node] == 1 and read[number] == 1
        for number, step in enumerate(steps)
    ]
    found: list[list[int]] = []
    inside: set[int] = set()
    for first in range(1, len(steps)):
        run, number = list[int](), first
        while plain[number] and number not in inside:
            inside.add(number)
            run.append(number)
            (number,) = steps[number].sources
        if len(run) > LONGEST:
            found.append(run[1:-1])
    return found


def _leaf(node: Node, reader: Node) -> Node:
    """Return what stands for an operand: a number and a leaf for themselves, others by name."""
    number = not node.shape and not any(source.inputs for source in node.inputs)
    if number or not node.inputs:
        return node
    name = "/".join((*node.scope.names[-1:], node.name))
    return _replaced(node, Input(node.shape, node.dtype), (), name, reader.scope)


def _replaced(node: Node, op: Op, inputs: tuple[Node, ...], name: str, scope: Scope) -> Node:
    return dataclasses.replace(node, op=op, inputs=inputs, name=name, scope=scope, conditions=())
