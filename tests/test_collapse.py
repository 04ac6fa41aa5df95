"""Folding: the boxes hold every node once, none is before and after another, N× is true."""

from typing import Any

import networkx
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from scoped_graphs import graphs

import cutaway as ca
from cutaway.graph import Group, Node, OptionError, View, evaluate
from cutaway.models.catalogue import MODELS
from cutaway.transform.collapse import LEVELS, Level, collapse
from cutaway.transform.repeats import fixed_nodes

Array = npt.NDArray[Any]
SMALL = [name for name in MODELS if not name.startswith("paper")]


def check(graph: ca.Graph, view: View) -> None:
    """Assert that a view's groups partition the nodes and that its boxes are in an order."""
    grouped = [node for group in view.groups for node in group.nodes]
    assert len(grouped) == len(set(grouped))
    assert set(view.groups) <= set(view.boxes)
    assert all(isinstance(box, Group) or view.box(box) is box for box in view.boxes)
    told = [node for nodes in view.stands_for.values() for node in nodes]
    assert len(told) == len(graph.nodes)
    assert set(told) == set(graph.nodes)
    boxes = networkx.DiGraph((edge.tail, edge.head) for edge in view.edges)
    assert networkx.is_directed_acyclic_graph(boxes)
    for address, times in view.times.items():
        shown = {n for n in graph.nodes if view.address(n)[: len(address)] == address}
        computed = {n for n in shown if n not in fixed_nodes(graph)}
        [repeat] = [repeat for repeat in view.repeats if repeat.address == address]
        assert len(repeat) == times
        assert computed <= {node for copy in repeat.copies for node in copy}


@pytest.mark.parametrize("level", LEVELS)
@given(graph=graphs())
@settings(max_examples=40)
def test_random_graphs(level: Level, graph: ca.Graph) -> None:
    for fold in (True, False):
        check(graph, collapse(graph, level, fold=fold))


@pytest.mark.parametrize("name", SMALL)
def test_built_in_models_fold_and_evaluate(name: str) -> None:
    model = MODELS[name]
    graph = model.graph()
    params = ca.initialize(graph, dims=model.sizes)
    sizes = {size: n for size, n in model.sizes.items() if size in graph.symbols}
    feeds = {node.name: feed(node, sizes) for node in graph.inputs}
    wanted = ca.evaluate(graph, feeds, params, sizes)
    for level in LEVELS:
        view = collapse(graph, level)
        check(graph, view)
        found = ca.evaluate(view, feeds, params, sizes)
        assert all(np.array_equal(a, b) for a, b in zip(found, wanted, strict=True))


def feed(node: Node, sizes: dict[str, int]) -> Array:
    shape = tuple(int(evaluate(dim, sizes)) for dim in node.shape)
    if node.dtype == "int":
        return np.ones(shape, dtype=np.int64)
    return np.random.default_rng(0).normal(size=shape)


def x() -> Node:
    return ca.input("x", "T D")


def names(view: View) -> list[str]:
    return ["/".join(group.address) for group in view.groups]


def test_two_scopes_that_read_each_other_are_taken_apart() -> None:
    """No path leaves a scope and comes back, and yet neither is before the other."""
    y = x()
    with ca.scope("a", kind="stack"):
        first = ca.ops.relu(y)
    with ca.scope("b", kind="stack"):
        other = ca.ops.exp(y)
    with ca.scope("a", kind="stack"):
        last = ca.ops.softmax(other) + y
    with ca.scope("b", kind="stack"):
        end = ca.ops.sqrt(first) + y
    graph = ca.Graph([last, end])
    view = collapse(graph, "model")
    check(graph, view)
    assert len(view.groups) == 3  # one of the two is whole


def test_masks_on_both_sides_of_a_block_are_two() -> None:
    y = x()
    early = y > 0.0
    with ca.scope("a", kind="stack"):
        z = ca.ops.relu(ca.ops.where(early, y, 0.0))
    graph = ca.Graph(ca.ops.where(early & (z > 1.0), z, y))
    view = collapse(graph, "model")
    check(graph, view)
    assert names(view) == ["mask", "a", "mask"]


