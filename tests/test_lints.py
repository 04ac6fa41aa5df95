"""Lints: what must be reported, what must not, how it is said, and how it is silenced."""

import itertools
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from checkpoints import FOLDER, NAMES
from healthy import HEALTHY
from suspicious import SUSPICIOUS
from test_soundness import STEPS, leaf

import cutaway as ca
from cutaway import layers, ops
from cutaway.layers import Config
from cutaway.layers.basic import Activation
from cutaway.models.catalogue import MODELS
from cutaway.shapes import Lint, allow, lints
from cutaway.shapes.lint import RULES
from cutaway.shapes.lint_texts import TEXTS

B, T, S, D, H, F = ca.dims("B T S D H F")


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_practice_is_not_reported(name: str) -> None:
    graph = ca.Graph(HEALTHY[name]())
    assert lints(graph) == ()
    assert lints(ca.transform.expand(graph)) == ()


@pytest.mark.parametrize("name", SUSPICIOUS)
def test_a_mistake_is_reported_once(name: str) -> None:
    code, make = SUSPICIOUS[name]
    graph = ca.Graph(make())
    found = lints(graph)
    assert {lint.code for lint in found} == {code}
    assert len(found) == 1 or code == "no-gradient"
    assert {lint.code for lint in lints(ca.transform.expand(graph))} == {code}
    assert lints(graph, ignore=[code]) == ()
    with ca.shapes.allow(code):
        assert lints(make()) == ()


def test_every_code_has_mistakes() -> None:
    assert {code for code, _ in SUSPICIOUS.values()} == set(RULES)
    assert {key.partition(".")[0] for key in TEXTS["en"]} == set(RULES)


@pytest.mark.parametrize("name", MODELS)
def test_built_in_models_are_healthy(name: str) -> None:
    graph = MODELS[name].graph()
    assert lints(graph) == ()
    assert lints(ca.transform.expand(graph)) == ()


@pytest.mark.parametrize("name", NAMES)
def test_checkpoint_families_are_healthy(name: str) -> None:
    assert lints(ca.load(FOLDER / name).graph) == ()


def layer_graphs() -> Iterator[ca.Node]:
    """All layers with all of their options, for symbols and for numbers."""
    for sizes in ((D, H, F, H / 2), (24, 4, 48, 2)):
        width, heads, hidden, groups = sizes
        x, memory = ca.input("x", (B, T, width)), ca.input("memory", (B, S, width))
        seed = ca.input("seed", (), "int")
        masks = (None, ops.causal_mask(T), ca.input("mask", (B, 1, T, T)))
        acts: list[Activation] = ["relu", "gelu", "gelu_tanh", "silu"]
        for mask, bias, kv in itertools.product(masks, (True, False), (None, groups, 1)):
            yield layers.multi_head_attention(x, heads=heads, kv_heads=kv, mask=mask, bias=bias)
        for act, gated, bias in itertools.product(acts, (True, False), (True, False)):
            yield layers.feed_forward(x, hidden, act, gated=gated, bias=bias)
        for norm, kv, mask in itertools.product(("pre", "post"), (None, groups), masks):
            for drop in (0.0, 0.1):
                options = layers.LayerOptions(
                    heads=heads,
                    hidden=hidden,
                    norm=norm,
                    kv_heads=kv,
                    dropout=drop,
                    seed=seed,
                )
                yield layers.encoder(x, layers=2, mask=mask, **options)
                yield layers.decoder(x, memory, layers=2, mask=mask, **options)
        yield layers.single_head_attention(x, mask=ops.causal_mask(T))
        yield layers.rms_norm(layers.linear(layers.rms_norm(x), hidden))


def test_all_layers_with_all_options_are_healthy() -> None:
    for node in layer_graphs():
        assert lints(node) == (), node


def test_the_training_graph_of_the_translator_is_healthy() -> None:
    """As ``examples/train_translator.py`` builds it."""
    source, target = ca.input("source", (B, S), "int"), ca.input("target", (B, T), "int")
    config = Config(source_vocabulary="V", target_vocabulary="W", layers=2, dropout=0.1, padding=0)
    seed = ca.input("seed", (), "int")
    logits = layers.transformer(source, target[:, :-1], config, seed=seed)
    loss = ops.cross_entropy(logits, target[:, 1:], label_smoothing=0.1, ignore_index=0)
    assert lints(loss) == ()
    assert lints(ca.transform.expand(ca.Graph(loss))) == ()


