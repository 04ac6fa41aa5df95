"""A loss of the wrong sign: never more than 0, and without a least value."""

import math

from cutaway.diagnose.case import Case, Seen
from cutaway.diagnose.rules.ranges import ranges
from cutaway.shapes.reading import Findings


def negative(case: Case) -> Findings:
    """Report the one scalar that a model gives, if it falls below every bound and never rises to 0.

    That is what log-probabilities do: the better a model is, the nearer they come to 0.
    """
    if len(case.graph.outputs) != 1:
        return
    (loss,) = case.graph.outputs
    if loss.rank or loss not in case.reading.fed or not case.graph.parameters:
        return
    found = ranges(case.graph, case.reading.fed, case.precision)[loss]
    if found.high <= 0 and found.low == -math.inf:
        yield Seen("loss.sign", loss, {})