def test_weights_for_two_parts_of_a_scope() -> None:
    """What is made of weights, and read outside of its scope only, has a box."""
    with ca.scope("a", kind="stack"):
        doubled = ca.parameter("w", "D D") * 2.0
        first, second = ca.ops.relu(x()), ca.ops.exp(ca.input("y", "T D"))
    graph = ca.Graph([first @ doubled, second])
    check(graph, collapse(graph, "model"))


def test_a_scope_left_and_entered_again_many_times() -> None:
    y = x()
    for number in range(600):
        with ca.scope("ab"[number % 2], kind="stack"):
            y = (ca.ops.relu, ca.ops.exp, ca.ops.sqrt)[(number * number + number // 7) % 3](y)
    graph = ca.Graph(y)
    view = collapse(graph, "model")
    check(graph, view)
    assert len(view.groups) == 600
    assert len(set(names(view))) == 600


def test_a_piece_is_not_taken_for_the_scope_of_that_name() -> None:
    y = x()
    with ca.scope("a.1", kind="stack"):
        y = ca.ops.exp(y)
    with ca.scope("a", kind="stack"):
        y = ca.ops.relu(y)
    y = ca.ops.softmax(y)
    with ca.scope("a", kind="stack"):
        y = ca.ops.sqrt(y)
    assert names(collapse(ca.Graph(y), "model")) == ["a.1", "a", "a.2"]


def test_the_norm_after_a_repeated_block_is_of_the_same_stack() -> None:
    with ca.scope("decoder", kind="stack"):
        y = ca.layers.encoder(ca.input("x", "B T D"), layers=3, heads="H", hidden="F", norm="pre")
    assert names(collapse(ca.Graph(y), "model")) == ["decoder"]


ENCODER = ca.Graph(ca.layers.encoder(ca.input("x", "B T D"), layers=3, heads="H", hidden="F"))


@pytest.mark.parametrize("level", LEVELS)
def test_open_and_close(level: Level) -> None:
    for options in ({"open": "layer.2"}, {"open": ["layer.*"]}, {"close": "*/attention"}, {}):
        for fold in (True, False):
            check(ENCODER, collapse(ENCODER, level, fold=fold, **options))
    opened = collapse(ENCODER, "layer", open="layer.1")  # which is shown by the first
    assert "layer.0/feed_forward" in names(opened)
    assert names(collapse(ENCODER, "op", close="layer.0")) == ["layer.0"]


@pytest.mark.parametrize("option", ["open", "close"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("layer.7", "no scope fits 'layer.7'\n  required: a scope's path"),
        (["layer.0", "nowhere/*"], "no scope fits 'nowhere/\\*'"),
        ("", "no scope fits ''"),
        ("[", "no scope fits '\\['"),
        (3, "paths of scopes"),
        ([3], "paths of scopes"),
        (None, "paths of scopes"),
        ([None, "layer.0"], "paths of scopes"),
        (b"layer.0", "paths of scopes"),
    ],
)
def test_what_is_no_path_of_a_scope(option: str, value: object, words: str) -> None:
    given: dict[str, Any] = {option: value}
    for call in (collapse, ca.draw):
        with pytest.raises(OptionError, match=words):
            call(ENCODER, "layer", **given)


def test_a_level_that_there_is_not() -> None:
    for level in ("token", "", None, 3, ["layer"]):
        with pytest.raises(OptionError, match="there is no level"):
            collapse(ENCODER, level)  # type: ignore[arg-type]


def test_blocks_of_a_repeat_that_are_shown_apart() -> None:
    x = ca.input("x", "B T D")
    graph = ca.Graph(ca.layers.encoder(x, layers=6, heads="H", hidden="F"))
    view = collapse(graph, "layer", apart=("layer.0",))
    assert view.times == {("layer.1",): 5}
    assert [group.name for group in view.groups] == ["layer.0", "layer.1"]
    view = collapse(graph, "layer", apart=("layer.2",))
    assert view.times == {("layer.0",): 2, ("layer.3",): 3}
    assert collapse(graph, "layer", apart=("layer.4",)).times == {("layer.0",): 4}
    with pytest.raises(ca.OptionError, match=r"no repeated block fits 'layer\.9'"):
        collapse(graph, "layer", apart=("layer.9",))