def test_a_transformer_with_all_options_is_healthy() -> None:
    source, target = ca.input("source", (B, S), "int"), ca.input("target", (B, T), "int")
    for tied, shared, positions, padding in itertools.product(
        (True, False), (True, False), ("sinusoidal", "learned"), (None, 0)
    ):
        config = Config(
            source_vocabulary="V",
            layers=1,
            tied=tied,
            shared=shared,
            positions=positions,  # type: ignore[arg-type]
            padding=padding,
            norm="pre",
        )
        assert lints(layers.transformer(source, target, config)) == ()
        logits = layers.decoder_only(target, config)
        loss = ops.cross_entropy(logits, ca.input("wanted", (B, T), "int"), label_smoothing=0.1)
        assert lints([logits, loss]) == ()


def text(lint: Lint) -> str:
    """Its text, with this file's line left out."""
    return str(lint).replace(f"{Path(lint.file).name}:{lint.line}", "FILE:LINE")


GOLDEN = {
    "heads_into_the_batch": """\
regroup: the reshape from (B, T, H*K) to (B*H, T, K) mixes axes: (B*H, T, K) is not (B, T, H*K) \
cut and joined in order
  where:    reshape, FILE:LINE
  fix:      cut, transpose, then join: x.reshape((B, T, H, K)).transpose((0, 2, 1, 3))\
.reshape((B*H, T, K))""",
    "heads_merged_without_transpose": """\
regroup: the reshape from (B, H, T, K) to (B, T, H*K) mixes axes: (T, H*K) is not (H, T, K) \
cut and joined in order
  where:    reshape, FILE:LINE
  fix:      transpose first: x.transpose((0, 2, 1, 3)).reshape((B, T, H*K))""",
    "heads_split_without_transpose": """\
regroup: the reshape from (B, T, D) to (B, H, T, D/H) mixes axes: (H, T, D/H) is not (T, D) \
cut and joined in order
  where:    reshape, FILE:LINE
  fix:      transpose after: x.reshape((B, T, H, D/H)).transpose((0, 2, 1, 3))""",
    "split_in_another_order_than_joined": """\
regroup: the reshape from (B*H, T, K) to (B, H, T, K) takes apart as (B, H) what was joined as \
(H*B)
  where:    reshape, FILE:LINE
  fix:      split an axis in the order in which it was joined, then transpose""",
    "orders_hidden_by_a_product": """\
regroup: add puts side by side an axis joined as (B*H) and an axis joined as (H*B)
  where:    add, FILE:LINE
  fix:      join the axes in the same order on both sides: transpose before the reshape""",
    "softmax_over_queries": """\
softmax-axis: softmax along axis -2 (T) of (B, H, T, T), but matmul.1 sums over axis -1 (T): \
the weights that are summed do not add up to 1
  where:    softmax, FILE:LINE
  fix:      take the softmax along axis=-1""",
    "root_of_the_model_width": """\
scale: scores of width D/H are scaled by 1/sqrt(D), which is not 1/sqrt(D/H)
  where:    divide, FILE:LINE
  fix:      divide by the root of the width that is summed over: \
scores / ca.ops.sqrt(ca.ops.dim(D/H))""",
    "a_wrong_number": """\
scale: scores of width 64 are scaled by 0.044195, which is not 1/sqrt(64)
  where:    divide, FILE:LINE
  fix:      divide by the root of the width that is summed over: \
scores / ca.ops.sqrt(ca.ops.dim(64))""",
    "no_scale": """\
scale: scores of width D/H go into a softmax unscaled: they grow with sqrt(D/H)
  where:    matmul, FILE:LINE
  fix:      divide them first: scores / ca.ops.sqrt(ca.ops.dim(D/H))""",
    "a_branch_with_keepdims": """\
residual-broadcast: the residual sum (B, T, D) + (B, 1, D) stretches mean (FILE:LINE) to \
(B, T, D): many elements get the same
  where:    add, FILE:LINE
  fix:      give both sides the shape (B, T, D): look for keepdims, an index or a missing axis""",
    "a_norm_over_time_before_a_map": """\
norm-axis: layer_norm along axis -2 (T) of (B, T, D), but the features are axis -1 (D)
  where:    layer_norm, FILE:LINE
  fix:      normalise along the features: axis=-1""",
    "behind_stop_gradient": """\
no-gradient: w gets no gradient from any output: stop_gradient (FILE:LINE) cuts it off
  where:    w, FILE:LINE
  fix:      take stop_gradient away, or make it an input or a constant""",
    "times_zero": """\
no-gradient: w gets no gradient from any output: multiply (FILE:LINE) multiplies it by 0
  where:    w, FILE:LINE
  fix:      take the 0 away, or make it an input or a constant""",
    "only_in_a_choice": """\
no-gradient: w gets no gradient from any output: what greater (FILE:LINE) gives is no float
  where:    w, FILE:LINE
  fix:      use it where it stays a float, or make it an input or a constant""",
}


