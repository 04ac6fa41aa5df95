"""Sublayers whose output is so large that nothing is left of what it is added to."""

import numpy as np

from cutaway.diagnose.case import Case, Seen, rms, upstream
from cutaway.diagnose.rules.residuals import sublayers
from cutaway.graph import Node, Parameter
from cutaway.ops import Divide, Multiply
from cutaway.shapes.reading import Findings
from cutaway.shapes.scaling import FORM

SHARE = 100.0  # how many times larger, with first weights
GROWN = 10.0  # times by a factor


def drowned(case: Case) -> Findings:
    """Report residual sums in which a sublayer is many times larger than what it reads."""
    for sublayer in sublayers(case):
        sum_ = sublayer.sum
        if sum_ is None or any(_is_given(case, n) for n in upstream((sublayer.last,))):
            continue
        branch = [n for n in sum_.inputs if sublayer.last in upstream((n,))]
        if len(branch) != 1:
            continue
        (stream,) = (n for n in sum_.inputs if n is not branch[0])
        sizes = [rms(case.values[n]) for n in (branch[0], stream)]
        if 0 < sizes[1] < np.inf and SHARE * sizes[1] < sizes[0] < np.inf:
            guilty = _grown(case, branch[0])
            yield Seen("residual.drowned", guilty, {"times": sizes[0] / sizes[1]})


def _is_given(case: Case, node: Node) -> bool:
    return isinstance(node.op, Parameter) and node.path in case.given


def _grown(case: Case, node: Node) -> Node:
    """Return the factor that makes a value that large; the value itself, where there is none."""
    last = node
    while isinstance(node.op, (*FORM, Multiply, Divide)):
        fed = [n for n in node.inputs if n in case.reading.fed]
        if len(fed) != 1:
            break
        if rms(case.values[node]) > GROWN * rms(case.values[fed[0]]):
            return node
        (node,) = fed
    return last
