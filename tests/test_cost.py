"""Costs: counted by hand, as papers count them, and as numpy really holds them."""

import time
from typing import Any

import numpy as np
import pytest
import sympy

import cutaway as ca
from cutaway.graph import Input, Leaf, Parameter
from cutaway.models import MODELS
from cutaway.run import Compiled, example_feeds, example_sizes
from cutaway.transform import backward

x = ca.input("x", "B T d")
B, T, d, a, F = ca.dims("B T d a F")


def stack(layers: int, **options: Any) -> ca.Graph:
    return ca.Graph(ca.layers.encoder(x, layers=layers, heads="a", final_norm=False, **options))


def of_a_layer(**options: Any) -> ca.Cost:
    """What one more layer adds, whatever the ends of the stack cost."""
    two, three = (ca.cost(stack(layers, **options)) for layers in (2, 3))
    return three + ca.Cost(*(-1 * getattr(two, name) for name in ca.Cost.__slots__))


@pytest.mark.parametrize(
    ("node", "forward", "back"),
    [
        (x @ ca.parameter("w", "d F"), "2*B*T*d*F", "4*B*T*d*F"),
        (ca.input("q", "B a T d") @ ca.input("k", "B a d F"), "2*B*a*T*d*F", "4*B*a*T*d*F"),
        (ca.layers.linear(x, "F"), "2*B*T*d*F + B*T*F", "4*B*T*d*F + B*T*F"),
        (
            ca.layers.feed_forward(x, "F"),
            "4*B*T*d*F + 2*B*T*F + B*T*d",
            "8*B*T*d*F + 2*B*T*F + B*T*d + B*T*F",  # the slope of relu: a comparison, a choice
        ),
        (ca.ops.take(ca.parameter("w", "F d"), ca.input("i", "B T", "int")), "0", "B*T*d"),
        (ca.ops.argmax(x), "B*T*d", "0"),  # ints: nothing flows back
        (x + ca.input("y", "B T d"), "B*T*d", "0"),
    ],
    ids=str,
)
def test_flops_by_hand(node: ca.Node, forward: str, back: str) -> None:
    symbols = {s.name: s for s in (B, T, d, a, F)}
    for found, wanted in (
        (ca.flops(node), forward),
        (ca.flops(node, backward=True), back),
        (ca.cost(node).backward_flops, back),
    ):
        assert sympy.expand(found - sympy.sympify(wanted, symbols)) == 0, found


def test_matmuls_of_a_layer_as_the_papers_count_them() -> None:
    """Narayanan et al. 2021, appendix: 24 B T d² + 4 B T² d forward, twice that backward."""
    for options in ({"norm": "pre", "activation": "gelu"}, {}):
        layer = of_a_layer(hidden=4 * d, **options)
        for name, times in (("flops", 1), ("backward_flops", 2)):
            found = sympy.Poly(getattr(layer, name), B, T, d, a)
            assert found.coeff_monomial(B * T * d**2) == 24 * times
            assert found.coeff_monomial(B * T**2 * d) == 4 * times
            assert found.degree(d) == found.degree(T) == 2  # nothing else is of that order


def test_memory_of_a_layer_as_the_papers_count_it() -> None:
    """Korthikanti et al. 2022, section 4.1: 34 s b h + 5 a s² b bytes at 2 bytes a number.

    Less the dropout masks of one byte: 2 s b h and a s² b, and the dropped scores, 2 a s² b.
    """
    layer = of_a_layer(hidden=4 * d, norm="pre", activation="gelu")
    assert layer.memory == sympy.expand(((34 - 2) * T * B * d + (5 - 1 - 2) * a * T**2 * B) / 2)


@pytest.mark.parametrize("name", [n for n in MODELS if not n.startswith("paper")])
def test_memory_is_what_numpy_holds(name: str) -> None:
    """Run forward and look: which buffers does the backward pass read?"""
    model = MODELS[name]
    graph = model.graph()
    sizes = {k: v for k, v in model.sizes.items() if k in graph.symbols}
    feeds = example_feeds(graph, sizes)
    params = ca.initialize(graph, sizes) if model.params is None else model.params()
    values = Compiled(graph).trace(feeds, params, sizes)
    own = set(graph.nodes)
    back = [node for node in backward(graph).nodes if node not in own]
    changing = {node for node in graph.nodes if isinstance(node.op, Input | Parameter)}
    for node in graph.nodes:
        if any(source in changing for source in node.inputs):
            changing.add(node)
    given = {id(buffer(values[node])) for node in graph.nodes if isinstance(node.op, Leaf)}
    held = {
        id(found): found
        for node in back
        for source in node.inputs
        if source in changing and id(found := buffer(values[source])) not in given
    }
    assert ca.memory(graph, sizes) == sum(array.size for array in held.values()) > 0


