"""The layers: shapes, paths, contracts, counts, and what goes wrong with them."""

from typing import Any

import numpy as np
import pytest

import cutaway as ca
from cutaway import layers, ops
from cutaway.graph import evaluate
from cutaway.layers import Config
from cutaway.models import MODELS
from cutaway.run import Compiled, example_feeds

SPECS = {"paper-base": (512, 8, 2048), "paper-big": (1024, 16, 4096)}


@pytest.mark.parametrize("name", SPECS)
def test_the_papers_models_have_the_counts_their_sizes_give(name: str) -> None:
    d, h, f = SPECS[name]
    attention = 4 * (d * d + d)
    feed_forward = d * f + f + f * d + d
    norm = 2 * d
    encoder = attention + feed_forward + 2 * norm
    decoder = 2 * attention + feed_forward + 3 * norm
    by_hand = 37000 * d + 6 * (encoder + decoder)  # one table serves both sides and the output
    model = MODELS[name]
    assert ca.parameter_count(model.graph(), model.sizes) == by_hand
    config = Config.preset(name)  # type: ignore[arg-type]
    assert (config.d_model, config.heads, config.hidden) == (d, h, f)
    source, target = (ca.input(name, (1, 4), dtype="int") for name in ("source", "target"))
    assert ca.parameter_count(ca.Graph(layers.transformer(source, target, config))) == by_hand


def test_an_untied_transformer_counts_its_three_tables() -> None:
    model = MODELS["transformer"]
    v, d, f = (model.sizes[key] for key in ("V", "d_model", "d_ff"))
    layer = 4 * (d * d + d) + 2 * d * f + f + d + 4 * d
    cross = 4 * (d * d + d) + 2 * d
    assert ca.parameter_count(model.graph(), model.sizes) == 3 * v * d + v + 2 * (2 * layer + cross)


def test_costs_are_filled_in_as_far_as_sizes_are_given() -> None:
    graph = MODELS["feed-forward"].graph()
    (d,) = ca.dims("d_model")
    assert ca.parameter_count(graph, {"d_ff": 3}) == 7 * d + 3
    assert ca.parameter_count(graph, {"d_ff": 3, "d_model": 2}) == 17
    assert ca.flops(graph, {}) == ca.flops(graph)
    sizes = {"B": 1, "T": 1, "d_model": 2, "d_ff": 3}
    assert ca.memory(graph.outputs[0], sizes) == 3  # relu's value: its slope and down read it


PATHS = {
    "multi-head-attention": {f"{p}/{w}" for p in ("query", "key", "value", "output") for w in "wb"},
    "feed-forward": {f"{p}/{w}" for p in ("up", "down") for w in "wb"},
}


@pytest.mark.parametrize("name", PATHS)
def test_parameter_paths_are_as_promised(name: str) -> None:
    full = {"w": "weight", "b": "bias"}
    wanted = {f"{p[:-1]}{full[p[-1]]}" for p in PATHS[name]}
    assert {node.path for node in MODELS[name].graph().parameters} == wanted


def test_paths_of_whole_models() -> None:
    paths = {node.path for node in MODELS["transformer"].graph().parameters}
    for path in (
        "source_embedding/weight",
        "target_embedding/weight",
        "encoder/layer.0/self_attention/query/weight",
        "encoder/layer.1/feed_forward_norm/bias",
        "decoder/layer.1/cross_attention/output/bias",
        "decoder/layer.0/cross_attention_norm/weight",
        "output/weight",
        "output/bias",
    ):
        assert path in paths
    gated = layers.feed_forward(ca.input("x", "T D"), "F", "silu", gated=True, bias=False)
    paths = {node.path for node in ca.Graph(gated).parameters}
    assert paths == {"gate/weight", "up/weight", "down/weight"}
    pre = layers.encoder(ca.input("x", "B T D"), layers=1, heads="H", hidden="F", norm="pre")
    assert {"norm/weight", "norm/bias"} <= {node.path for node in ca.Graph(pre).parameters}


def test_kinds_of_scopes() -> None:
    graph = MODELS["transformer"].graph()
    (softmax,) = graph.find("encoder/layer.0/*/softmax")
    assert softmax.scope.path == "encoder/layer.0/self_attention/attention"
    assert softmax.scope.kinds == ("stack", "layer", "sublayer", "part")


