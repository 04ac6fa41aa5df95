"""Tokens taken apart: the same values, shapes, conditions and gradients, with a node for each."""

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import brute
import numpy as np
import pytest
import random_graphs
import scoped_graphs
from drawing import Sample, instance
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from random_graphs import written
from samples import ROWS

import cutaway as ca
from cutaway import layers, ops
from cutaway.graph import Constant, Input, Parameter, evaluate
from cutaway.models import MODELS
from cutaway.transform import Unrolled, backward, expand, unroll

Arrays = dict[str, Any]
few = settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
many = settings(max_examples=2000, suppress_health_check=list(HealthCheck), deadline=None)


# What is compared ------------------------------------------------------------------------------


def arrays(leaves: Iterable[ca.Node], sizes: Mapping[str, int], below: int) -> Arrays:
    """Draw an array for each leaf: for inputs by name, for parameters by path."""
    found: Arrays = {}
    for node in leaves:
        key = node.name if isinstance(node.op, Input) else node.path
        random = np.random.default_rng(zlib.crc32(key.encode()))
        shape = tuple(int(evaluate(dim, sizes)) for dim in node.shape)
        if node.dtype == "float":
            found[key] = random.standard_normal(shape)
        else:
            found[key] = random.integers(0, 2 if node.dtype == "bool" else below, shape)
            found[key] = found[key].astype(node.dtype)
    return found


def run(graph: ca.Graph, sizes: Mapping[str, int], below: int) -> list[Any]:
    """Evaluate a graph at random values of its leaves, the same for the same paths."""
    feeds, params = (arrays(leaves, sizes, below) for leaves in (graph.inputs, graph.parameters))
    dims = {name: size for name, size in sizes.items() if name in graph.symbols}
    return ca.evaluate(graph, feeds, params, dims)


def gradients(graph: ca.Graph) -> dict[str, ca.Node] | None:
    """Return the slopes of all float leaves, by path, of a weighted sum of the outputs."""
    loss = ca.constant(0.0)
    for n, node in enumerate(graph.outputs):
        if node.dtype == "float":
            loss = loss + (node * ca.input(f"ct.{n}", node.shape)).sum()
    leaves = [node for node in (*graph.parameters, *graph.inputs) if node.dtype == "float"]
    try:
        slopes = ca.grad(loss, leaves)
    except ca.GradError:
        return None
    return {leaf.path: slope for leaf, slope in zip(leaves, slopes, strict=True)}


def same(graph: ca.Graph, other: ca.Graph, sizes: Mapping[str, int], below: int = 1) -> None:
    """Compare values, and the gradients of all float leaves, at these sizes."""
    close(*(run(g, sizes, below) for g in (graph, other)))
    one, two = gradients(graph), gradients(other)
    if one is None or two is None:
        assert one is two, "only one has gradients"
        return
    assert one.keys() == two.keys()
    pairs = [[*graph.inputs, *one.values()], [*other.inputs, *(two[path] for path in one)]]
    close(*(run(ca.Graph(nodes), sizes, below)[-len(one) :] for nodes in pairs))


def close(one: list[Any], two: list[Any]) -> None:
    """Compare arrays, each to 1e-12 of its largest number."""
    assert len(one) == len(two)
    for a, b in zip(one, two, strict=True):
        assert a.shape == b.shape
        scale = np.max(np.abs(a[np.isfinite(a)]), initial=1.0) if a.dtype.kind == "f" else 1.0
        np.testing.assert_allclose(b, a, rtol=1e-12, atol=1e-12 * scale)


def well_formed(graph: ca.Graph, tokens: Unrolled) -> None:
    """Every node stands for one piece of the original, in its scope, and of its kind."""
    assert set(tokens.origin) == set(tokens.nodes)
    assert len(set(tokens.origin.values())) == len(tokens.nodes)
    for node, (first, index) in tokens.origin.items():
        assert first in graph.nodes
        assert len(index) == first.rank
        assert (node.scope.path, node.source, node.dtype) == (
            first.scope.path, first.source, first.dtype,
        )  # fmt: skip
        for token, dim in zip(index, node.shape, strict=True):
            # a length of 1 may meet another size, which is then asked to be 1
            assert token is None or dim == 1 or 1 in tokens.lengths.values()
    assert not tokens.lengths.keys() & tokens.symbols


def test_a_length_at_which_no_size_fits_a_reshape() -> None:
    a, b = ca.dims("A B")
    graph = ca.Graph(ca.input("x", (3, b)).reshape((a * b, 3 / (a * b), b)))
    assert "2*B | 3" in map(str, unroll(graph, "A", 2).conditions)  # which no B meets


# Random graphs ---------------------------------------------------------------------------------


