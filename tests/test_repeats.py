"""Repeated blocks: N× is said of what is the same N times, one after the other, and of no more."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from scoped_graphs import graphs

import cutaway as ca
from cutaway.graph import Input, Node, Repeat, Scope, View, apply, located
from cutaway.transform.collapse import collapse
from cutaway.transform.repeats import find_repeats

Block = Callable[[Node, int], Node]


def x() -> Node:
    return ca.input("x", "T D")


def chain(block: Block, times: int = 6, y: Node | None = None) -> list[Node]:
    """Return the value after each block; the first is what goes in."""
    values = [x() if y is None else y]
    for number in range(times):
        values.append(block(values[-1], number))
    return values


def feed_forward(y: Node, weight: Node) -> Node:
    return ca.ops.layer_norm(y + ca.ops.exp(ca.ops.relu(y @ weight)))


def weights(count: int) -> list[Node]:
    return [ca.parameter(f"w{n}", "D D") for n in range(count)]


def counts(*outputs: Node) -> list[int]:
    return sorted(len(repeat) for repeat in find_repeats(ca.Graph(outputs)))


def bare(graph: ca.Graph) -> ca.Graph:
    """Strip all scopes."""

    def strip(node: Node, *inputs: Node) -> Node:
        with located(Scope(), node.source):
            return apply(node.op, *inputs)

    return ca.transform.rewrite(graph, strip)


def check(graph: ca.Graph, repeat: Repeat) -> None:
    """Assert that copies are alike, read alike, and each the one before."""
    assert len(repeat) > 1
    listed = [node for copy in repeat.copies for node in copy]
    assert len(listed) == len(set(listed))
    starts: list[set[Node]] = []
    for copy in repeat.copies:
        places = {node: place for place, node in enumerate(copy)}
        starts.append(set())
        for node, model in zip(copy, repeat.copies[0], strict=True):
            assert node.op.form == model.op.form
            assert (node.shape, node.dtype) == (model.shape, model.dtype)
            assert not isinstance(node.op, Input)
            for source, known in zip(node.inputs, model.inputs, strict=True):
                if known in repeat.copies[0]:
                    assert repeat.copies[0][places[source]] is known
                elif source is not known:
                    starts[-1].add(source)
    for before, start in zip(repeat.copies[:-1], starts[1:], strict=True):
        assert start == {before[-1]}
    inside = set(listed)
    read = [
        {place for place, node in enumerate(copy) if set(graph.readers[node]) - inside}
        for copy in repeat.copies
    ]
    assert all(places == read[0] for places in read[:-1])
    assert read[-1] - {len(repeat.copies[0]) - 1} == read[0] - {len(repeat.copies[0]) - 1}


@given(graphs())
@settings(max_examples=150)
def test_copies_are_alike(graph: ca.Graph) -> None:
    for found in (graph, bare(graph)):
        repeats = find_repeats(found)
        nodes = [node for repeat in repeats for copy in repeat.copies for node in copy]
        assert len(nodes) == len(set(nodes))
        for repeat in repeats:
            check(found, repeat)


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_96_layers_are_one(norm: str) -> None:
    y = ca.layers.encoder(x()[None], layers=96, heads="H", hidden="F", norm=norm)  # type: ignore[arg-type]
    graph = ca.Graph(y)
    for found in (graph, bare(graph)):
        assert counts(*found.outputs) == [96]
        view = collapse(found, "layer")
        assert list(view.times.values()) == [96]
        assert len(view.boxes) < 12


def test_one_layers_weights_in_all_layers() -> None:
    [shared] = weights(1)
    assert counts(chain(lambda y, n: feed_forward(y, shared))[-1]) == [6]


def test_weights_by_turns_make_a_block_of_two_layers() -> None:
    two = weights(2)
    assert counts(chain(lambda y, n: feed_forward(y, two[n % 2]))[-1]) == [3]
    crossed = chain(lambda y, n: feed_forward(y @ two[n % 2], two[1 - n % 2]))
    assert counts(crossed[-1]) == [3]


def test_weights_shared_by_halves_make_two_blocks() -> None:
    two = weights(2)
    assert counts(chain(lambda y, n: feed_forward(y, two[n // 3]))[-1]) == [3, 3]


def test_an_op_between_two_layers_parts_them() -> None:
    [shared] = weights(1)
    first = chain(lambda y, n: feed_forward(y, shared), 4)
    last = chain(lambda y, n: feed_forward(y, shared), 3, ca.ops.softmax(first[-1]))
    assert counts(last[-1]) == [3, 4]


@pytest.mark.parametrize("other", ["exp", "axis", "eps", "rate", "number", "seed"])
def test_an_attribute_is_part_of_the_form(other: str) -> None:
    seeds = [ca.input("seed", (), "int"), ca.input("second", (), "int")]

    def layer(y: Node, n: int) -> Node:
        odd = other if n == 3 else ""
        y = ca.ops.exp(y) if odd == "exp" else ca.ops.relu(y)
        y = ca.ops.softmax(y, axis=-2 if odd == "axis" else -1)
        y = ca.ops.layer_norm(y, eps=1e-3 if odd == "eps" else 1e-5)
        y = ca.ops.dropout(y, 0.2 if odd == "rate" else 0.1, seeds[odd == "seed"])
        return y * (3.0 if odd == "number" else 2.0)

    assert counts(chain(layer, 7)[-1]) == [3, 3]
    other = ""
    assert counts(chain(layer, 7)[-1]) == [7]


def test_dropouts_that_draw_apart_are_one_form() -> None:
    seed = ca.input("seed", (), "int")
    y = ca.layers.encoder(
        ca.input("x", "B T D"), layers=6, heads="H", hidden="F", dropout=0.1, seed=seed
    )
    salts = {getattr(node.op, "salt", None) for node in ca.Graph(y).find("*/dropout*")}
    assert len(salts) == 12
    assert counts(y) == [6]


def test_a_skip_from_the_third_of_six_is_to_be_seen() -> None:
    [shared] = weights(1)
    values = chain(lambda y, n: feed_forward(y, shared))
    skip = ca.ops.relu(values[-1]) + values[3]
    view = collapse(ca.Graph(skip), "layer")
    assert sorted(view.times.values()) == [3, 3]
    [edge] = [e for e in view.edges if e.reader is skip and e.operand == 1]
    assert edge.tail is view.box(values[3])
    assert edge.tail is not view.box(values[-1])


def test_all_hidden_states_are_one_arrow() -> None:
    [shared] = weights(1)
    values = chain(lambda y, n: feed_forward(y, shared))
    assert counts(ca.ops.concat(values[1:])) == [6]
    assert counts(*values) == [6]


def test_a_second_value_from_the_block_before_is_no_repeat() -> None:
    def two(values: tuple[Node, Node]) -> tuple[Node, Node]:
        a, b = values
        return ca.ops.exp(ca.ops.relu(a + b)), ca.ops.softmax(ca.ops.layer_norm(a * b))

    state = x(), ca.input("y", "T D")
    for _ in range(4):
        state = two(state)
    assert counts(state[0] + state[1]) == []


def layers(times: int) -> Node:
    def layer(y: Node, n: int) -> Node:
        with ca.scope(f"layer.{n}", kind="layer"):
            with ca.scope("attention"):
                y = ca.ops.softmax(y @ ca.parameter("w", "D D")) + y
            with ca.scope("feed_forward"):
                return feed_forward(y, ca.parameter("w", "D D"))

    return chain(layer, times)[-1]


@pytest.mark.parametrize("scope", ["", "tail"])
def test_named_layers_are_blocks_before_what_is_alike(scope: str) -> None:
    """An attention after the last layer makes blocks of the same form, a half layer later."""
    y = layers(6)
    with ca.scope(scope):
        y = ca.ops.softmax(y @ ca.parameter("w", "D D")) + y
    [repeat] = find_repeats(ca.Graph(y))
    assert repeat.address == ("layer.0",)
    assert len(repeat) == 6
    assert [copy[-1].scope.names[0] for copy in repeat.copies] == [f"layer.{n}" for n in range(6)]


def test_blocks_in_scopes_of_the_same_name_and_of_other_names() -> None:
    def same(y: Node, n: int) -> Node:
        with ca.scope("again"):
            return feed_forward(y, ca.parameter("w", "D D"))

    def other(y: Node, n: int) -> Node:
        with ca.scope(f"first{n}"):
            y = ca.ops.softmax(y)
        with ca.scope(f"second{n}"):
            return feed_forward(y, ca.parameter("w", "D D"))

    assert counts(chain(same)[-1]) == counts(chain(other)[-1]) == [6]


def holds(view: View, address: tuple[str, ...]) -> set[Node]:
    shown = [node for node in view.nodes if node not in view.first]
    return {node for node in shown if view.address(node)[: len(address)] == address}


def test_what_only_the_first_layer_has_is_not_said_of_six() -> None:
    """A mask made in the first layer, for all, stands outside of what is repeated."""
    made: list[Node] = []

    def layer(y: Node, n: int) -> Node:
        with ca.scope(f"layer.{n}", kind="layer"):
            if not made:
                made.append(ca.input("lengths", "T D") > 0.0)
            y = ca.ops.where(made[0], y, 0.0)
            return feed_forward(y, ca.parameter("w", "D D"))

    view = collapse(ca.Graph(chain(layer)[-1]), "layer")
    [(address, times)] = view.times.items()
    assert times == 6
    assert made[0] not in holds(view, address)


def test_a_scope_that_is_called_block_is_not_the_block_that_is_found() -> None:
    y = x()
    with ca.scope("block"):
        y = ca.ops.exp(y)
    y = chain(lambda y, n: feed_forward(y, ca.parameter("w", "D D")), y=y)[-1]
    view = collapse(ca.Graph(y), "layer")
    [address] = view.times
    assert address == ("block.1",)
    assert len(holds(view, ("block",))) == 1
