"""Where axes come from: every op against numpy, the words, and the picture."""

from itertools import product
from random import Random

import numpy as np
import pytest
from conftest import Golden
from drawing import Array, Sample, instance
from hypothesis import given
from hypothesis import strategies as st
from samples import ROWS
from snippets import run

import cutaway as ca
from cutaway import ops
from cutaway.graph import InputAxis, Node, evaluate
from cutaway.graph.origin import trace
from cutaway.ops import Numpy

MOVED = (
    ops.Reshape,
    ops.PermuteDims,
    ops.BroadcastTo,
    ops.ExpandDims,
    ops.Squeeze,
    ops.Concat,
    ops.Pad,
    ops.Slice,
    ops.Place,
)
ORDERED = (ops.CumulativeSum, ops.Dropout)  # what they give depends on the order along an axis
NOWHERE = -1


def carried(node: Node) -> tuple[tuple[InputAxis, ...], ...]:
    return node.op.carries(tuple(source.shape for source in node.inputs), node.shape)


def sizes_of(node: Node, sizes: dict[str, int]) -> tuple[int, ...]:
    return tuple(int(evaluate(dim, sizes)) for dim in node.shape)


def kernel(node: Node, sizes: dict[str, int], arrays: list[Array]) -> Array:
    return np.asarray(node.op.bind(sizes).kernel(Numpy(), *arrays))


def check_labels(node: Node, sizes: dict[str, int]) -> None:
    """Mark every element with its place along one axis: only what carries it may show the mark."""
    shapes = [sizes_of(source, sizes) for source in node.inputs]
    found = carried(node)
    assert len(found) == node.rank
    for operand, shape in enumerate(shapes):
        for axis, length in enumerate(shape):
            arrays = [np.full(other, NOWHERE) for other in shapes]
            marks = np.arange(length).reshape([-1 if n == axis else 1 for n in range(len(shape))])
            arrays[operand] = np.broadcast_to(marks, shape).copy()
            if isinstance(node.op, ops.Pad):
                node = ca.ops.pad(node.inputs[0], node.op.widths, NOWHERE)
            out = kernel(node, sizes, arrays)
            if isinstance(node.op, ops.Place):  # fills with zeros: no mark
                arrays[operand] += 1
                out = kernel(node, sizes, arrays) - 1
            takes = [n for n, places in enumerate(found) if InputAxis(operand, axis) in places]
            seen: dict[tuple[int, ...], int] = {}
            for place in product(*map(range, out.shape)):
                mark = int(out[place])
                if mark == NOWHERE:
                    continue
                there = tuple(place[n] for n in takes)
                assert seen.setdefault(there, mark) == mark, (node, operand, axis, takes)
            if len(takes) == 1 and trace(node, takes[0])[0] == "carried" and shape == out.shape:
                kept = [seen[key] for key in sorted(seen)]
                assert kept in (sorted(kept), sorted(kept, reverse=True))


def check_order(node: Node, sizes: dict[str, int], arrays: list[Array]) -> None:
    """Reorder an axis in every input that carries it: the output is reordered likewise."""
    out = kernel(node, sizes, arrays)
    for axis, places in enumerate(carried(node)):
        if not places:
            continue
        order = np.roll(np.arange(out.shape[axis])[::-1], 1)
        moved = list(arrays)
        for operand, n in places:
            moved[operand] = np.take(moved[operand], order, n)
        np.testing.assert_allclose(
            kernel(node, sizes, moved), np.take(out, order, axis), rtol=1e-12, atol=1e-12
        )


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_ops_carry_the_axes_they_say(row: Sample) -> None:
    for seed in range(12):
        found = instance(row.cases[seed % len(row.cases)], seed)
        inner = [node for node in ca.Graph(found.node).nodes if node.inputs]
        for node in inner:
            if isinstance(node.op, MOVED):
                check_labels(node, found.sizes)
            elif not isinstance(node.op, ORDERED):
                check_order(node, found.sizes, found.run(*node.inputs))


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_carried_axis_has_the_size_it_had(row: Sample) -> None:
    for seed in range(6):
        node = instance(row.cases[seed % len(row.cases)], seed).node
        for axis in range(node.rank):
            happened, sources = trace(node, axis)
            for operand, n in sources if happened == "carried" else ():
                same = node.inputs[operand].shape[n] == node.shape[axis]
                assert same or node.conditions
            assert bool(sources) == (happened not in ("begins", "made", "contracted"))


