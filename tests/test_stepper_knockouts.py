"""Knock-outs by name are the graphs that one would write without that part."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from stepping import at, model, same

import cutaway as ca
from cutaway import ops

B, T, D = ca.dims("B T D")
SIZES = {"B": 2, "T": 5, "D": 8}


MASKED: dict[str, Callable[[ca.Node, ca.Node], ca.Node]] = {
    "seen": lambda seen, scores: ops.where(seen, scores, -float("inf")),
    "hidden": lambda seen, scores: ops.where(ops.logical_not(seen), -float("inf"), scores),
    "less": lambda seen, scores: scores - ops.where(seen, 0.0, float("inf")),
}


def attention(
    mask: str = "seen", scale: bool = True, uniform: bool = False, silent: tuple[int, ...] = ()
) -> ca.Node:
    """Multi-head attention with four heads, written out."""
    x = ca.input("x", (B, T, D))
    heads = []
    for name in ("query", "key", "value"):
        with ca.scope(name):
            heads.append(ca.layers.linear(x, D).reshape((B, T, 4, D / 4)).transpose((0, 2, 1, 3)))
    q, k, v = heads
    scores = q @ k.mT
    if scale:
        scores = scores / ops.sqrt(ops.dim(D / 4))
    if mask:
        scores = MASKED[mask](ops.causal_mask(T), scores)
    if uniform:
        scores = ops.where(scores > -float("inf"), 0.0, scores)
    mixed = ops.softmax(scores) @ v
    for head in silent:
        keep = np.ones((4, 1, 1))
        keep[head] = 0.0
        mixed = mixed * ca.constant(keep)
    with ca.scope("output"):
        return ca.layers.linear(mixed.transpose((0, 2, 1, 3)).reshape((B, T, D)), D)


KNOCKED: list[tuple[Callable[[ca.Stepper], object], dict[str, object]]] = [
    (lambda s: s.knock_out("no-mask"), {"mask": ""}),
    (lambda s: s.knock_out("no-scale"), {"scale": False}),
    (lambda s: s.knock_out("uniform-attention"), {"uniform": True}),
    (lambda s: s.knock_out("head", "*", 2), {"silent": (2,)}),
    (lambda s: [s.knock_out("head", "*", h) for h in (3, 0)], {"silent": (0, 3)}),
    (lambda s: [s.knock_out("no-mask"), s.knock_out("no-scale")], {"mask": "", "scale": False}),
]


@pytest.mark.parametrize(("knock", "without"), KNOCKED)
@pytest.mark.parametrize("opened", [False, True])
def test_a_knock_out_is_the_graph_without_it(
    knock: Callable[[ca.Stepper], object], without: dict[str, bool], opened: bool
) -> None:
    graph = ca.Graph(attention())
    point = at(ca.transform.expand(graph) if opened else graph, SIZES)
    stepper = point.stepper()
    knock(stepper)
    hand = ca.Graph(attention(**without))  # type: ignore[arg-type]
    (expected,) = ca.evaluate(hand, point.feeds, point.params)
    np.testing.assert_allclose(stepper.value("output/add"), expected, atol=1e-12)
    assert not np.allclose(ca.evaluate(*point)[0], expected)
    stepper.unpatch()
    assert same(stepper.value("output/add"), ca.evaluate(*point)[0])


@pytest.mark.parametrize("mask", MASKED)
@pytest.mark.parametrize(
    ("kind", "without"), [("no-mask", {"mask": ""}), ("uniform-attention", {"uniform": True})]
)
def test_masks_are_found_however_they_are_written(
    kind: str, without: dict[str, Any], mask: str
) -> None:
    point = at(ca.Graph(attention(mask)), SIZES)
    stepper = point.stepper()
    stepper.knock_out(kind)
    hand = ca.Graph(attention(**{"mask": mask, **without}))
    (expected,) = ca.evaluate(hand, point.feeds, point.params)
    np.testing.assert_allclose(stepper.value("output/add"), expected, atol=1e-12)
    assert len(ca.training.attention_entropy(point.graph)) == 1


@pytest.mark.parametrize("norm", ["pre", "post"])
def test_a_residual_is_removed(norm: str) -> None:
    x = ca.input("x", "B T D")
    y = ca.layers.encoder_layer(x, heads=2, hidden=8, norm=norm)  # type: ignore[arg-type]
    point = at(ca.Graph(y), SIZES)
    stepper = point.stepper()
    patch = stepper.knock_out("residual", "self_attention_norm")
    assert patch.paths == ("self_attention_norm/add",)
    assert same(
        stepper.value("self_attention_norm/add"), stepper.value("self_attention/output/add")
    )
    stepper.knock_out("residual", "feed_forward_norm")
    assert same(stepper.value("feed_forward_norm/add"), stepper.value("feed_forward/down/add"))


def test_the_article_has_one_head() -> None:
    stepper = model("single-head-attention").stepper()
    stepper.knock_out("head", "attention", 0)
    assert not stepper.value("attention/matmul.1").any()


def test_grouped_heads_are_counted_through() -> None:
    x = ca.input("x", "B T D")
    y = ca.layers.multi_head_attention(x, heads=4, kv_heads=2)
    point = at(ca.Graph(y), SIZES)
    stepper = point.stepper()
    (merged,) = point.graph.outputs[0].inputs[0].inputs[0].inputs  # of output/add, matmul, reshape
    before = stepper.value(merged)
    stepper.knock_out("head", "*", 1)
    after = stepper.value(merged)
    assert not after[:, :, 1].any()
    for head in (0, 2, 3):
        assert same(after[:, :, head], before[:, :, head])


def test_one_of_several_attentions_is_named_by_a_scope_around_it() -> None:
    stepper = model("transformer").stepper()
    with pytest.raises(ca.OptionError, match="not one but 6"):
        stepper.knock_out("head", "*", 0)
    patch = stepper.knock_out("head", "decoder/layer.1/cross_attention", 0)
    (path,) = patch.paths
    assert path.startswith("decoder/layer.1/cross_attention/attention/matmul")
    assert stepper.knock_out("residual", "encoder").paths == tuple(
        f"encoder/layer.{n}/{name}_norm/add"
        for n in (0, 1)
        for name in ("self_attention", "feed_forward")
    )
    assert len(stepper.knock_out("uniform-attention", "encoder").paths) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("head", "*", 4), "from 0 to 3"),
        (("head", "*", True), "no head True"),
        (("head",), "which head is switched off"),
        (("no-mask", "*", 1), "is not about one head"),
        (("no-mask",), "there is no mask at"),
        (("residual",), "there is no residual at"),
        (("no-scale", "nowhere"), "there is no scale of scores at 'nowhere'"),
        (("gravity",), "there is no knock-out 'gravity'"),
        (("no-scale", 3), "3 is no path"),
    ],
)
def test_a_knock_out_of_nothing_is_an_error(arguments: tuple[object, ...], words: str) -> None:
    stepper = model("multi-head-attention").stepper()
    step = stepper.goto("output/add")
    with pytest.raises(ca.OptionError, match=words):
        stepper.knock_out(*arguments)  # type: ignore[arg-type]
    assert stepper.patches == ()
    assert stepper.current is step


def test_a_feed_forward_network_has_no_attention() -> None:
    with pytest.raises(ca.OptionError, match="no attention at"):
        model("feed-forward").stepper().knock_out("uniform-attention")
