"""A residual sum that broadcasts: ``x + f(x)`` where one of the two is stretched.

A residual gives every element its own correction. If ``f(x)`` has lost an axis, or has length 1
along it (keepdims, ``x[:, :1]``), the sum still has a shape, and every row gets the same one; if
``x`` has, the residual is no longer its own. A context that is meant for all rows (``x`` plus its
mean) is reported too: allow it.

Not seen: a sum that starts from a changed form of ``x`` (``x[:, None] + f(x)``); scalars.
"""

from cutaway.graph import Node, Shape, show_shape
from cutaway.shapes.reading import Finding, Findings, Reading
from cutaway.transform import residual_edges


def residual_broadcast(reading: Reading) -> Findings:
    """Report residual sums one side of which is stretched."""
    sums = dict.fromkeys(node for node, _ in residual_edges(reading.graph))
    for node in sums:
        shape = reading.shapes[node]
        short = [source for source in node.inputs if _stretched(reading.shapes[source], shape)]
        if short and all(source.rank for source in node.inputs):
            words = {
                "shapes": " + ".join(show_shape(reading.shapes[s]) for s in node.inputs),
                "short": " and ".join(_side(reading, source) for source in short),
                "shape": show_shape(shape),
            }
            yield Finding("residual-broadcast", node, words)


def _stretched(shape: Shape, to: Shape) -> bool:
    missing = len(to) - len(shape)
    pairs = zip(shape, to[missing:], strict=True)
    return missing > 0 or any(size == 1 != wanted for size, wanted in pairs)


def _side(reading: Reading, node: Node) -> str:
    return f"{reading.graph.path(node)} ({node.source})"