def check(graph: ca.Graph, name: str, length: int, largest: int = 3) -> None:
    """Compare at all small sizes: what was legal is legal, and gives the same."""
    every = [s for s in brute.every({*graph.symbols, name}, largest) if s[name] == length]
    legal = [sizes for sizes in every if brute.legal(graph, sizes)]
    try:
        tokens = unroll(graph, name, length)
    except ca.ContractError:
        assert not legal
        event("no size fits the length")
        return
    well_formed(graph, tokens)
    assert [sizes for sizes in every if brute.legal(tokens, sizes)] == legal
    for sizes in legal[:2] + legal[-2:]:
        if not in_range(graph, sizes):
            assert not in_range(tokens, sizes)
            continue
        event("the same at some sizes")
        same(graph, tokens, sizes)


def in_range(graph: ca.Graph, sizes: Mapping[str, int]) -> bool:
    """Say whether all indices that the graph takes exist: positions may not."""
    try:
        run(graph, sizes, 1)
    except ca.FeedError:
        return False
    return True


def check_any(draw: Any, graph: ca.Graph) -> None:
    if graph.symbols:
        name = draw(st.sampled_from(sorted(graph.symbols)))
        try:
            check(graph, name, draw(st.integers(1, 3)))
        except Exception as error:
            error.add_note(f"{name}{written(graph)}")
            raise


@few
@given(random_graphs.graphs(), st.data())
def test_random_graphs_unroll(graph: ca.Graph, data: Any) -> None:
    check_any(data.draw, graph)


@pytest.mark.slow
@many
@given(random_graphs.graphs(most=8), st.data())
def test_random_graphs_unroll_thousands(graph: ca.Graph, data: Any) -> None:
    check_any(data.draw, graph)


@few
@given(scoped_graphs.graphs(), st.data())
def test_scoped_graphs_unroll(graph: ca.Graph, data: Any) -> None:
    assume(len({node.path for node in graph.parameters}) == len(graph.parameters))
    check_any(data.draw, graph)


@few
@given(random_graphs.graphs())
def test_random_graphs_expand(graph: ca.Graph) -> None:
    opened = expand(graph)
    legal = [s for s in brute.every(graph.symbols, 3) if brute.legal(graph, s)]
    for sizes in legal[:1] + legal[-1:]:
        if in_range(graph, sizes):
            same(graph, opened, sizes)


# One op ----------------------------------------------------------------------------------------


WHOLE = (Input, Parameter, Constant, ops.Arange, ops.CausalMask, ops.Size, ops.Dropout)


def check_pieces(node: ca.Node, inputs: list[Any], value: Any, sizes: Mapping[str, int]) -> int:
    """Make the elements along each axis one by one, where the op says how; return how many."""
    made = 0
    shapes = tuple(source.shape for source in node.inputs)
    for axis, carried in enumerate(node.op.carries(shapes, node.shape)):
        piece = node.op.piece(axis, shapes, node.shape)
        if piece is None:
            continue
        kernel = piece.bind(sizes).kernel
        for n in range(value.shape[axis]):
            read = list(inputs)
            for operand, place in carried:
                read[operand] = np.take(read[operand], [n], place)
            found = kernel(ops.Numpy(), *read)
            np.testing.assert_allclose(found, np.take(value, [n], axis), rtol=1e-12, atol=1e-14)
            made += 1
    return made


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_piece_is_what_stands_there_in_the_whole(row: Sample) -> None:
    made = 0
    for case in row.cases:
        for seed in range(20):
            found = instance(case, seed)
            nodes = [n for n in ca.Graph(found.node).nodes if n.inputs]
            values = found.run(*nodes, *(s for n in nodes for s in n.inputs))
            known = dict(zip([*nodes, *(s for n in nodes for s in n.inputs)], values, strict=True))
            for node in nodes:
                inputs = [known[source] for source in node.inputs]
                count = check_pieces(node, inputs, known[node], found.sizes)
                made += count if isinstance(node.op, row.op) else 0
    assert bool(made) is (row.op not in WHOLE)


# Layers ----------------------------------------------------------------------------------------

SIZES = {"B": 2, "D": 4, "H": 2, "F": 3, "S": 3, "T": 2, "K": 4, "V": 3}


def x(length: str = "T", name: str = "x") -> ca.Node:
    return ca.input(name, f"B {length} D")


def padding(length: str = "T") -> ca.Node:
    return layers.padding_mask(ca.input("tokens", f"B {length}", dtype="int"), 0)


def shifted(x: ca.Node) -> ca.Node:
    return ops.concat([x[:, :1] * 2.0, x[:, :-1]], 1) * x + ops.pad(
        x[:, 1:], [(0, 0), (1, 0), (0, 0)]
    )