lengths = st.lists(st.integers(1, 3), min_size=0, max_size=5)


@given(lengths, st.randoms(use_true_random=False))
def test_reshapes_of_any_numbers_carry_what_they_say(shape: list[int], random: Random) -> None:
    total = int(np.prod(shape, dtype=int))
    target, rest = list[int](), total
    while rest > 1:
        part = random.choice([n for n in range(1, rest + 1) if rest % n == 0])
        target.append(part)
        rest //= part
    node = ca.input("x", tuple(shape)).reshape(tuple(target))
    if node.inputs:
        check_labels(node, {})


SNIPPETS: dict[str, tuple[str, list[tuple[str, int | str]]]] = {
    "feed-forward": (
        """
with ca.scope("feed_forward"):
    y = layers.feed_forward(x, 4 * D, "gelu")
""",
        [("feed_forward/up/add", -1), ("feed_forward/down/add", "D"), ("feed_forward/down/add", 1)],
    ),
    "attention": (
        """
y = layers.multi_head_attention(
    x, heads=H
)
""",
        [("output/reshape", 2), ("attention/softmax", -1), ("output/add", 2)],
    ),
    "slice": (
        """
positions = ca.parameter("positions", (512, D))
y = x + positions[:T]
last = y[:, -1]
""",
        [("slice", 0), ("add", 1), ("squeeze", 1)],
    ),
    "concat": (
        """
cache = ca.input("cache", (B, H, P, K))
k = ca.input("k", (B, H, T, K))
keys = ops.concat([cache, k], axis=2)
y = ops.pad(keys, [(0, 0), (0, 0), (0, 1), (0, 0)])
""",
        [("pad", "P + T + 1"), ("concat", 0)],
    ),
    "reshape": (
        """
y = x.reshape((B, T, H, D / H))
z = y.transpose((0, 2, 1, 3)).reshape((B * H, T, D / H))
w = z.reshape((B, H, T, D / H)).transpose((0, 2, 1, 3))
y = w.reshape((B, T, D))
tiled = ca.ops.broadcast_to(y, (F, B, T, D))
""",
        [("reshape", 3), ("reshape.1", 0), ("reshape.3", "D"), ("broadcast_to", 0)],
    ),
    "reduction": (
        """
y = x - x.mean(axis=-1, keepdims=True)
""",
        [("mean", 2), ("subtract", 2)],
    ),
}


@pytest.mark.parametrize("name", SNIPPETS)
def test_explanations_read_well(name: str, golden: Golden) -> None:
    code, asked = SNIPPETS[name]
    graph = ca.Graph([v for v in run(code).values() if isinstance(v, ca.Node)])
    told = [code.strip("\n")]
    for path, axis in asked:
        found = ca.explain(graph, path, axis)
        told += [f"--- {path}:{axis}", str(found), found.words("zh")]
        assert str(found) == found.words("en")
    golden(f"explain/{name}.txt", "\n".join(told) + "\n")


def test_an_axis_is_given_by_number_or_by_size() -> None:
    x = ca.input("x", "B T 2*D")
    for axis in (2, -1, "-1", "2", "2*D", "D*2"):
        found = ca.explain(x, x, axis)
        assert (found.node, found.axis, str(found.dim)) == (x, 2, "2*D")
        assert ca.explain(x, "x", axis) == found


@pytest.mark.parametrize(
    ("node", "axis", "words"),
    [
        ("y", 0, ["no node 'y'", "the path of a node"]),
        ("soft", 0, ["no node 'soft'", "did you mean 'softmax'"]),
        ("softmax", 2, ["no axis 2", "0 (T), 1 (T)"]),
        ("softmax", "S", ["no axis 'S'"]),
        ("softmax", "__import__('os')", ["no axis"]),
        ("softmax", "T", ["2 axes of size T", "axes 0, 1 of (T, T)", "give its number: 0"]),
        ("sum", 0, ["no axis 0", "a scalar"]),
        ("softmax", True, ["no axis True"]),
    ],
)
def test_what_is_not_there_is_said(node: str, axis: int | str, words: list[str]) -> None:
    graph = ca.Graph(ca.ops.softmax(ca.input("x", "T T")).sum())
    with pytest.raises(ca.OptionError) as error:
        ca.explain(graph, node, axis)
    for word in words:
        assert word in str(error.value)
    with pytest.raises(ca.OptionError, match="not in the graph"):
        ca.explain(graph, ca.input("z", "T"))


