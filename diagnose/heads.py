"""Heads that are split or joined in another way than meant, where the sizes fit all the same.

The lint ``regroup`` sees what no sizes fit. Here are those that fit: by numbers that happen to
divide one another, by heads joined in the order width, heads; and attention that compares
features, since a transpose is missing.
"""

from itertools import permutations

from cutaway.diagnose.case import Case, Seen
from cutaway.graph import Dim, Graph, Node, Shape, show_shape
from cutaway.ops import MatMul, Reshape
from cutaway.shapes.norming import made_axes
from cutaway.shapes.reading import Findings, Reading

Tag = tuple[tuple[Node, int], int]  # a reshape and the axis it took apart, and which part


def lucky(case: Case) -> Findings:
    """Report reshapes that keep an axis by its size, and not its elements."""
    reading = case.reading
    for node in case.graph.nodes:
        if not isinstance(node.op, Reshape) or node not in reading.fed:
            continue
        old, new = reading.shapes[node.inputs[0]], reading.shapes[node]
        for olds, news in reading.segments(old, new):
            if len(olds) < 2 or len(news) < 2 or not _whole((*old, *new)):
                continue
            before, after = [old[n] for n in olds], [new[n] for n in news]
            kept = [size for size in before if before.count(size) == 1 == after.count(size)]
            if kept and (_permutes(before, after) or _permutes(after, before)):
                words = {"old": show_shape(old), "new": show_shape(new), "size": str(kept[0])}
                yield Seen("heads.reshape", node, words)
                break


def _whole(sizes: Shape) -> bool:
    return all(isinstance(size, int) for size in sizes)


def _permutes(old: list[Dim], new: list[Dim]) -> bool:
    """Say whether the old axes, in another order, are cut and joined to the new ones."""
    reading, target = Reading(Graph(())), tuple(new)
    return any(
        all(min(map(len, pair)) == 1 for pair in reading.segments(order, target))
        for order in permutations(old)
        if order != tuple(old)
    )


def features(case: Case) -> Findings:
    """Report scores between features: the axis of the keys was made by a linear map."""
    made = made_axes(case.reading)
    for attention in case.attentions:
        product = attention.product
        q, k = product.inputs
        rows, columns = made.get(q, frozenset()), made.get(k, frozenset())
        if q.rank - 2 in rows and k.rank - 1 in columns:
            yield Seen("heads.features", product, {"shape": show_shape(product.shape)})


def joined(case: Case) -> Findings:
    """Report parts of an axis that are joined in another order than they were split in."""
    reading = case.reading
    tags: dict[Node, tuple[frozenset[Tag], ...]] = {}
    for node in case.graph.nodes:
        if isinstance(node.op, Reshape):
            own, wrong = _reshaped(reading, node, tags)
            if wrong:
                words = {"olds": show_shape(wrong), "new": show_shape(node.shape)}
                yield Seen("heads.order", node, words)
        else:
            own = _carried(reading, node, tags)
        if any(own):
            tags[node] = own


def _carried(
    reading: Reading, node: Node, tags: dict[Node, tuple[frozenset[Tag], ...]]
) -> tuple[frozenset[Tag], ...]:
    axes: list[set[Tag]] = [set() for _ in range(node.rank)]
    for source, into in zip(node.inputs, reading.carried(node), strict=True):
        if source not in tags or (isinstance(node.op, MatMul) and source not in reading.fed):
            continue
        for found, places in zip(tags[source], into, strict=True):
            for place in places:
                axes[place] |= found
    return tuple(map(frozenset, axes))


def _reshaped(
    reading: Reading, node: Node, tags: dict[Node, tuple[frozenset[Tag], ...]]
) -> tuple[tuple[frozenset[Tag], ...], Shape]:
    """Return the tags of the new axes, and the parts that were joined in a wrong order."""
    (source,) = node.inputs
    old, new = reading.shapes[source], reading.shapes[node]
    before = tags.get(source, (frozenset(),) * len(old))
    axes: list[frozenset[Tag]] = [frozenset()] * len(new)
    wrong: Shape = ()
    for olds, news in reading.segments(old, new):
        if len(olds) == len(news) == 1:
            axes[news[0]] = before[olds[0]]
        elif len(olds) == 1:
            for n, axis in enumerate(news):
                axes[axis] = frozenset({((node, olds[0]), n)})
        elif len(news) == 1 and len(olds) == 2:
            first, second = (before[axis] for axis in olds)
            if any((split, n) in second for split, m in first for n in range(m)):
                wrong = tuple(old[axis] for axis in olds)
    return tuple(axes), wrong
