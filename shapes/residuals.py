"""A residual sum that broadcasts: ``x + f(x)`` where the branch ``f(x)`` is stretched.

A residual gives every element its own correction. If ``f(x)`` has lost an axis, or has length 1
along it (keepdims, ``x[:, :1]``), the sum still has a shape, and many elements get the same one. A
context that is meant for all positions (``x`` plus its mean) is reported too: allow it.

Not seen: a sum that starts from a changed form of ``x`` (``x[:, None] + f(x)``), scalars, and an
``x`` that is stretched by its branch: a mask or a condition that every layer adds looks the same.
"""

from cutaway.graph import Shape, show_shape
from cutaway.shapes.reading import Finding, Findings, Reading
from cutaway.transform import residual_edges


def residual_broadcast(reading: Reading) -> Findings:
    """Report residual sums whose branch is stretched."""
    edges = residual_edges(reading.graph)
    branches = {node.inputs[1 - place]: node for node, place in edges}
    for branch, node in branches.items():
        shape, own = reading.shapes[node], reading.shapes[branch]
        if own and shape != own and _stretched(own, shape):
            words = {
                "sides": " + ".join(show_shape(reading.shapes[side]) for side in node.inputs),
                "branch": f"{reading.graph.path(branch)} ({branch.source})",
                "shape": show_shape(shape),
            }
            yield Finding("residual-broadcast", node, words)


def _stretched(shape: Shape, to: Shape) -> bool:
    missing = len(to) - len(shape)
    pairs = zip(shape, to[missing:], strict=True)
    return missing > 0 or any(size == 1 != wanted for size, wanted in pairs)