def backwards(x: ca.Node) -> ca.Node:
    return ops.cumulative_sum(x[:, ::-1], 1) * x


def causal() -> ca.Node:
    return ops.causal_mask("T")


LAYERS: dict[str, Callable[[], ca.Node]] = {
    "attention": lambda: layers.scaled_dot_product_attention(*map(qkv, ("q", "k", "v"))),
    "cross-attention": lambda: layers.multi_head_attention(
        x(), x("S", "memory"), heads="H", mask=padding("S")
    ),
    "causal": lambda: layers.single_head_attention(x(), mask=causal()),
    "padding": lambda: layers.multi_head_attention(x(), heads="H", mask=padding()),
    "both masks": lambda: layers.multi_head_attention(x(), heads="H", mask=causal() & padding()),
    "added mask": lambda: layers.single_head_attention(x(), mask=ca.input("mask", "T T")),
    "grouped": lambda: layers.multi_head_attention(x(), heads="H", kv_heads=1, mask=causal()),
    "encoder layer": lambda: layers.encoder_layer(x(), mask=padding(), heads="H", hidden="F"),
    "pre-norm": lambda: layers.encoder_layer(x(), heads="H", hidden="F", norm="pre"),
    "dropout": lambda: layers.encoder_layer(
        x(), heads="H", hidden="F", dropout=0.5, seed=ca.input("seed", (), dtype="int")
    ),
    "decoder layer": lambda: layers.decoder_layer(
        x(), x("S", "memory"), heads="H", hidden="F", mask=causal(), memory_mask=padding("S")
    ),
    "loss": lambda: ops.cross_entropy(
        layers.linear(x(), "V"), ca.input("target", "B T", dtype="int"), ignore_index=0
    ),
    "shifted right": lambda: shifted(x()),
    "backwards": lambda: backwards(x()),
}  # fmt: skip


def qkv(name: str) -> ca.Node:
    return ca.input(name, "B T D")


@pytest.mark.parametrize("length", range(1, 6))
@pytest.mark.parametrize("name", LAYERS)
def test_layers_unroll(name: str, length: int) -> None:
    graph = ca.Graph(LAYERS[name]())
    if name == "shifted right" and length == 1:
        with pytest.raises(ca.ContractError, match="T >= 2"):
            unroll(graph, "T", length)
        return
    tokens = unroll(graph, "T", length)
    well_formed(graph, tokens)
    same(graph, tokens, {**SIZES, "T": length}, below=3)
    if "S" in graph.symbols:
        both = unroll(tokens, "S", 3)
        well_formed(graph, both)
        same(graph, both, {**SIZES, "T": length}, below=3)


@pytest.mark.parametrize("name", [n for n in MODELS if n not in ("paper-base", "paper-big")])
def test_models_unroll(name: str) -> None:
    graph = MODELS[name].graph()
    sizes = {**MODELS[name].sizes, "S": 2, "T": 3}
    tokens = graph
    for axis in sorted({"S", "T"} & graph.symbols):
        tokens = unroll(tokens, axis, sizes[axis])
    assert not {"S", "T"} & tokens.symbols
    same(graph, tokens, sizes, below=5)


def test_what_is_unrolled_opens_and_folds_and_has_a_backward_pass() -> None:
    graph = ca.Graph(LAYERS["encoder layer"]())
    sizes = {**SIZES, "T": 3}
    tokens = unroll(graph, "T", 3)
    same(graph, expand(tokens), sizes)
    same(graph, unroll(expand(graph), "T", 3), sizes)
    same(graph, ca.transform.collapse(tokens, "sublayer"), sizes)
    slopes = backward(graph)
    same(slopes, unroll(slopes, "T", 3), sizes)


# What there is to see --------------------------------------------------------------------------


@pytest.mark.parametrize("length", range(2, 6))
def test_attention_is_dot_products_softmaxes_and_weighted_sums(length: int) -> None:
    q, k, v = (ca.input(name, "S K") for name in "qkv")
    tokens = unroll(layers.scaled_dot_product_attention(q, k, v), "S", length)
    products = [node for node in tokens.nodes if isinstance(node.op, ops.MatMul)]
    shapes = Counter(node.shape for node in products)
    (width,) = ca.dims("K")
    assert shapes == {(1, 1): length**2, (1, width): length}
    assert sum(isinstance(node.op, ops.Softmax) for node in tokens.nodes) == length
    for node in products:
        first, index = tokens.origin[node]
        query, key = node.inputs
        if node.shape == (1, 1):
            i, j = tokens.origin[node].tokens
            assert (tokens.origin[query], tokens.origin[key.inputs[0]]) == (
                (q, (i, None)),
                (k, (j, None)),
            )
            assert node.path == f"attention/matmul[{i + 1},{j + 1}]"
        else:
            assert isinstance(query.op, ops.Softmax)
            assert index == tokens.origin[query].at
            (i,) = tokens.origin[node].tokens
            assert node.path == f"attention/matmul[{i + 1}]"
        assert first.path == "attention/matmul"