CONTRACTS = {
    "attention": "valid at all sizes",
    "multi-head-attention": "valid iff h | d_model",
    "encoder-layer": "valid iff h | d_model",
    "decoder": "valid iff h | d_model",
    "transformer": "valid iff 2 | d_model and h | d_model",
    "gpt": "valid iff T <= 1024 and h | d_model",
    "bert": "valid iff S <= 512 and h | d_model",
}


@pytest.mark.parametrize("name", MODELS)
def test_every_built_in_model_asks_only_for_what_its_blocks_declare(name: str) -> None:
    contract = ca.verify(MODELS[name].graph())
    assert contract.unmet == ()
    if name in CONTRACTS:
        assert str(contract) == CONTRACTS[name]


@pytest.mark.parametrize("name", [name for name in MODELS if not name.startswith("paper")])
def test_every_built_in_model_runs_and_differentiates(name: str) -> None:
    model = MODELS[name]
    graph = model.graph()
    params = model.params() if model.params else ca.initialize(graph, model.sizes, dtype="float64")
    feeds = example_feeds(graph, model.sizes)
    dims = {key: size for key, size in model.sizes.items() if key in graph.symbols}
    for node, value in Compiled(graph).trace(feeds, params, dims).items():
        assert value.shape == tuple(evaluate(dim, model.sizes) for dim in node.shape), node
    if name != "translator":  # float32: its gradient is checked in float64 by the tour
        ca.check_grads(graph, feeds, params, dims, order=1)


def test_positions_follow_the_papers_formula() -> None:
    (found,) = ca.evaluate(layers.sinusoidal_positions(50, 8))
    for p in (0, 1, 7, 49):
        for i in range(4):
            angle = p / 10000 ** (2 * i / 8)
            np.testing.assert_allclose(found[p, 2 * i : 2 * i + 2], [np.sin(angle), np.cos(angle)])


def test_embeddings_are_scaled_by_the_root_of_the_width() -> None:
    tokens = ca.input("tokens", "B T", dtype="int")
    weight = np.random.default_rng(0).standard_normal((5, 16))
    for scaled, factor in ((True, 4), (False, 1)):
        y, table = layers.token_embedding(tokens, 5, 16, scaled=scaled)
        (found,) = ca.evaluate(y, {"tokens": [[1, 4]]}, {table.path: weight})
        np.testing.assert_allclose(found, factor * weight[[[1, 4]]])


def test_positions_are_counted_after_padding() -> None:
    pad, longest = 1, 6
    tokens = ca.input("tokens", "B T", dtype="int")
    y = layers.positions_after_padding(tokens, pad, longest, 3)
    assert str(ca.verify(y)) == "valid iff T <= 6"
    assert ca.verify(y).unmet == ()
    weight = np.random.default_rng(0).standard_normal((longest + pad + 1, 3))
    rows = [[5, 6, 7, 8, 9, 9], [pad, pad, 5, 6, 7, 8], [5, 6, pad, 7, pad, pad]]
    places = [[2, 3, 4, 5, 6, 7], [1, 1, 2, 3, 4, 5], [2, 3, 1, 4, 1, 1]]  # 1: padding's row
    (found,) = ca.evaluate(y, {"tokens": rows}, {"weight": weight})
    np.testing.assert_array_equal(found, weight[places])


def test_a_later_token_changes_nothing_before_it() -> None:
    model = MODELS["gpt"]
    graph = model.graph()
    params = ca.initialize(graph, model.sizes, dtype="float64")
    tokens = np.array([[1, 2, 3, 4, 5]])
    other = tokens.copy()
    other[0, 3] = 9
    dims = {"h": 4}
    first = ca.evaluate(graph, {"tokens": tokens}, params, dims)[0]
    second = ca.evaluate(graph, {"tokens": other}, params, dims)[0]
    np.testing.assert_array_equal(first[:, :3], second[:, :3])
    assert np.abs(first[:, 3:] - second[:, 3:]).max() > 1e-3


def test_padding_changes_nothing() -> None:
    config = Config(source_vocabulary=11, d_model=8, heads=2, hidden=16, layers=1, padding=0)
    source, target = (ca.input(n, s, "int") for n, s in (("source", "B S"), ("target", "B T")))
    graph = ca.Graph(layers.transformer(source, target, config))
    params = ca.initialize(graph, dtype="float64")
    short = {"source": [[3, 4, 5]], "target": [[1, 2]]}
    padded = {"source": [[3, 4, 5, 0, 0]], "target": [[1, 2, 0]]}
    first, second = (ca.evaluate(graph, feeds, params)[0] for feeds in (short, padded))
    np.testing.assert_allclose(first, second[:, :2], rtol=1e-12)


