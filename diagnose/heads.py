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
Tags = tuple[frozenset[Tag], ...]  # of every axis


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


def split(case: Case) -> Findings:
    """Report parts of an axis that are joined in another order than they were split in.

    Reported too are scores between parts of the features: the heads of one position.
    """
    tags, wrong = _tagged(case)
    for node, parts in wrong.items():
        words = {"olds": show_shape(parts), "new": show_shape(node.shape)}
        yield Seen("heads.order", node, words)
    made = made_axes(case.reading)
    for node in case.graph.nodes:
        if isinstance(node.op, Reshape) and node not in wrong and node.inputs[0] in tags:
            (source,) = node.inputs
            parts = _stranded(case.reading, node, tags[source], made.get(source, frozenset()))
            if parts:
                words = {"olds": show_shape(parts), "new": show_shape(node.shape)}
                yield Seen("heads.stranded", node, words)
    for attention in case.attentions:
        product = attention.product
        sides = zip(product.inputs, (-2, -1), strict=True)
        if all(
            node in tags and tags[node][axis] and node.rank + axis in made.get(node, frozenset())
            for node, axis in sides
        ):
            yield Seen("heads.features", product, {"shape": show_shape(product.shape)})


def _stranded(reading: Reading, node: Node, tags: Tags, made: frozenset[int]) -> Shape:
    """Return what is joined where the width of heads goes with positions, and the heads do not."""
    old, new = reading.shapes[node.inputs[0]], reading.shapes[node]
    for olds, news in reading.segments(old, new):
        if len(olds) < 2 or len(news) > 1 or made.issuperset(olds):
            continue
        inside = {tag for axis in olds if axis in made for tag in tags[axis]}
        outside = {tag for axis in made.difference(olds) if old[axis] != 1 for tag in tags[axis]}
        if any((split, m - 1) in outside for split, m in inside):
            return tuple(old[axis] for axis in olds)
    return ()


def _tagged(case: Case) -> tuple[dict[Node, Tags], dict[Node, Shape]]:
    """Return which parts of which split every axis is, and what is joined in a wrong order."""
    tags: dict[Node, Tags] = {}
    wrong: dict[Node, Shape] = {}
    for node in case.graph.nodes:
        if isinstance(node.op, Reshape):
            own, parts = _reshaped(case.reading, node, tags)
            if parts:
                wrong[node] = parts
        else:
            own = _carried(case.reading, node, tags)
        if any(own):
            tags[node] = own
    return tags, wrong


def _carried(reading: Reading, node: Node, tags: dict[Node, Tags]) -> Tags:
    axes: list[set[Tag]] = [set() for _ in range(node.rank)]
    for source, into in zip(node.inputs, reading.carried(node), strict=True):
        if source not in tags or (isinstance(node.op, MatMul) and source not in reading.fed):
            continue
        for found, places in zip(tags[source], into, strict=True):
            for place in places:
                axes[place] |= found
    return tuple(map(frozenset, axes))


def _reshaped(reading: Reading, node: Node, tags: dict[Node, Tags]) -> tuple[Tags, Shape]:
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