def test_the_axes_of_cross_attention_are_unrolled_one_after_the_other() -> None:
    q, k, v = ca.input("q", "T K"), ca.input("k", "S K"), ca.input("v", "S K")
    y = layers.scaled_dot_product_attention(q, k, v)
    scores = y.inputs[0].inputs[0].inputs[0]
    one = unroll(unroll(y, "T", 2), "S", 3)
    other = unroll(unroll(y, "S", 3), "T", 2)
    assert one.lengths == other.lengths == {"T": 2, "S": 3}
    for tokens in (one, other):
        cells = [n for n, piece in tokens.origin.items() if piece == (scores, piece.at)]
        found = {tokens.origin[node].at: node.path for node in cells}
        assert len(cells) == 6
        assert found[1, 2] == "attention/matmul[2,3]"
        assert not {"S", "T"} & tokens.symbols


def test_nodes_grow_with_the_tokens_and_scores_with_their_pairs() -> None:
    forward = [len(unroll(MODELS["feed-forward"].graph(), "T", n).nodes) for n in range(2, 8)]
    assert set(np.diff(forward, 2)) == {0}
    attention = [len(unroll(LAYERS["causal"](), "T", n).nodes) for n in range(2, 8)]
    assert set(np.diff(attention, 3)) == {0}


def test_the_same_graph_unrolls_to_the_same_nodes() -> None:
    graph = ca.Graph(LAYERS["decoder layer"]())
    one, other = (
        [(t.path(n), n.op, t.origin[n]) for n in t.nodes]
        for t in (unroll(graph, "T", 3) for _ in range(2))
    )
    assert one == other


def test_what_no_token_reaches_stays_as_it_is() -> None:
    table = ca.parameter("table", "D")
    positions = ops.arange("T")
    y = x() + ops.expand_dims(ops.cast(positions * positions, "float"), 1) * ops.exp(table)
    tokens = unroll(y, "T", 3)
    assert table in tokens.nodes
    assert sum(isinstance(node.op, ops.Exp) for node in tokens.nodes) == 1
    assert [n.shape for n in tokens.nodes if n.dtype == "int"] == [(3,), (3,)]
    assert unroll(x("S") + 1.0, "D", 2).outputs[0].shape[1] == ca.dims("S")[0]


def test_declared_sizes_have_the_length_too() -> None:
    tokens = unroll(layers.multi_head_attention(x(), heads="H"), "D", 4)
    assert [str(c) for c in tokens.declared] == ["H | 4"]
    assert str(ca.verify(tokens)) == "valid iff H | 4"


def test_a_length_of_one_asks_what_the_size_asked() -> None:
    y = x("S") + x("T", "y")
    tokens = unroll(y, "S", 1)
    assert [str(c) for c in tokens.conditions] == ["T == 1"]
    assert str(ca.verify(tokens)) == "valid iff T == 1"
    with pytest.raises(ca.ContractError, match="T == 1"):
        ca.evaluate(tokens, {"x": np.ones((1, 1, 1)), "y": np.ones((1, 2, 1))})


@ca.block(requires=["3 | D"])
def declared(x: ca.Node) -> ca.Node:
    return ops.relu(x)


BAD: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "unknown": (lambda: unroll(x(), "TT", 2), ca.FeedError, "did you mean 'T'"),
    "no symbol": (lambda: unroll(x(), 1, 2), ca.OptionError, "symbol"),
    "an int": (lambda: unroll(ca.input("x", (4, 8)), "T", 4), ca.FeedError, "is a number"),
    "again": (lambda: unroll(unroll(x(), "T", 2), "T", 2), ca.FeedError, "no size 'T'"),
    "zero": (lambda: unroll(x(), "T", 0), ca.DimError, "from 1"),
    "half": (lambda: unroll(x(), "T", 2.5), ca.DimError, "whole"),  # type: ignore[arg-type]
    "symbolic": (lambda: unroll(x(), "T", ca.dims("S")[0]), ca.FeedError, "whole number"),
    "broken": (lambda: unroll(x()[:, 2:], "T", 2), ca.ContractError, "T >= 3"),
    "declared": (lambda: unroll(declared(x()), "D", 4), ca.ContractError, "3 | D"),
    "never": (lambda: unroll(x() + ca.input("y", "B 2*S D"), "T", 3), ca.ContractError, "T == 2"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_are_explained(name: str) -> None:
    make, error, text = BAD[name]
    with pytest.raises(error) as found:
        make()
    assert text in str(found.value)
