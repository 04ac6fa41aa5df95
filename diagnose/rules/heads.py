"""Heads that are split or joined in another way than meant, where the sizes fit all the same.

The lint ``regroup`` sees what no sizes fit. Here are those that fit: by numbers that happen to
divide one another, by heads joined in the order width, heads; and attention that compares
features, since a transpose is missing.
"""

from collections.abc import Mapping
from itertools import permutations

from cutaway.diagnose.case import Case, Seen
from cutaway.graph import Dim, Graph, Node, Shape, show_shape
from cutaway.ops import MatMul, Reshape
from cutaway.shapes.norming import made_axes
from cutaway.shapes.reading import Findings, Reading

Split = tuple[Node, int]  # a reshape, and the axis that it took apart
Tag = tuple[Split, int]  # … and which part
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
    tags = _tagged(case)
    made = made_axes(case.reading)
    heads: dict[Split, int] = {}  # what is split into heads, and which part they are
    for attention in case.attentions:
        for axis in tags.get(attention.mixing, ())[::-1]:
            heads.update(axis)
    for node in case.graph.nodes:
        if isinstance(node.op, Reshape) and node.inputs[0] in tags:
            yield from _joined(case.reading, node, tags[node.inputs[0]], made, heads)
    for attention in case.attentions:
        product = attention.product
        sides = zip(product.inputs, (-2, -1), strict=True)
        if all(
            node in tags and tags[node][axis] and node.rank + axis in made.get(node, frozenset())
            for node, axis in sides
        ):
            yield Seen("heads.features", product, {"shape": show_shape(product.shape)})


def _joined(
    reading: Reading,
    node: Node,
    tags: Tags,
    made: Mapping[Node, frozenset[int]],
    heads: Mapping[Split, int],
) -> Findings:
    """Report parts of heads that are joined in a wrong order, or with positions."""
    (source,) = node.inputs
    old, new = reading.shapes[source], reading.shapes[node]
    features = made.get(source, frozenset())
    for olds, news in reading.segments(old, new):
        if len(olds) < 2 or len(news) > 1:
            continue
        words = {
            "olds": show_shape(tuple(old[axis] for axis in olds)),
            "new": show_shape(node.shape),
        }
        before: set[Tag] = set()
        for axis in olds:
            parts = {tag for tag in tags[axis] if tag[0] in heads}
            late = [split for split, m in parts for n in (m + 1, m + 2) if (split, n) in before]
            if late:
                turned = [split for split in late if heads.get(split)]
                at = min(
                    (split for split, _ in turned), key=reading.graph.nodes.index, default=node
                )
                yield Seen("heads.order", at, words)
                return
            before |= parts
        inside = {tag for axis in features.intersection(olds) for tag in tags[axis]}
        outside = {tag for axis in features.difference(olds) for tag in tags[axis]}
        positions = not features.issuperset(olds)
        if positions and any(s in heads and (s, m - 1) in outside for s, m in inside):
            yield Seen("heads.stranded", node, words)


def _tagged(case: Case) -> dict[Node, Tags]:
    """Return, for every axis, which part of which split it is."""
    tags: dict[Node, Tags] = {}
    for node in case.graph.nodes:
        find = _split if isinstance(node.op, Reshape) else _carried
        own = find(case.reading, node, tags)
        if any(own):
            tags[node] = own
    return tags


def _carried(reading: Reading, node: Node, tags: dict[Node, Tags]) -> Tags:
    axes: list[set[Tag]] = [set() for _ in range(node.rank)]
    for source, into in zip(node.inputs, reading.carried(node), strict=True):
        if source not in tags or (isinstance(node.op, MatMul) and source not in reading.fed):
            continue
        for found, places in zip(tags[source], into, strict=True):
            for place in places:
                axes[place] |= found
    return tuple(map(frozenset, axes))


def _split(reading: Reading, node: Node, tags: dict[Node, Tags]) -> Tags:
    """Return the tags of the axes that a reshape keeps, and of those that it makes of one."""
    (source,) = node.inputs
    old, new = reading.shapes[source], reading.shapes[node]
    before = tags.get(source, (frozenset(),) * len(old))
    axes: list[frozenset[Tag]] = [frozenset()] * len(new)
    for olds, news in reading.segments(old, new):
        if len(olds) == len(news) == 1:
            axes[news[0]] = before[olds[0]]
        elif len(olds) == 1:
            for n, axis in enumerate(news):
                axes[axis] = frozenset({((node, olds[0]), n)})
    return tuple(axes)