@pytest.mark.parametrize("name", GOLDEN)
def test_messages_say_what_where_and_how_to_fix(name: str) -> None:
    (lint,) = lints(SUSPICIOUS[name][1]())
    assert text(lint) == GOLDEN[name]


TRANSPOSED = [name for name, (code, _) in SUSPICIOUS.items() if code == "regroup"][:11]


@pytest.mark.parametrize("name", TRANSPOSED)
def test_the_fix_of_a_reshape_gives_the_same_shape_and_is_clean(name: str) -> None:
    (lint,) = lints(SUSPICIOUS[name][1]())
    _, code = lint.fix.split(": ", 1)
    names = {s.name: s for s in ca.dims("B T S C D H K P")}
    fixed = eval(code, {**names, "x": lint.node.inputs[0]})  # the fix is a line of Python
    assert fixed.shape == lint.node.shape
    assert lints(fixed) == ()


def test_a_division_that_makes_a_reshape_clean_is_told() -> None:
    (w,) = ca.dims("W")

    def windows() -> ca.Node:
        return ca.input("x", (B, T, D)).reshape((B * T / w, w, D))

    (lint,) = lints(windows())  # legal at B = 2, T = 3, W = 2 too, where it mixes sequences
    assert lint.fix == "if W is to divide T, declare it: requires=['W | T']"
    assert lints(ca.block(kind="part", requires=["W | T"])(windows)()) == ()


def test_a_fix_cuts_no_axis_into_fractions() -> None:
    h, w, p = ca.dims("h w p")
    (lint,) = lints(ca.input("image", (B, 3, h, w)).reshape((B, h * w / (p * p), p * p * 3)))
    assert "h/(p*p)" not in lint.fix


def test_a_lint_knows_its_place() -> None:
    with ca.scope("encoder/layer.0"):
        y = ca.input("x", "B H T K").reshape("B T H*K")
    (lint,) = lints(y)
    assert (lint.code, lint.scope, lint.node) == ("regroup", "encoder/layer.0", y)
    assert (lint.file, lint.line) == (y.source.file, y.source.line)
    assert lint.file == __file__


def test_lints_come_in_topological_order() -> None:
    x = ca.input("x", (B, T, D))
    outputs = []
    for n in range(3):
        with ca.scope(f"layer.{n}"):
            y = layers.linear(ops.layer_norm(x, axis=1), D)
            y = y + ops.stop_gradient(y @ ca.parameter("w", (D, D)))
            outputs.append(y.reshape((B, D, T)))
            x = x + y
    graph = ca.Graph([*outputs, x])
    found = lints(graph)
    places = [graph.nodes.index(lint.node) for lint in found]
    assert len({lint.code for lint in found}) == 3
    assert places == sorted(places)


def bad() -> ca.Node:
    return ca.input("x", "B H T K").reshape("B T H*K")


def test_allow_silences_what_is_built_inside_and_nothing_else() -> None:
    @ca.block(name="shuffle")
    def shuffle() -> ca.Node:
        return bad()

    with allow("regroup", "scale"):
        inside = shuffle()
        with ca.scope("deep"), allow("norm-axis"):
            deep = bad()
    assert inside.path == "shuffle/reshape"
    assert lints([inside, deep]) == ()
    with allow("scale"):
        other = bad()
    after = bad()
    assert [lint.node for lint in lints([inside, other, after])] == [other, after]


