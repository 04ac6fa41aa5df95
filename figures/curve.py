"""The curve of an activation."""

import numpy as np

from cutaway.graph import Op, apply, input
from cutaway.render.marks import Drawing, Way
from cutaway.run import evaluate

REACH = 2.0  # the curve goes from there below 0 to there above
POINTS = 33
WIDE, HIGH = 40.0, 28.0  # points


def curve(op: Op) -> Drawing:
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
    across, up = WIDE / (2 * REACH), HIGH / (top - low)
    pairs = zip(xs.tolist(), ys.tolist(), strict=True)
    points = tuple(((x + REACH) * across, (top - y) * up) for x, y in pairs)
    zero = top * up
    axes = (
        Way(((0.0, zero), (WIDE, zero)), "frame", 0.8),
        Way(((WIDE / 2, 0.0), (WIDE / 2, HIGH)), "frame", 0.8),
    )
    return Drawing(WIDE, HIGH, (*axes, Way(points, "ink", 1.8)))
