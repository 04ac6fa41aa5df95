"""Positions that see what they are to predict.

A decoder may look at what came before. Whether it does is tried: another token where the target
stands must not change the prediction. Without a loss, attention is compared with its neighbours.
"""

import re

import numpy as np

from cutaway.diagnose.attention import Attention
from cutaway.diagnose.case import Case, Seen, upstream
from cutaway.diagnose.masks import sight
from cutaway.graph import CutawayError, Input, Node
from cutaway.ops import CrossEntropy, MatMul, Multiply, OneHot, Take
from cutaway.run.compile import Array
from cutaway.shapes.reading import Findings

CLOSE = 1e-5  # relative: what rounding changes
NAMED = re.compile(r"decoder|gpt|causal|language", re.IGNORECASE)


def leaks(case: Case) -> Findings:
    """Report losses whose prediction depends on its own target."""
    for node in case.graph.nodes:
        found = _target(node)
        if found is None or node not in case.values:
            continue
        scores, target = found
        for tokens in case.graph.inputs:
            if tokens.dtype == "int" and tokens.rank and tokens in upstream((target,)):
                seen = _leak(case, node, scores, target, tokens)
                if seen is not None:
                    yield seen


def _target(node: Node) -> tuple[Node, Node] | None:
    """Return what a loss compares: predictions, and the indices that are right."""
    if isinstance(node.op, CrossEntropy):
        return node.inputs[0], node.inputs[1]
    if isinstance(node.op, Multiply):
        for value, other in (node.inputs, node.inputs[::-1]):
            if isinstance(other.op, OneHot) and value.rank == other.rank:
                return value, other.inputs[0]
    return None


def _leak(case: Case, loss: Node, scores: Node, target: Node, tokens: Node) -> Seen | None:
    """Try some targets of one input."""
    if tokens not in upstream((scores,)) or target.rank != scores.rank - 1:
        return None
    fed = case.values[tokens]
    length = fed.shape[-1]
    places = np.broadcast_to(np.arange(length), fed.shape)
    try:
        moved = case.again({tokens: places})[target] if target is not tokens else places
    except CutawayError:  # positions are no tokens here
        return None
    first = moved.reshape(-1, moved.shape[-1])[0]
    kept = case.values[target].reshape(-1, first.size)[0]
    if not np.array_equal(fed.reshape(-1, length)[0][np.clip(first, 0, length - 1)], kept):
        return None  # the target is something else than the token at a position
    for query in {first.size // 2, max(first.size - 2, 0)}:
        place = int(first[query])
        changed = fed.copy()
        changed[..., place] = np.roll(fed, 1, axis=-1)[..., place]
        after = case.again({tokens: changed}).get(scores, case.values[scores])
        if _differs(case.values[scores][..., query, :], after[..., query, :]):
            return _blamed(case, loss, target, tokens, first)
    return None


def _differs(a: Array, b: Array) -> bool:
    scale = np.abs(a).max() + 1e-30
    return bool(np.abs(a - b).max() > CLOSE * scale)


def _blamed(case: Case, loss: Node, target: Node, tokens: Node, first: Array) -> Seen:
    """Say whether targets are not shifted, or which attention looks ahead."""
    for node in case.graph.nodes:
        if isinstance(node.op, Take) and tokens in upstream((node.inputs[1],)):
            fed = case.values[tokens]
            places = np.broadcast_to(np.arange(fed.shape[-1]), fed.shape)
            index = node.inputs[1]
            read = places if index is tokens else case.again({tokens: places}).get(index)
            if read is None or read.shape[-1:] != first.shape:
                continue
            if (read.reshape(-1, first.size)[0] >= first).any():
                return Seen("target.shift", loss, {"tokens": tokens.name})
            break
    for attention in case.attentions:
        ahead = _is_self(case, attention) and not _causal(case, attention)
        if ahead and tokens in _stream(case, attention):
            return Seen("causal.leak", attention.weights, {"tokens": tokens.name})
    return Seen("target.seen", loss, {"tokens": tokens.name})


def uncausal(case: Case) -> Findings:
    """Report self-attention that looks ahead where others on its way, or its place, do not."""
    own = [a for a in case.attentions if _is_self(case, a) and sight(case, a) is not None]
    causal = [a for a in own if _causal(case, a)]
    crossed = {
        leaf: _memory(case, a)
        for a in case.attentions
        if not _is_self(case, a)
        for leaf in _stream(case, a)
    }
    for attention in own:
        stream = _stream(case, attention)
        if attention in causal or not stream or _has_fed_mask(attention):
            continue
        if any(stream & _stream(case, other) for other in causal):
            yield Seen("causal.other", attention.weights, {})
        elif any(_decodes(case, leaf, crossed) for leaf in stream):
            yield Seen("causal.decoder", attention.weights, {})
        elif _is_named(case, attention, stream):
            yield Seen("causal.named", attention.weights, {"scope": attention.weights.scope.path})


def _decodes(case: Case, leaf: Node, crossed: dict[Node, frozenset[Node]]) -> bool:
    """Say whether a stream attends to another one, which does not attend back."""
    others = crossed.get(leaf, frozenset()) - {leaf}
    return bool(others) and not any(leaf in crossed.get(n, frozenset()) for n in others)


def _is_named(case: Case, attention: Attention, stream: frozenset[Node]) -> bool:
    """Say whether tokens go through a scope that is called a decoder, to scores of tokens."""
    if not NAMED.search(attention.weights.scope.path):
        return False
    tables = {
        node.inputs[0].shape[0]
        for node in case.graph.nodes
        if isinstance(node.op, Take) and stream & upstream((node.inputs[1],))
    }
    return any(out.rank and out.shape[-1] in tables for out in case.graph.outputs)


def _has_fed_mask(attention: Attention) -> bool:
    """Say whether a float or bool input masks: who feeds it knows what it hides."""
    inner = set(attention.way) | {attention.product}
    masks = [n for node in attention.way for n in node.inputs if n not in inner]
    return any(isinstance(n.op, Input) and n.dtype != "int" for n in upstream(tuple(masks)))


def _causal(case: Case, attention: Attention) -> bool:
    found = sight(case, attention)
    assert found is not None
    ahead = np.triu(np.ones_like(found.seen), 1)
    return not (found.seen & ahead).any()


def _is_self(case: Case, attention: Attention) -> bool:
    """Say whether queries and keys are made of the same value, along the same positions."""
    q, k = (_sources(case, operand) for operand in attention.product.inputs)
    return bool(q & k)


def _sources(case: Case, node: Node) -> set[Node]:
    """Return what the linear maps read that make queries or keys."""
    found: set[Node] = set()
    done: set[Node] = set()
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if node in done or node not in case.reading.fed:
            continue
        done.add(node)
        linear = isinstance(node.op, MatMul)
        if linear or not node.inputs:
            found.update(n for n in node.inputs if n in case.reading.fed)
            found.update(() if node.inputs else (node,))
        else:
            waiting.extend(node.inputs)
    return found


def _stream(case: Case, attention: Attention) -> frozenset[Node]:
    """Return the inputs whose positions the queries have."""
    product = attention.product
    rows = case.origins[product][-2]
    return rows if attention.axis == attention.scores.rank - 1 else case.origins[product][-1]


def _memory(case: Case, attention: Attention) -> frozenset[Node]:
    """Return the inputs whose positions the keys have."""
    product = attention.product
    rows = case.origins[product][-2]
    return rows if attention.axis != attention.scores.rank - 1 else case.origins[product][-1]
