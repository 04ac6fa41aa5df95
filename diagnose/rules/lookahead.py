"""Positions that see what they are to predict.

A decoder may look at what came before. Whether it does is tried: another token where the target
stands must not change the prediction. Without a loss, attention is compared with its neighbours.
"""

import re

import numpy as np

from cutaway.diagnose.attention import Attention
from cutaway.diagnose.case import Case, Seen, upstream
from cutaway.diagnose.lines import told_apart
from cutaway.diagnose.rules.masks import fault, sight
from cutaway.diagnose.rules.targets import Trial, hidden, trials
from cutaway.graph import Input, Node
from cutaway.ops import MatMul, Take
from cutaway.shapes.reading import Findings

ASKING = re.compile(r"quer|latent|slot|anchor|object", re.IGNORECASE)  # in no order: a set
NAMED = re.compile(r"decoder|gpt|causal|language", re.IGNORECASE)


def leaks(case: Case) -> Findings:
    """Report losses whose prediction depends on its own target."""
    for trial in trials(case):
        seen = _blamed(case, trial) if trial.sees else None
        if seen is not None:
            yield seen


def _blamed(case: Case, trial: Trial) -> Seen | None:
    """Say whether targets are not shifted, or which attention looks ahead.

    None where its mask does something wrong, which is reported already.
    """
    tokens, places = trial.tokens, trial.places
    for node in case.graph.nodes:
        if isinstance(node.op, Take) and tokens in upstream((node.inputs[1],)):
            fed = case.values[tokens]
            numbered = np.broadcast_to(np.arange(fed.shape[-1]), fed.shape)
            index = node.inputs[1]
            read = numbered if index is tokens else case.again({tokens: numbered}).get(index)
            if read is None or read.shape[-1:] != places.shape:
                continue
            if (read.reshape(-1, places.size)[0] >= places).any():
                return Seen("target.shift", trial.loss, {"tokens": tokens.name})
            break
    for attention in case.along_keys:
        ahead = _is_self(case, attention) and not _causal(case, attention)
        if ahead and tokens in case.stream(attention):
            place = told_apart(case.graph, attention.weights, case.graph.path)
            found = Seen("causal.leak", attention.weights, {"tokens": tokens.name}, place)
            return None if fault(case, attention) else found
    return Seen("target.seen", trial.loss, {"tokens": tokens.name})


def uncausal(case: Case) -> Findings:
    """Report self-attention that looks ahead where others on its way, or its place, do not."""
    own = [a for a in case.along_keys if _is_self(case, a) and sight(case, a) is not None]
    causal = [a for a in own if _causal(case, a)]
    kept = hidden(case) if len(causal) < len(own) else frozenset()
    crossed = {
        leaf: case.memory(a)
        for a in case.attentions
        if not _is_self(case, a)
        for leaf in case.stream(a)
    }
    for attention in own:
        stream = case.stream(attention)
        if attention in causal or not stream - kept or _has_fed_mask(attention):
            continue
        if fault(case, attention):
            continue
        place = told_apart(case.graph, attention.weights, case.graph.path)
        if any(stream & case.stream(other) for other in causal):
            yield Seen("causal.other", attention.weights, {}, place)
        elif any(_decodes(case, leaf, crossed) for leaf in stream):
            yield Seen("causal.decoder", attention.weights, {}, place)
        elif _is_named(case, attention, stream):
            scope = attention.weights.scope.path
            yield Seen("causal.named", attention.weights, {"scope": scope}, place)


def _decodes(case: Case, leaf: Node, crossed: dict[Node, frozenset[Node]]) -> bool:
    """Say whether a stream attends to another one, which does not attend back."""
    others = crossed.get(leaf, frozenset()) - {leaf}
    if leaf.dtype == "float" and ASKING.search(leaf.name):
        return False
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
    q, k = (sources(case, operand) for operand in attention.product.inputs)
    return bool(q & k)


def sources(case: Case, node: Node) -> set[Node]:
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