def test_grouped_heads_with_every_kind_of_mask() -> None:
    x = ca.input("x", "B T D")
    random = np.random.default_rng(0)
    point = random.standard_normal((2, 3, 16))
    for shape in ("T T", "B 1 1 T", "B 4 T T", "1 4 1 T"):
        mask = ca.input("mask", shape, dtype="bool")
        y = layers.multi_head_attention(x, heads=4, kv_heads=2, mask=mask)
        graph = ca.Graph(y)
        params = ca.initialize(graph, {"D": 16}, dtype="float64")
        lengths = [{"B": 2, "T": 3}.get(word) or int(word) for word in shape.split()]
        feeds = {"x": point, "mask": random.random(lengths) > 0.3}
        ca.check_grads(graph, feeds, params, order=1)
        wide = {**params}
        for part in ("key", "value"):  # the same with every head's own copy of its group's
            wide[f"{part}/weight"] = np.repeat(
                params[f"{part}/weight"].reshape(16, 2, 4), 2, axis=1
            ).reshape(16, 16)
            wide[f"{part}/bias"] = np.repeat(
                params[f"{part}/bias"].reshape(2, 4), 2, axis=0
            ).reshape(16)
        full = layers.multi_head_attention(x, heads=4, mask=mask)
        np.testing.assert_allclose(
            ca.evaluate(graph, feeds, params)[0],
            ca.evaluate(ca.Graph(full), feeds, wide)[0],
            rtol=1e-10,
            atol=1e-12,
        )


def test_dropout_in_layers_is_drawn_by_the_seed() -> None:
    x, seed = ca.input("x", "B T 8"), ca.input("seed", (), dtype="int")
    options = {"heads": 2, "hidden": 16}
    y = layers.encoder_layer(x, dropout=0.5, seed=seed, **options)  # type: ignore[arg-type]
    plain = layers.encoder_layer(x, dropout=0.5, **options)  # type: ignore[arg-type]
    assert not ca.Graph(plain).find("*dropout*")
    graph = ca.Graph(y)
    assert len(graph.find("*dropout")) == 2
    params = ca.initialize(graph, dtype="float64")
    point = np.random.default_rng(0).standard_normal((1, 2, 8))
    runs = [ca.evaluate(graph, {"x": point, "seed": s}, params)[0] for s in (1, 1, 2)]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert np.abs(runs[0] - runs[2]).max() > 1e-3
    ca.check_grads(graph, {"x": point, "seed": 3}, params)


UNKNOWN: Any = "unknown"


@pytest.mark.parametrize(
    ("build", "error", "words"),
    [
        (
            lambda x: layers.multi_head_attention(x, heads=5),
            ca.ShapeError,
            ["h | d_model", "h = 5", "d_model = 12"],
        ),
        (
            lambda x: layers.multi_head_attention(x, heads=4, kv_heads=3),
            ca.ShapeError,
            ["h_kv | h", "h_kv = 3"],
        ),
        (
            lambda x: layers.multi_head_attention(ops.squeeze(x[0:1], 0), heads=3),
            ca.ShapeError,
            ["query has the wrong number of axes", "3 axes"],
        ),
        (
            lambda x: layers.encoder_layer(x, heads=3, hidden=8, norm=UNKNOWN),
            ValueError,
            ["no norm 'unknown'", "'post' or 'pre'"],
        ),
        (
            lambda x: layers.feed_forward(x, 8, UNKNOWN),
            ValueError,
            ["no activation 'unknown'", "silu"],
        ),
        (
            lambda x: layers.encoder(x, layers=0, heads=3, hidden=8),
            ValueError,
            ["at least 1", "0"],
        ),
        (
            lambda x: layers.scaled_dot_product_attention(
                x, x, x, mask=ca.input("m", "T T", dtype="int")
            ),
            ca.DTypeError,
            ["mask of ints", "bool"],
        ),
        (
            lambda x: layers.decoder_only(x, Config(source_vocabulary=5)),
            ca.DTypeError,
            ["tokens are indices", "int"],
        ),
        (lambda x: Config.preset(UNKNOWN), ValueError, ["paper-base"]),
        (lambda x: layers.sinusoidal_positions("T", 7), ca.ShapeError, ["2 | d_model", "7"]),
    ],
)
def test_errors_teach(build: object, error: type[Exception], words: list[str]) -> None:
    x = ca.input("x", ("B", "T", 12))
    with pytest.raises(error) as raised:
        build(x)  # type: ignore[operator]
    for word in words:
        assert word in str(raised.value)
