"""Tokens whose order makes no difference: no positions were added.

Attention treats its keys as a set. So two tokens change places, with all masks lifted: if every
output follows, or stays as it is, nothing in the model knows where a token stands.
"""

import numpy as np

from cutaway.diagnose.case import Case, Seen, upstream
from cutaway.diagnose.rules.batch import examples
from cutaway.graph import CutawayError, Node, Parameter, show
from cutaway.ops import Add, Concat, Cos, CrossEntropy, Multiply, Sin, Slice, Subtract, Take
from cutaway.run.compile import Array
from cutaway.shapes.reading import Findings

SHORTEST = 4  # the first and the last token stay: they may be read by themselves
CLOSE = 1e-4  # relative: what another order of adding up changes
LIFTED = -1e4


def positions(case: Case) -> Findings:
    """Report tokens that reach attention without their positions."""
    for tokens in case.graph.inputs:
        found = _embedded(case, tokens)
        if found is None or case.values[tokens].shape[-1] < SHORTEST:
            continue
        if _added(case, tokens):
            continue
        try:
            if not _ordered(case, tokens, _lifted(case)):
                yield Seen("positions", found, {"tokens": tokens.name})
        except CutawayError:  # a token that stands elsewhere is none
            continue


def multiplied(case: Case) -> Findings:
    """Report rows of a table that are multiplied by those of their positions, not added."""
    for node in case.graph.nodes:
        if not isinstance(node.op, Multiply) or any(
            isinstance(n.op, Add | Subtract | Concat) and _also_turns(case, n, node)
            for n in case.graph.readers[node]
        ):
            continue
        for x, table in (node.inputs, node.inputs[::-1]):
            if table not in case.reading.fed and _is_of_positions(table) and _is_row(case, x):
                yield Seen("positions.times", node, {})


def misplaced(case: Case) -> Findings:
    """Report what differs from example to example, and is not fed: positions of another axis."""
    along = examples(case)
    for node in case.graph.nodes:
        if not isinstance(node.op, Add) or node.rank < 3:
            continue
        for x, other in (node.inputs, node.inputs[::-1]):
            if x not in case.reading.fed or other in case.reading.fed or other.rank != node.rank:
                continue
            value = case.values[other]
            lengths = value.shape[:-1]
            axis = next((n for n, length in enumerate(lengths) if length > 1), None)
            if axis is None or np.prod(lengths) > lengths[axis] or not along[x][axis]:
                continue
            if np.ptp(value, axis=axis).any():
                yield Seen("positions.batch", node, {"axis": axis, "size": show(x.shape[axis])})


def _also_turns(case: Case, sum_: Node, node: Node) -> bool:
    """Say whether a sum has another product with a table: a rotation."""
    others = [n for n in sum_.inputs if n is not node]
    return any(
        isinstance(n.op, Multiply) and any(_is_sinusoidal(t) for t in n.inputs) for n in others
    )


def _is_sinusoidal(table: Node) -> bool:
    above = upstream((table,))
    return table.rank > 1 and all(any(isinstance(n.op, op) for n in above) for op in (Sin, Cos))


def _is_of_positions(node: Node) -> bool:
    """Say whether a table is made of sines and cosines, or is the first rows of a learned one."""
    first = isinstance(node.op, Slice) and isinstance(node.inputs[0].op, Parameter)
    return node.rank > 1 and (first or _is_sinusoidal(node))


def _is_row(case: Case, node: Node) -> bool:
    """Say whether a value is looked up in a table that is learned, perhaps scaled."""
    while isinstance(node.op, Multiply):
        fed = [n for n in node.inputs if n in case.reading.fed]
        if len(fed) != 1:
            return False
        (node,) = fed
    return isinstance(node.op, Take) and node.inputs[0] in case.reading.learned


def _embedded(case: Case, tokens: Node) -> Node | None:
    """Return where tokens are looked up in a table that is learned, on the way to attention."""
    if tokens.dtype != "int" or not tokens.rank:
        return None
    for node in case.graph.nodes:
        if isinstance(node.op, Take) and tokens in upstream((node.inputs[1],)):
            learned = any(isinstance(n.op, Parameter) for n in upstream((node.inputs[0],)))
            if learned and any(_compares(case, a.product, node, tokens) for a in case.attentions):
                return node
    return None


def _compares(case: Case, product: Node, table: Node, tokens: Node) -> bool:
    """Say whether scores compare positions of these tokens, made of these rows."""
    keys = {leaf for axis in case.origins[product][-2:] for leaf in axis}
    return tokens in keys and table in upstream((product,))


def _added(case: Case, tokens: Node) -> bool:
    """Say whether something that differs from place to place meets what is made of tokens."""
    masking = {node for attention in case.attentions for node in attention.way}
    for node in case.graph.nodes:
        if not isinstance(node.op, Add | Multiply) or node in masking:
            continue
        for x, other in (node.inputs, node.inputs[::-1]):
            if x not in case.reading.fed or other in case.reading.fed or not other.rank:
                continue
            value = case.values[other]
            for axis in range(value.ndim):
                leaves = case.origins[node][node.rank - value.ndim + axis]
                if tokens in leaves and value.shape[axis] > 1 and np.ptp(value, axis=axis).any():
                    return True
    return False


def _lifted(case: Case) -> dict[Node, Array]:
    """Return what masks that depend on no input become when they hide nothing."""
    found: dict[Node, Array] = {}
    for attention in case.attentions:
        inner = {*attention.way, attention.product}
        for node in attention.way:
            for mask in node.inputs:
                if mask in inner or mask.rank < 2:
                    continue
                value = case.values[mask]
                if mask.dtype == "bool":
                    shows = node.inputs[1] in inner
                    found[mask] = np.full_like(value, shows)
                elif (value <= LIFTED).any():
                    found[mask] = np.zeros_like(value)
    return found


def _ordered(case: Case, tokens: Node, kept: dict[Node, Array]) -> bool:
    """Say whether an output, or what its loss reads, tells two tokens that changed places."""
    fed = case.values[tokens]
    length = fed.shape[-1]
    order = np.arange(length)
    order[1:3] = 2, 1
    other = {n: _plain(case, n) for n in case.graph.inputs if n is not tokens and _kinds(n)}
    before = case.again({**kept, **other, tokens: fed})
    after = case.again({**kept, **other, tokens: fed[..., order]})
    scores = [n.inputs[0] for n in case.graph.nodes if isinstance(n.op, CrossEntropy)]
    for output in scores or case.graph.outputs:
        if output not in after:
            continue
        a, b = before[output], after[output]
        axes = [n for n, leaves in enumerate(case.origins[output]) if tokens in leaves]
        moved = a
        for axis in axes:
            if a.shape[axis] == length:
                moved = np.take(moved, order, axis=axis)
        scale = np.abs(a).max() + 1e-30
        if not np.abs(moved - b).max() <= CLOSE * scale:
            return True
    return False


def _kinds(node: Node) -> bool:
    """Say whether an input tells kinds of tokens, which could be taken for their positions."""
    return node.dtype == "int" and any(word in node.name for word in ("type", "segment"))


def _plain(case: Case, node: Node) -> Array:
    return np.zeros_like(case.values[node])
