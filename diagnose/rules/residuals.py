"""Residuals that are forgotten, or added twice.

A sublayer is an attention or two linear maps with an activation between. Where most of a model's
sublayers are added to what they read, one that is not breaks the way of the values.
"""

import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from cutaway.diagnose.case import Case, Seen, upstream
from cutaway.graph import Node, Shape, Source
from cutaway.ops import (
    Add,
    Concat,
    Divide,
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
    Sum,
)
from cutaway.ops.functions import Sigmoid, Tanh
from cutaway.shapes.reading import Findings
from cutaway.shapes.scaling import FORM

PLAIN = (*FORM, Add, Multiply, Sum, Dropout, LayerNorm, RMSNorm)  # experts are summed
CURVES = (Relu, Gelu, GeluTanh, Silu, Maximum, Sigmoid, Tanh)
FAR = 40  # nodes on the way from a linear map to the sum it is added to


class Sublayer(NamedTuple):
    """A part of a layer: what it reads, the linear map that ends it, and whose values that maps.

    ``sum`` adds it to what it depends on; None where nothing does.
    """

    kind: str
    read: Node
    last: Node
    core: Node
    sum: Node | None


def forgotten(case: Case) -> Findings:
    """Report sublayers that are not added to what they read, where most others are."""
    found = list(sublayers(case))
    added = [s for s in found if s.sum is not None]
    plain = [s for s in found if s.sum is None]
    if not added or _count(plain) > _count(added):
        return
    for sublayer in plain:
        goes_on = any(sublayer.last in upstream((s.core,)) for s in found if s is not sublayer)
        if goes_on or _alike(sublayer, added):
            place = _place(sublayer, added)
            node = sublayer.last if place else _named(case, sublayer)
            yield Seen(f"residual.{sublayer.kind}", node, {}, place)


def _count(sublayers: list[Sublayer]) -> int:
    """Count sublayers; experts, which read the same, are one."""
    return len({(s.kind, s.read) for s in sublayers})


def _place(sublayer: Sublayer, added: list[Sublayer]) -> Source | None:
    """Return the line where a sum is missing: in the function that adds others."""
    adding = {s.sum.source.function for s in added if s.sum is not None}
    own = sublayer.last.source
    return next((place for place in (own, *own.calls) if place.function in adding), None)


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


def sublayers(case: Case) -> Iterator[Sublayer]:
    """Give attentions and feed-forward networks of which the width stays."""
    for attention in case.attentions:
        q = _linear_of(case, attention.product.inputs[0], turned=True)
        if q is None:
            continue
        last = _output(case, attention.mixing)
        if last is not None and last.shape[-1] == q.inputs[0].shape[-1]:
            yield Sublayer("attention", q.inputs[0], last, attention.mixing, _sum(case, last))
    for node in case.graph.nodes:
        if isinstance(node.op, CURVES) and node in case.reading.fed:
            up = _linear_of(case, node.inputs[0])
            last = _output(case, node)
            if up is None or last is None:
                continue
            if _fits(up.inputs[0].shape, last.shape):
                yield Sublayer("feed-forward", up.inputs[0], last, node, _sum(case, last))


def _fits(read: Shape, last: Shape) -> bool:
    """Say whether the width stays, and all other axes; experts that are stacked are one more."""
    pairs = zip(read, last, strict=False)
    return len(read) == len(last) and all(a in (1, b) for a, b in pairs) and read[-1] == last[-1]


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
        if not isinstance(node.op, (*FORM, Concat, Elementwise, LayerNorm, RMSNorm)):
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


def _sum(case: Case, node: Node) -> Node | None:
    """Return where a value is added to what it depends on, perhaps after dropout or a norm."""
    above = upstream((node,)) & case.reading.fed
    waiting = [node]
    for _ in range(FAR):
        if not waiting:
            break
        node = waiting.pop()
        for reader in case.graph.readers[node]:
            if isinstance(reader.op, Add):
                others = [n for n in reader.inputs if n is not node]
                if any(_unscaled(case, term) in above for n in others for term in _terms(n)):
                    return reader
            if isinstance(reader.op, PLAIN):
                waiting.append(reader)
    return None


def _unscaled(case: Case, node: Node) -> Node:
    """Return what a term of a sum is, before it is multiplied by a number."""
    if isinstance(node.op, Multiply | Divide):
        fed = [n for n in node.inputs if n in case.reading.fed]
        rest = [n for n in node.inputs if n not in case.reading.fed]
        if len(fed) == 1 and all(not n.rank for n in rest):
            return fed[0]
    return node


def doubled(case: Case) -> Findings:
    """Report sums in which the same value stands twice, beside something else.

    A sum that others read too is a value of its own: adding up what all layers give is fine.
    """
    reported: set[Node] = set()
    for node in case.graph.nodes:
        if isinstance(node.op, Add) and node in case.reading.fed and node.rank > 1:
            terms, inner = _own(case, node)
            twice = next((t for sum_ in (node, *inner) if (t := _again(case, sum_))), None)
            if twice and len(set(terms)) > 1 and reported.isdisjoint(inner):
                reported.add(node)
                yield Seen("residual.twice", node, {"of": case.graph.path(twice[0])})


def _again(case: Case, node: Node) -> list[Node]:
    """Return the operand of a sum that stands in the other one once more."""
    return [
        x
        for x, other in (node.inputs, node.inputs[::-1])
        if x is other or (len(case.graph.readers[other]) == 1 and x in _own(case, other)[0])
    ]


def _own(case: Case, node: Node) -> tuple[list[Node], list[Node]]:
    """Return what a value adds up, and the sums on the way that nothing else reads."""
    terms: list[Node] = []
    inner: list[Node] = []
    waiting = list(node.inputs) if isinstance(node.op, Add) else []
    while waiting and len(terms) < FAR:
        part = waiting.pop()
        if isinstance(part.op, Add) and len(case.graph.readers[part]) == 1:
            inner.append(part)
            waiting += part.inputs
        else:
            terms.append(part)
    return terms, inner


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