def test_a_deep_graph_is_followed_without_recursion() -> None:
    x = y = ca.input("x", "T D")
    for _ in range(5000):
        y = y + x
    found = ca.explain(y, y, 1)
    assert len(found.steps) == 5001
    assert found.ends[0].node is x
    assert "carried through 4999 ops" in str(found)


def test_the_way_forks_and_meets_again() -> None:
    x = ca.input("x", "H*K")
    y = x
    for _ in range(30):
        y = y.reshape(("H", "K")).transpose((1, 0)).transpose((1, 0)).reshape(("H*K",))
    found = ca.explain(y, y)
    assert len(found.steps) == 1 + 30 * 7
    assert str(found).count("see above") == 30
    assert len(str(found).splitlines()) == 61


def test_the_picture_lights_the_way() -> None:
    graph = ca.Graph(run(SNIPPETS["attention"][0])["y"])
    found = ca.explain(graph, "output/reshape", 2)
    picture = ca.draw(found)
    lit = {box.path for box in picture.scene.boxes if box.lit}
    assert len(lit) == len(found.nodes)
    assert lit >= {"output/reshape", "query/weight", "value/weight", "attention/softmax"}
    said = [arrow.label for arrow in picture.scene.arrows if arrow.lit]
    assert len(said) == sum(len(step.sources) for step in found.steps) - 2  # two ways carry both
    assert "axis 2: H, axis 3: D/H" in said
    assert {"attention/permute_dims", "x"} <= {box.lines[0].text for box in picture.scene.boxes}
    assert picture.svg.count('stroke-width="2.6"') == len(lit) + len(said) + 1
    chinese = ca.draw(found, lang="zh")
    assert "轴 2: H, 轴 3: D/H" in chinese.svg
    assert "该轴的来路" in chinese.svg
    assert "penwidth" in picture.dot


def test_the_picture_of_a_long_way_is_small() -> None:
    y = layers_of_three()
    found = ca.explain(y, y, 2)
    assert len(found.steps) == 13
    picture = ca.draw(found, lang="zh")
    lit = [box.lines[0].text for box in picture.scene.boxes if box.lit]
    assert lit == ["x", "相加", "9 个算子沿用", "相加", "层归一化"]


def test_nodes_are_lit_in_any_picture() -> None:
    y = layers_of_three()
    graph = ca.Graph(y)
    weights = graph.find("layer.1/self_attention/attention/*")
    picture = ca.draw(graph, highlight=weights)
    assert [box.path for box in picture.scene.boxes if box.lit] == ["layer.0/self_attention"]
    whole = ca.draw(graph, "layer", highlight=ca.explain(graph, y, -1))
    assert all(box.lit for box in whole.scene.boxes)
    assert all(arrow.lit for arrow in whole.scene.arrows)
    assert not any(box.lit for box in ca.draw(graph).scene.boxes)
    with pytest.raises(ca.OptionError, match="not in the picture"):
        ca.draw(graph, highlight=ca.input("z", "T"))
    with pytest.raises(ca.OptionError, match="nothing to highlight fits 'nothing'"):
        ca.draw(graph, highlight="nothing")


def test_an_error_is_lit_at_its_node() -> None:
    x, w, v = ca.input("x", "T D"), ca.parameter("w", "D F"), ca.parameter("v", "G D")
    y = x @ w
    graph = ca.Graph(y @ v)
    (error,) = ca.verify(graph).errors
    assert error.misfit is not None
    picture = ca.draw(graph, "op", highlight=error.misfit)
    assert {box.path for box in picture.scene.boxes if box.lit} == {"matmul.1", "w", "v"}
    picture = ca.draw(graph, "op", highlight="matmul*")
    assert {box.path for box in picture.scene.boxes if box.lit} == {"matmul", "matmul.1"}


def layers_of_three() -> ca.Node:
    return ca.layers.encoder(ca.input("x", "B T D"), layers=3, heads="H", hidden="F")
