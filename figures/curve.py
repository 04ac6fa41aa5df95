"""The curve of an activation."""

import numpy as np

from cutaway.graph import Op, apply, input
from cutaway.render.marks import Drawing, Way
from cutaway.run import evaluate

REACH = 2.0  # the curve goes from there below 0 to there above
POINTS = 33


def curve(op: Op, width: float = 40.0, height: float = 28.0) -> Drawing:
    """Return what an op of one input makes of the numbers around 0, with its axes.

    Examples
    --------
    >>> from cutaway.ops import relu
    >>> import cutaway as ca
    >>> len(curve(relu(ca.input("x", "N")).op).marks)
    3
    """
    xs = np.linspace(-REACH, REACH, POINTS)
    (ys,) = evaluate(apply(op, input("x", "N")), {"x": xs})
    top, low = max(ys.max(), 0.0), min(ys.min(), -REACH / 4)
    across, up = width / (2 * REACH), height / (top - low)
    pairs = zip(xs.tolist(), ys.tolist(), strict=True)
    points = tuple(((x + REACH) * across, (top - y) * up) for x, y in pairs)
    zero = top * up
    axes = (
        Way(((0.0, zero), (width, zero)), "frame", 0.8),
        Way(((width / 2, 0.0), (width / 2, height)), "frame", 0.8),
    )
    return Drawing(width, height, (*axes, Way(points, "ink", 1.8)))
