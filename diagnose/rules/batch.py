"""Examples that are mixed: what one sequence of a batch gives depends on the others.

The batch is the axis along which attention never looks. A sum, a mean or a softmax along it ends
a loss; where a linear map reads what it gives, it was meant along another axis.
"""

from cutaway.diagnose.case import Case, Origins, Seen
from cutaway.graph import Node, show
from cutaway.ops import Max, Mean, Min, Softmax, Subtract, Sum
from cutaway.shapes.norming import squared, under_root
from cutaway.shapes.reading import Findings
from cutaway.transform import behind


def mixed(case: Case) -> Findings:
    """Report what is taken along the batch, and read by a linear map or divided by."""
    along = examples(case)
    mapped = _mapped(case)
    roots = {under_root(node) for node in case.graph.nodes}
    for node in case.graph.nodes:
        if not isinstance(node.op, Mean | Sum | Max | Min | Softmax) or not node.rank:
            continue
        (x,) = node.inputs
        axes = node.op.axis if isinstance(node.op.axis, tuple) else (node.op.axis,)
        others = [along[x][axis] for axis in range(x.rank) if axis not in axes]
        if not any(along[x][axis] for axis in axes) or any(others):
            continue  # pairs of examples, as in a contrastive loss
        root = node in roots and squared(x) is not None
        if root or (node in mapped and not _standardises(case, node)):
            words = {"op": node.op.name, "axis": axes[0], "size": show(x.shape[axes[0]])}
            yield Seen("batch", node, words)
            return


def examples(case: Case) -> dict[Node, Origins]:
    """Return, for every axis of every node, the inputs whose examples stand along it."""
    found: dict[Node, Origins] = {}
    for node in case.graph.nodes:
        if not node.inputs:
            own = frozenset({node}) if node in case.graph.inputs else frozenset[Node]()
            found[node] = (own, *[frozenset[Node]()] * (node.rank - 1))[: node.rank]
            continue
        axes: list[set[Node]] = [set() for _ in range(node.rank)]
        for source, into in zip(node.inputs, case.reading.carried(node), strict=True):
            for names, places in zip(found[source], into, strict=True):
                for place in places:
                    axes[place] |= names
        found[node] = tuple(map(frozenset, axes))
    kept: set[Node] = set()
    looked: set[Node] = set()
    for attention in case.attentions:
        *batches, rows, columns = found[attention.product]
        kept.update(*batches[:1])
        looked |= rows | columns
    kept -= looked
    return {node: tuple(axis & kept for axis in axes) for node, axes in found.items()}


def _mapped(case: Case) -> set[Node]:
    """Return what a linear map reads sooner or later."""
    found: set[Node] = set()
    for node in reversed(case.graph.nodes):
        linear = node.op.name == "matmul" and not case.reading.learned.isdisjoint(node.inputs)
        if linear or node in found:
            found.update(n for n in node.inputs if n in case.reading.fed)
    return found


def _standardises(case: Case, node: Node) -> bool:
    """Say whether it is a mean that is taken off, or that of squares: the lint of norms sees it."""
    if squared(node.inputs[0]) is not None:
        return True
    return any(isinstance(n.op, Subtract) and behind(n.inputs[1]) is node for n in case.graph.nodes)
