"""Residuals that are forgotten, or added twice.

A sublayer is an attention or two linear maps with an activation between. Where most of a model's
sublayers are added to what they read, one that is not breaks the way of the values.
"""

import re
from collections import Counter, deque
from collections.abc import Iterator
from typing import NamedTuple

from cutaway.diagnose.case import Case, Seen, upstream
from cutaway.graph import Node
from cutaway.ops import (
    Add,
    Dropout,
    Elementwise,
    Gelu,
    GeluTanh,
    LayerNorm,
    MatMul,
    Maximum,
    Multiply,
    Relu,
    RMSNorm,
    Silu,
)
from cutaway.ops.functions import Sigmoid, Tanh
from cutaway.shapes.reading import Findings
from cutaway.shapes.scaling import FORM

PLAIN = (*FORM, Add, Multiply, Dropout, LayerNorm, RMSNorm)
CURVES = (Relu, Gelu, GeluTanh, Silu, Maximum, Sigmoid, Tanh)
FAR = 40  # nodes on the way from a linear map to the sum it is added to


class Sublayer(NamedTuple):
    """A part of a layer: the linear map that ends it, and the nodes whose values it maps."""

    kind: str
    last: Node
    core: Node
    added: bool


def forgotten(case: Case) -> Findings:
    """Report sublayers that are not added to what they read, where most others are."""
    found = list(_sublayers(case))
    added = [s for s in found if s.added]
    plain = [s for s in found if not s.added]
    if not added or len(plain) > len(added):
        return
    for sublayer in plain:
        goes_on = any(sublayer.last in upstream((s.core,)) for s in found if s is not sublayer)
        if goes_on or _alike(sublayer, added):
            yield Seen(f"residual.{sublayer.kind}", _named(case, sublayer), {})


def _named(case: Case, sublayer: Sublayer) -> Node:
    """Return the end of a sublayer; what it maps, if the line of the end makes all linear maps."""
    last, core = sublayer.last, sublayer.core
    made = [n for n in case.graph.nodes if n.source == last.source]
    roles = {re.sub(r"\d+", "", n.scope.path) for n in made}
    return core if len(roles) > 1 and core.source != last.source else last


def _alike(sublayer: Sublayer, added: list[Sublayer]) -> bool:
    """Say whether others like it are added, and it is no head: that would not widen."""
    others = [s for s in added if s.last.shape == sublayer.last.shape]
    if sublayer.kind == "attention":
        return any(s.kind == sublayer.kind for s in others)
    return bool(others) and sublayer.core.shape[-1] != sublayer.last.shape[-1]


def _sublayers(case: Case) -> Iterator[Sublayer]:
    """Give attentions and feed-forward networks of which the width stays."""
    for attention in case.attentions:
        q = _linear_of(case, attention.product.inputs[0], turned=True)
        if q is None:
            continue
        last = _output(case, attention.mixing)
        if last is not None and last.shape[-1] == q.inputs[0].shape[-1]:
            yield Sublayer("attention", last, attention.mixing, _is_added(case, last))
    for node in case.graph.nodes:
        if isinstance(node.op, CURVES) and node in case.reading.fed:
            up = _linear_of(case, node.inputs[0])
            last = _output(case, node)
            if up is None or last is None:
                continue
            if last.shape == up.inputs[0].shape:
                yield Sublayer("feed-forward", last, node, _is_added(case, last))


def _linear_of(case: Case, node: Node, turned: bool = False) -> Node | None:
    """Return the linear map that a value is made by, behind biases and changes of form.

    Queries may be ``turned``: a sum of what is made of them, by their positions.
    """
    for _ in range(FAR):
        if isinstance(node.op, MatMul):
            other = node.inputs[1]
            return node if other in case.reading.learned else None
        fed = [n for n in node.inputs if n in case.reading.fed]
        if len(fed) != 1 and not (turned and fed):
            return None
        if not isinstance(node.op, (*FORM, Elementwise, LayerNorm, RMSNorm)):
            return None
        node = fed[0]
    return None


def _output(case: Case, node: Node) -> Node | None:
    """Return the next linear map after a value, with its bias."""
    for _ in range(FAR):
        readers = [n for n in case.graph.readers[node] if n.dtype == "float"]
        if len(readers) != 1:
            return None
        (node,) = readers
        if isinstance(node.op, MatMul):
            if node.inputs[1] not in case.reading.learned:
                return None
            return _with_bias(case, node)
        if not isinstance(node.op, (*FORM, Multiply, Dropout, Add)):
            return None
    return None


def _with_bias(case: Case, node: Node) -> Node:
    readers = case.graph.readers[node]
    if len(readers) == 1 and isinstance(readers[0].op, Add):
        other = [n for n in readers[0].inputs if n is not node]
        if other and other[0] in case.reading.learned:
            return readers[0]
    return node


def _is_added(case: Case, node: Node) -> bool:
    """Say whether a value is added to what it depends on, perhaps after dropout or a norm."""
    above = upstream((node,)) & case.reading.fed
    waiting = [node]
    for _ in range(FAR):
        if not waiting:
            break
        node = waiting.pop()
        for reader in case.graph.readers[node]:
            if isinstance(reader.op, Add):
                others = [n for n in reader.inputs if n is not node]
                if any(term in above for n in others for term in _terms(n)):
                    return True
            if isinstance(reader.op, PLAIN):
                waiting.append(reader)
    return False


def doubled(case: Case) -> Findings:
    """Report sums in which the same value stands twice, beside something else."""
    reported: set[Node] = set()
    for node in case.graph.nodes:
        if isinstance(node.op, Add) and node in case.reading.fed and node.rank > 1:
            parts = _parts(node)
            terms = {part for part in parts if not isinstance(part.op, Add)}
            twice = [part for part, count in Counter(parts).items() if count > 1]
            if twice and len(terms) > 1 and reported.isdisjoint(parts):
                reported.add(node)
                yield Seen("residual.twice", node, {"of": case.graph.path(twice[0])})


def _terms(node: Node) -> list[Node]:
    """Return what a sum adds up, sums in it taken apart."""
    return [part for part in _parts(node) if not isinstance(part.op, Add)]


def _parts(node: Node) -> list[Node]:
    """Return a sum and what it adds up, sums in it and their terms too: the nearest first."""
    found: list[Node] = []
    waiting = deque([node])
    while waiting and len(found) < 2 * FAR:
        part = waiting.popleft()
        found.append(part)
        if isinstance(part.op, Add):
            waiting.extend(part.inputs)
    return found
