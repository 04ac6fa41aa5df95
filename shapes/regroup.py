"""Reshapes that regroup: the same elements, but an axis that holds a mixture of two.

A reshape may cut an axis into neighbours and join neighbours into one. Then the partial products
of the old shape and of the new one divide one another, all of them: ``(B, T, D)`` to
``(B, T, H, D/H)`` has ``B, B*T`` and ``B, B*T, B*T*H``. ``(B, T, H*K)`` to ``(B*H, T, K)`` has
``B*T`` and ``B*H``, of which neither divides the other: that reshape mixes time and heads.

A product has no order, so ``(H*B)`` and ``(B*H)`` are the same dim. Every axis that a reshape
joined therefore keeps the order of its parts, until an op makes a new axis; where two such axes
meet, or one is split again, their orders are compared.

A real regrouping (a channel shuffle, a pixel shuffle by reshape alone) is reported: allow it.
Not seen: axes of equal sizes in the wrong order, ints that happen to divide one another (symbols
have no such luck), the order of an axis that an input or a parameter already has, and sizes tied
by an equation that :class:`~cutaway.shapes.generic.Generic` cannot solve.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cmp_to_key
from itertools import islice, pairwise, permutations

import sympy

from cutaway.graph import Condition, Dim, Node, Shape, as_dim, divides, show, show_shape
from cutaway.graph.conditions import of_size
from cutaway.ops import Concat, Reshape
from cutaway.shapes.reading import Finding, Findings, Places, Reading, labels

Parts = tuple[Dim, ...]  # what an axis was joined from, in order
Orders = dict[int, Parts]  # by axis; an axis that nobody joined is not there
Seen = tuple[str, dict[str, str]] | None  # the key of a text, and its words
MOST = 120  # orders, and cuts, that are tried for a fix: all those of five axes


def regroup(reading: Reading) -> Findings:
    """Report reshapes that mix axes, and joined axes that meet in different orders."""
    orders: dict[Node, Orders] = {}
    known: dict[object, tuple[Orders, Seen]] = {}  # layers repeat, and so do their reshapes
    for node in reading.graph.nodes:
        if isinstance(node.op, Reshape):
            before = orders.get(node.inputs[0], {})
            old, new = reading.shapes[node.inputs[0]], reading.shapes[node]
            key = old, new, tuple(before.items())
            if key not in known:
                known[key] = _reshape(reading, old, new, before)
            found, seen = known[key]
        elif isinstance(node.op, Concat) and len(set(node.inputs)) == 1 < len(node.inputs):
            found, seen = _repeat(reading, node, orders), None
        elif any(source in orders for source in node.inputs):
            found, seen = _meet(reading, node, orders)
        else:
            continue
        if found:
            orders[node] = found
        if seen:
            yield Finding(seen[0], node, seen[1])


def _reshape(reading: Reading, old: Shape, new: Shape, known: Orders) -> tuple[Orders, Seen]:
    """Cut and join; where axes are mixed, nothing is known of the new ones."""
    found: Orders = {}
    seen: Seen = None
    words = {"old": show_shape(old), "new": show_shape(new)}
    for olds, news in reading.segments(old, new):
        if len(olds) > 1 and len(news) > 1 and _mixed(reading, old, olds, new, news):
            words["olds"] = show_shape(tuple(old[axis] for axis in olds))
            words["news"] = show_shape(tuple(new[axis] for axis in news))
            seen = "regroup", words | {"fix": _fix(reading, old, olds, new, news)}
            continue
        parts = tuple(part for axis in olds for part in known.get(axis, (old[axis],)))
        wanted = tuple(new[axis] for axis in news)
        for some, into in reading.segments(parts, wanted):
            ours, theirs = [parts[n] for n in some], [wanted[n] for n in into]
            if len(some) > 1 and len(into) > 1 and _reordered(reading, ours, theirs):
                words |= {"olds": _joined(ours), "news": show_shape(tuple(theirs))}
                seen = seen or ("regroup.split", words)
            elif len(some) > 1 and into:  # else all of them have length 1
                pieces = _pieces(reading, ours, theirs)
                found |= {news[n]: p for n, p in zip(into, pieces, strict=True) if len(p) > 1}
    return found, seen


def _pieces(reading: Reading, parts: Sequence[Dim], sizes: Sequence[Dim]) -> list[Parts]:
    """Return what each new axis is joined from: parts, or pieces of parts that are cut.

    Where some partial products do not divide one another, nothing is known.
    """
    at = reading.generic.at
    cuts = [*_partial(parts), *_partial(sizes)]
    if any(reading.generic.unrelated(a, b) for a in cuts for b in cuts):
        return [(size,) for size in sizes]
    cuts.sort(key=cmp_to_key(lambda a, b: _before(reading, a, b)))
    found: list[Parts] = []
    start: Dim = 1
    for end in (*_partial(sizes), _product(sizes)):
        inside = [
            c for c in cuts if _before(reading, start, c) < 0 and _before(reading, c, end) < 0
        ]
        stops = [start, *{at(cut): cut for cut in inside}.values(), end]
        found.append(tuple(_product((b, sympy.Integer(1) / a)) for a, b in pairwise(stops)))
        start = end
    return found


def _before(reading: Reading, a: Dim, b: Dim) -> int:
    """Compare two sizes one of which divides the other."""
    ratio = reading.generic.at(reading.generic.at(b) / reading.generic.at(a))
    return 0 if ratio == 1 else -1 if sympy.fraction(ratio)[1] == 1 else 1


def _repeat(reading: Reading, node: Node, orders: dict[Node, Orders]) -> Orders:
    """Join one value to itself: an axis of copies, then its own."""
    assert isinstance(node.op, Concat)
    known, axis = orders.get(node.inputs[0], {}), node.op.axis
    size = reading.shapes[node.inputs[0]][axis]
    own = known.get(axis, () if size == 1 else (size,))
    parts = (len(node.inputs), *own)
    return {**known, axis: parts} if len(parts) > 1 else known


def _meet(reading: Reading, node: Node, orders: dict[Node, Orders]) -> tuple[Orders, Seen]:
    """Carry orders through; what two operands disagree on is reported, and forgotten."""
    axes = labels(node)
    shape = reading.shapes[node]
    met: dict[object, list[Parts]] = {}
    for place, (source, into) in enumerate(zip(node.inputs, reading.carried(node), strict=True)):
        known = orders.get(source, {})
        for axis, size in enumerate(reading.shapes[source]):
            if size == 1 or (axes is None and _changed(shape, into[axis], size)):
                continue
            label = axes.inputs[place][axis] if axes else into[axis]
            met.setdefault(label, []).append(known.get(axis, (size,)))
    found: Orders = {}
    for axis in range(len(shape)):
        parts = _agreed(reading, met.get(axes.output[axis] if axes else (axis,), []))
        if len(parts) > 1:
            found[axis] = parts
    for sides in met.values():
        for one, other in pairwise(sides):
            if len(one) > 1 and len(other) > 1 and _permuted(reading, one, other):
                words = {"op": node.op.name, "one": _joined(one), "other": _joined(other)}
                return found, ("regroup.join", words)
    return found, None


def _changed(shape: Shape, into: Places, size: Dim) -> bool:
    """Say whether an axis was cut, padded or lengthened."""
    return not into or shape[into[0]] != size


def _agreed(reading: Reading, sides: Sequence[Parts]) -> Parts:
    """Return the parts into which all sides may be cut."""
    if not sides:
        return ()
    first, *others = sides
    for other in others:
        if other != first:
            cuts = reading.segments(first, other)
            first = tuple(_product(first[n] for n in some) for some, _ in cuts)
    return first


def _mixed(reading: Reading, old: Shape, olds: Places, new: Shape, news: Places) -> bool:
    """Say whether some partial products of the two do not divide one another."""
    generic = reading.generic
    above = _partial([old[axis] for axis in olds])
    below = _partial([new[axis] for axis in news])
    return any(generic.unrelated(a, b) for a in above for b in below)


def _permuted(reading: Reading, one: Sequence[Dim], other: Sequence[Dim]) -> bool:
    """Say whether the same parts stand in another order."""
    at = reading.generic.at
    ours, theirs = [at(part) for part in one], [at(part) for part in other]
    return ours != theirs and Counter(ours) == Counter(theirs)


def _reordered(reading: Reading, parts: Sequence[Dim], wanted: Sequence[Dim]) -> bool:
    """Say whether an axis is taken apart in another order than it was joined in."""
    pairs = ((a, b) for a in _partial(parts) for b in _partial(wanted))
    return _permuted(reading, parts, wanted) and any(
        reading.generic.unrelated(a, b) for a, b in pairs
    )


def _partial(sizes: Sequence[Dim]) -> list[Dim]:
    """Return the products of the first one, two, … sizes, without all of them."""
    return [_product(sizes[:count]) for count in range(1, len(sizes))]


def _product(sizes: Iterable[Dim]) -> Dim:
    return as_dim(sympy.cancel(sympy.Mul(*sizes)))


def _joined(parts: Sequence[Dim]) -> str:
    return f"({'*'.join(show(part) for part in parts)})"


def _fix(reading: Reading, old: Shape, olds: Places, new: Shape, news: Places) -> str:
    """Find the transpose that is missing: before the reshape, after it, or between two."""
    target = f".reshape({show_shape(new)})"
    order = _order(reading, old, olds, new)
    if order:
        return f"transpose first: x.transpose({order}){target}"
    order = _order(reading, new, news, old)
    if order:
        shape = show_shape(tuple(new[axis] for axis in order))
        back = tuple(order.index(axis) for axis in range(len(order)))
        return f"transpose after: x.reshape({shape}).transpose({back})"
    promise = _promise(reading, old, olds, new, news)
    if promise:
        return f"if {promise.left} is to divide {promise.right}, declare it: requires=['{promise}']"
    for cut, axes in islice(_cuts(reading, old, olds, new), MOST):
        order = _order(reading, cut, axes, new)
        if order:
            first = f"x.reshape({show_shape(cut)}).transpose({order})"
            return f"cut, transpose, then join: {first}{target}"
    return "cut axes first, then transpose, then join neighbours: three steps"


def _promise(
    reading: Reading, old: Shape, olds: Places, new: Shape, news: Places
) -> Condition | None:
    """Find a factor of a number that is divided, such that the reshape is clean if it is divided.

    ``(B, T)`` to ``(B*T/W, W)`` asks for ``W | B*T``: with ``W | T`` it cuts time into windows.
    """
    for condition in reading.conditions:
        if condition.relation != "|" or not isinstance(condition.left, sympy.Symbol):
            continue
        for factor in sympy.Mul.make_args(sympy.sympify(condition.right)):
            asked = divides(condition.left, factor)
            if factor not in (*old, *new) or not isinstance(asked, Condition):
                continue
            if not _mixed(Reading(reading.graph, {}, asked), old, olds, new, news):
                return asked
    return None


def _order(reading: Reading, old: Shape, axes: Places, new: Shape) -> Places | None:
    """Return the first order of some old axes in which the reshape is clean."""
    for moved in islice(permutations(axes), MOST):
        places = dict(zip(axes, moved, strict=True))
        order = tuple(places.get(axis, axis) for axis in range(len(old)))
        if _clean(reading, tuple(old[axis] for axis in order), new):
            return order
    return None


def _cuts(reading: Reading, old: Shape, olds: Places, new: Shape) -> Iterator[tuple[Shape, Places]]:
    """Give the old shape with one axis cut in two, one part of which the new shape knows."""
    wanted = [sympy.sympify(size) / known for size in new for known in (1, *old)]
    for axis in olds:
        axes = (*(n for n in olds if n <= axis), axis + 1, *(n + 1 for n in olds if n > axis))
        for part in wanted:
            for pair in ((part, old[axis] / part), (old[axis] / part, part)):
                whole = all(reading.known.decide(asked) for side in pair for asked in of_size(side))
                if whole and 1 not in pair:
                    yield (*old[:axis], *map(as_dim, pair), *old[axis + 1 :]), axes


def _clean(reading: Reading, old: Shape, new: Shape) -> bool:
    """Say whether every axis is cut into neighbours or joined from neighbours."""
    return all(len(a) == 1 or len(b) == 1 for a, b in reading.segments(old, new))