def test_allow_survives_a_rewrite() -> None:
    with allow("softmax-axis"):
        silent = SUSPICIOUS["softmax_over_queries"][1]()
    assert lints(ca.transform.expand(ca.Graph(silent))) == ()


def test_an_unknown_code_lists_the_codes() -> None:
    wanted = """\
there is no lint 'reshape'
  required: regroup, softmax-axis, scale, residual-broadcast, norm-axis, no-gradient"""
    with pytest.raises(ca.OptionError) as error:
        lints(bad(), ignore=["reshape"])
    assert str(error.value) == wanted
    with pytest.raises(ca.OptionError) as error, allow("reshape"):
        pass
    assert str(error.value) == wanted


def test_one_code_may_stand_alone() -> None:
    assert lints(bad(), ignore="regroup") == ()


def test_shapes_after_unification_count() -> None:
    x, y = ca.input("x", (B, T, D)), ca.input("y", (B, S, D))
    graph = ca.Graph(x.reshape((B, S, D)) + y)
    assert lints(graph) == ()
    assert lints(graph, dict.fromkeys(graph.nodes, graph.outputs[0].shape)) == ()


def test_backward_passes_are_not_looked_at() -> None:
    x = ca.input("x", (B, T, D))
    loss = layers.multi_head_attention(x, heads=H).sum()
    graph = ca.Graph([loss, *ca.grad(loss, list(ca.Graph(loss).parameters))])
    assert lints(graph) == ()


def test_a_graph_of_nothing_has_no_lints() -> None:
    assert lints(ca.Graph([])) == ()
    assert lints(ca.input("x", ())) == ()


def test_what_cannot_be_solved_is_not_reported() -> None:
    assert lints(ca.input("x", (T, D)).reshape((S, F))) == ()  # T*D == S*F
    joined = ops.concat([ca.input("x", (T, B)), ca.input("y", (S, B))])
    halves = joined + ca.input("z", (2 * D, B))  # T + S == 2*D
    assert lints(halves.reshape((D, B, 2))) == ()


@pytest.mark.parametrize("seed", range(10))
def test_random_graphs_are_read_without_a_crash(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(30):
        pool = [leaf(draw, [])]
        for _ in range(draw.randint(4, 12)):
            try:
                pool.append(draw.choice(STEPS)(draw, pool))
            except ca.CutawayError:
                continue
        graph = ca.Graph(pool)
        for lint in lints(graph):
            assert lint.node in graph.nodes
            assert str(lint).count("\n") == 2


def test_contradictions_and_lengths_of_one_are_read() -> None:
    x = ca.input("x", (T, D))
    both = x.reshape((T, D, S)) + ca.input("y", (S, 1, D))  # S == 1, T == S
    assert lints(both) == ()
    never = [x.reshape("T H K"), x.reshape("T 2*H K"), ca.input("z", "N T") + x.mT]
    assert lints(never) == ()


def test_deep_scales_are_read_in_time() -> None:
    q = ca.input("q", (B, T, D))
    scale = ops.dim(D)
    for _ in range(2000):
        scale = ops.sqrt(scale * scale)
    assert lints(ops.softmax(q @ q.mT / scale) @ q) == ()


def test_many_conditions_are_read_in_time() -> None:
    x = ca.input("x", (T, D))
    for n in range(300):
        x = x.reshape((T, *ca.dims(f"H{n}"), D / ca.dims(f"H{n}")[0])).reshape((T, D))
    started = time.process_time()
    assert lints(x) == ()
    assert time.process_time() - started < 2.0


def test_ninety_six_layers_are_read_in_time() -> None:
    def seconds(count: int) -> float:
        config = Config(
            source_vocabulary="V",
            d_model="D",
            heads="H",
            hidden="4*D",
            layers=count,
            norm="pre",
            positions="learned",
            tied=True,
        )
        graph = ca.Graph(layers.decoder_only(ca.input("tokens", "B T", "int"), config))
        started = time.process_time()
        assert lints(graph) == ()
        return time.process_time() - started

    assert min(seconds(96) for _ in range(3)) < 1.0  # 0.2 s on a machine that does nothing else