def buffer(array: Any) -> Any:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def test_the_backward_pass_is_that_of_grad() -> None:
    y = ca.layers.encoder_layer(x, heads="a", hidden="F")
    loss = ca.Graph((y * y).mean())
    leaves = [*loss.parameters, *loss.inputs]
    both = ca.flops([loss.outputs[0], *ca.grad(loss.outputs[0], leaves)])
    assert both == sympy.expand(ca.flops(loss) + ca.flops(loss, backward=True))


def test_the_backward_pass_gives_the_gradients() -> None:
    y = ca.layers.feed_forward(x, "F")
    other = ca.ops.tanh(y)
    graph = backward([y, other])
    leaves = [*ca.Graph(y).parameters, x]
    assert [node.shape for node in graph.outputs] == [node.shape for node in leaves]
    sizes = {"B": 2, "T": 3, "d": 4, "F": 5}
    feeds = example_feeds(graph, sizes)
    params = ca.initialize(graph, sizes, dtype="float64")
    found = ca.evaluate(graph, feeds, params, sizes)
    seeds = [node for node in graph.inputs if node is not x]
    assert sorted(node.path for node in seeds) == ["∇/output.0", "∇/output.1"]
    first, second = (next(n for n in seeds if n.path.endswith(k)) for k in "01")
    loss = (y * first).sum() + (other * second).sum()
    wanted = ca.evaluate(ca.grad(loss, leaves), feeds, params)
    for one, two in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-12)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("depth", [1, 2, 9])
def test_blocks_add_up(name: str, depth: int) -> None:
    graph = MODELS[name].graph()
    sizes = example_sizes(graph, {}, {}, MODELS[name].sizes)
    blocks = ca.cost_by_block(graph, depth, sizes)
    whole = sum(blocks.values(), ca.Cost())
    assert whole == ca.Cost(
        ca.parameter_count(graph, sizes),
        ca.flops(graph, sizes),
        ca.flops(graph, sizes, backward=True),
        ca.memory(graph, sizes),
    )
    assert whole == ca.cost(graph).at(sizes)
    assert all(isinstance(getattr(whole, name), int) for name in ca.Cost.__slots__)


def test_blocks_stand_in_the_order_in_which_they_end() -> None:
    blocks = list(ca.cost_by_block(MODELS["transformer"].graph()))
    wanted = ["encoder/layer.0", "encoder/layer.1", "decoder/layer.0", "decoder/layer.1", "output"]
    assert [block for block in blocks if block in wanted] == wanted


def test_sizes_are_filled_in_by_name_or_symbol() -> None:
    found = ca.cost(x @ ca.parameter("w", "d F"))
    assert found.at({"B": 2, "T": 3}).flops == 12 * d * F
    assert ca.flops(x @ x.mT, {B: 2, T: 3, d: 5}) == 2 * 2 * 9 * 5


@pytest.mark.parametrize(
    ("sizes", "error", "words"),
    [
        ({"N": 3}, ca.FeedError, "the graph has no size 'N'"),
        ({"B": -1}, ca.DimError, "-1 is not a size"),
        ({"B": 1.5}, ca.DimError, "1.5 is not a size"),
        ({"d": 5, "a": 2}, ca.ContractError, r"required: a \| d"),
    ],
)
def test_sizes_that_cannot_be_are_refused(
    sizes: dict[str, int], error: type[ca.CutawayError], words: str
) -> None:
    graph = ca.Graph(ca.layers.multi_head_attention(x, heads="a"))
    for count in (ca.parameter_count, ca.flops, ca.memory, ca.cost):
        with pytest.raises(error, match=words):
            count(graph, sizes)
    with pytest.raises(error, match=words):
        ca.cost_by_block(graph, dims=sizes)


def test_an_op_without_a_derivative_says_so() -> None:
    class Odd(ca.graph.Op):
        """An op whose author gave no gradient."""

        name = "odd"

        def axes(self, *ranks: int) -> ca.graph.Axes:
            return ca.graph.signature("... -> ...", *ranks)

    node = ca.graph.apply(Odd(), x)
    assert ca.flops(node) == B * T * d
    with pytest.raises(ca.GradError, match=r"odd has no gradient"):
        ca.cost(node)


def test_96_layers_are_costed_in_well_under_a_second() -> None:
    graph = stack(96, hidden="F")
    ca.cost(stack(1, hidden="F"))  # fills the caches
    begun = time.process_time()
    ca.cost_by_block(graph)
    assert time.process_time() - begun < 1.0
