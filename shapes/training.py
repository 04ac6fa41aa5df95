"""Parameters that no output gives a gradient: training never changes them.

From every float output gradients are followed back. They end at stop_gradient, at a factor that
is a constant 0, at what is no float (a cast, a comparison), and at ops without a derivative. A
graph without float outputs (a decoder's choice of tokens) is not trained, and nothing is said.

Not seen: gradients that are 0 by luck of the numbers or by algebra (``x - x``, a bias of keys
under a softmax).
"""

from cutaway.graph import Constant, Node, Op
from cutaway.ops import Multiply, StopGradient
from cutaway.shapes.reading import Finding, Findings, Reading


def no_gradient(reading: Reading) -> Findings:
    """Report float parameters that no float output reaches backwards."""
    graph = reading.graph
    reached = {output for output in graph.outputs if output.dtype == "float"}
    if not reached:
        return
    for node in reversed(graph.nodes):
        if node in reached:
            reached.update(source for source in node.inputs if _cut(node, source) is None)
    ends = _ends(reading)
    for node in graph.parameters:
        if node not in reached:
            why, end = ends[node]
            words = {"path": graph.path(node), "op": end.op.name, "where": end.source}
            yield Finding(f"no-gradient.{why}", node, words | {"end": graph.path(end)})


def _cut(node: Node, source: Node) -> str | None:
    """Say why a node passes no gradient to one of its inputs; None where it does."""
    if isinstance(node.op, StopGradient):
        return "stop"
    if node.dtype != "float" or source.dtype != "float":
        return "kind"
    if isinstance(node.op, Multiply) and any(_is_zero(n) for n in node.inputs if n is not source):
        return "zero"
    return "rule" if type(node.op).vjp is Op.vjp else None


def _is_zero(node: Node) -> bool:
    return isinstance(node.op, Constant) and not node.op.value.any()


def _ends(reading: Reading) -> dict[Node, tuple[str, Node]]:
    """For every node with a way on which no gradient comes back: why, and the nearest such node."""
    found: dict[Node, tuple[str, Node]] = {}
    for node in reversed(reading.graph.nodes):
        for source in node.inputs:
            why = _cut(node, source)
            if why is not None:
                found[source] = why, node
            elif node in found:
                found[source] = found[node]
    return found
