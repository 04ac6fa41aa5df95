"""Keys and values that fewer heads share, repeated in two orders: a head reads another's values."""

from cutaway.diagnose.case import Case, Seen
from cutaway.graph import Node
from cutaway.ops import BroadcastTo
from cutaway.shapes.reading import Findings
from cutaway.shapes.scaling import FORM


def repeated(case: Case) -> Findings:
    """Report keys whose heads are repeated one by one, and values as a whole; or the reverse."""
    for attention in case.attentions:
        keys, values = (
            _repeat(case, operand)
            for operand in (attention.product.inputs[1], attention.mixing.inputs[1])
        )
        if keys is None or values is None or _axis(keys) == _axis(values):
            continue
        guilty = min((keys, values), key=_axis)  # each head in turn is how it is usually done
        yield Seen("heads.repeat", guilty, {"of": case.graph.path(guilty)})


def _repeat(case: Case, node: Node) -> Node | None:
    """Return where heads are repeated: an axis of 1, stretched before it joins the heads."""
    while isinstance(node.op, FORM):
        if isinstance(node.op, BroadcastTo) and node.rank > 4 and _axis(node):
            return node
        node = node.inputs[0]
    return None


def _axis(node: Node) -> int:
    """Return the axis that a value is stretched along, 0 if there is none or several."""
    before = node.inputs[0].shape
    if len(before) != node.rank:
        return 0
    axes = [n for n, size in enumerate(node.shape) if before[n] != size]
    return axes[0] if len(axes) == 1 else 0
