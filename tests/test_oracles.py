"""Every value and every gradient of the reference data, in float64."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from oracle import Array, Case, case, close, names, options, ours

import cutaway as ca
from cutaway import layers, ops
from cutaway.run import Compiled

Files = dict[str, Array]


def check(
    found: Case,
    output: ca.Node,
    feeds: Files,
    params: Files,
    wrt: dict[str, ca.Node],
    extra: dict[str, ca.Node] | None = None,
    rename: Callable[[Files], Files] = ours,
) -> None:
    """Compare output, loss, every gradient and further values; nothing may stay unread.

    ``wrt`` are the differentiable inputs by PyTorch's name; gradients of weights are compared
    under our paths.
    """
    extra = extra or {}
    if "cotangent" in found:
        cotangent = ca.input("cotangent", output.shape)
        loss = (output * cotangent).sum()
        feeds = {**feeds, "cotangent": found["cotangent"]}
    else:
        loss = output
    graph = ca.Graph([output, loss])
    weights = list(graph.parameters)
    slopes = ca.grad(loss, [*wrt.values(), *weights])
    run = Compiled([output, loss, *extra.values(), *slopes])
    mine, value, *rest = run(feeds, params)
    close(mine, found["output"], "output")
    close(value, found["loss"], "loss")
    for name, array in zip(extra, rest, strict=False):
        close(array, found[name], name)
    reference = found.kind("grad")
    expected = {name: reference.pop(name) for name in wrt}
    expected.update(rename(reference))
    keys = [*wrt, *(node.path for node in weights)]
    assert set(keys) == set(expected)
    for key, array in zip(keys, rest[len(extra) :], strict=True):
        close(array, expected[key], f"gradient of {key}")
    found.kind("attr")
    assert found.unread == set()


@pytest.mark.parametrize("name", names("sdpa"))
def test_sdpa(name: str) -> None:
    found = case("sdpa", name)
    arrays = found.kind("input")
    q, k, v = (ca.input(key, arrays[key].shape) for key in "qkv")
    wrt, feeds = {"q": q, "k": k, "v": v}, dict(arrays)
    mask = None
    if found["attr/is_causal"]:
        mask = ops.causal_mask(q.shape[-2], k.shape[-2])
    elif "mask" in arrays:
        kind = "bool" if arrays["mask"].dtype == bool else "float"
        mask = ca.input("mask", arrays["mask"].shape, dtype=kind)  # type: ignore[arg-type]
        if kind == "float":
            wrt["mask"] = mask
    scale = None if name != "scale" else float(found["attr/scale"])
    if name == "gqa":
        heads, groups = q.shape[1], k.shape[1]
        size = heads // groups
        split = q.reshape((q.shape[0], groups, size, *q.shape[2:]))
        k5, v5 = ops.expand_dims(k, 2), ops.expand_dims(v, 2)
        y = layers.scaled_dot_product_attention(split, k5, v5)
        y = y.reshape((*q.shape[:3], v.shape[-1]))
        (weights,) = ca.Graph(y).find("*softmax")
        extra = {"attn_weights": weights.reshape((*q.shape[:3], k.shape[2]))}
    else:
        y = layers.scaled_dot_product_attention(q, k, v, mask, scale)
        (weights,) = ca.Graph(y).find("*softmax")
        extra = {"attn_weights": ops.broadcast_to(weights, (*q.shape[:3], k.shape[2]))}
    check(found, y, feeds, {}, wrt, extra)


def may_attend(found: Files) -> tuple[ca.Node | None, Files]:
    """Our mask from PyTorch's, where True forbids (a float mask is added as it is)."""
    feeds: Files = {}
    mask: ca.Node | None = None
    for name in ("attn_mask", "src_mask", "tgt_mask"):
        if name in found:
            kind = "bool" if found[name].dtype == bool else "float"
            node = ca.input(name, found[name].shape, dtype=kind)  # type: ignore[arg-type]
            feeds[name] = found[name]
            mask = ops.logical_not(node) if kind == "bool" else node
    for name in ("key_padding_mask", "src_key_padding_mask", "tgt_key_padding_mask"):
        if name in found:
            mask = _joined(mask, padding(found, name, feeds))
    return mask, feeds


def padding(found: Files, name: str, feeds: Files) -> ca.Node:
    feeds[name] = found[name]
    node = ca.input(name, found[name].shape, dtype="bool")
    return ops.expand_dims(ops.logical_not(node), (1, 2))


def _joined(mask: ca.Node | None, other: ca.Node) -> ca.Node:
    return other if mask is None else ops.logical_and(mask, other)


@pytest.mark.parametrize("name", names("mha"))
def test_mha(name: str) -> None:
    found = case("mha", name)
    arrays = found.kind("input")
    mask, feeds = may_attend(arrays)
    wrt = {key: ca.input(key, a.shape) for key, a in arrays.items() if "mask" not in key}
    feeds.update({key: arrays[key] for key in wrt})
    query = wrt["x" if "x" in wrt else "query"]
    key = wrt.get("memory", wrt.get("key"))
    y = layers.multi_head_attention(
        query,
        key,
        wrt.get("value"),
        heads=int(found["attr/num_heads"]),
        mask=mask,
        bias="weight/in_proj_bias" in found,
    )
    (weights,) = ca.Graph(y).find("*softmax")
    extra = {"attn_weights": weights, "attn_weights_avg": weights.mean(axis=1)}
    check(found, y, feeds, ours(found.kind("weight")), wrt, extra)


Build = Callable[[ca.Node], ca.Node]


def ffn(activation: Any, **options: bool) -> Build:
    def build(x: ca.Node) -> ca.Node:
        with ca.scope("feed_forward"):
            return layers.feed_forward(x, 20, activation, **options)

    return build


PLAIN: dict[str, Build] = {
    "layernorm": layers.layer_norm,
    "layernorm_eps": lambda x: layers.layer_norm(x, eps=1e-2),
    "layernorm_noaffine": ops.layer_norm,
    "layernorm_two_axes": lambda x: ops.layer_norm(
        x, ca.parameter("weight", (5, 8)), ca.parameter("bias", (5, 8)), axis=(1, 2)
    ),
    "rmsnorm": lambda x: layers.rms_norm(x, eps=1e-6),
    "linear": lambda x: layers.linear(x, 6),
    "ffn_relu": ffn("relu"),
    "ffn_gelu": ffn("gelu"),
    "ffn_gelu_tanh": ffn("gelu_tanh"),
    "ffn_swiglu": ffn("silu", gated=True, bias=False),
    "gelu": ops.gelu,
    "gelu_tanh": ops.gelu_tanh,
    "relu": ops.relu,
    "relu_at_zero": ops.relu,
    "silu": ops.silu,
    "sigmoid": ops.sigmoid,
    "tanh": ops.tanh,
    "erf": ops.erf,
    "softplus": ops.softplus,
    "softmax": ops.softmax,
    "softmax_axis1": lambda x: ops.softmax(x, axis=1),
    "log_softmax": ops.log_softmax,
    "logsumexp": ops.logsumexp,
    "softmax_large": ops.softmax,
    "log_softmax_large": ops.log_softmax,
    "gelu_wide": ops.gelu,
    "gelu_tanh_wide": ops.gelu_tanh,
    "silu_wide": ops.silu,
}
LOSSES = [name for name in names("ffn_layernorm") if name.startswith("cross_entropy")]


def test_every_case_has_its_test() -> None:
    assert {*PLAIN, *LOSSES, "embedding"} == set(names("ffn_layernorm"))


@pytest.mark.parametrize("name", PLAIN)
def test_functions_norms_and_feed_forward(name: str) -> None:
    found = case("ffn_layernorm", name)
    arrays = found.kind("input")
    x = ca.input("x", arrays["x"].shape)
    rename = partial(ours, linear=name == "linear")
    check(found, PLAIN[name](x), arrays, rename(found.kind("weight")), {"x": x}, rename=rename)


@pytest.mark.parametrize("name", LOSSES)
def test_cross_entropy(name: str) -> None:
    found = case("ffn_layernorm", name)
    arrays, attr = found.kind("input"), found.kind("attr")
    logits = ca.input("logits", arrays["logits"].shape)
    kind = "int" if arrays["target"].dtype.kind == "i" else "float"
    target = ca.input("target", arrays["target"].shape, dtype=kind)  # type: ignore[arg-type]
    wrt = {"logits": logits}
    weight = None
    if "class_weight" in arrays:
        weight = ca.input("class_weight", arrays["class_weight"].shape)
    loss = ops.cross_entropy(
        logits,
        target,
        reduction=str(attr["reduction"]),  # type: ignore[arg-type]
        label_smoothing=float(attr.get("label_smoothing", 0.0)),
        ignore_index=int(attr["ignore_index"]) if "ignore_index" in attr else None,
        weight=weight,
    )
    check(found, loss, arrays, {}, wrt)


def test_embedding() -> None:
    found = case("ffn_layernorm", "embedding")
    arrays = found.kind("input")
    index = ca.input("index", arrays["index"].shape, dtype="int")
    params = ours(found.kind("weight"))
    y = ops.take(ca.parameter("weight", params["weight"].shape), index)
    check(found, y, arrays, params, {})


@pytest.mark.parametrize("name", names("encoder_layer"))
def test_encoder_layer(name: str) -> None:
    found = case("encoder_layer", name)
    arrays = found.kind("input")
    mask, feeds = may_attend(arrays)
    src = ca.input("src", arrays["src"].shape)
    y = layers.encoder_layer(src, mask=mask, **options(found))
    check(found, y, {**feeds, "src": arrays["src"]}, ours(found.kind("weight")), {"src": src})


@pytest.mark.parametrize("name", names("decoder_layer"))
def test_decoder_layer(name: str) -> None:
    found = case("decoder_layer", name)
    arrays = found.kind("input")
    mask, feeds = may_attend(arrays)
    padded = "memory_key_padding_mask" in arrays
    memory_mask = padding(arrays, "memory_key_padding_mask", feeds) if padded else None
    wrt = {key: ca.input(key, arrays[key].shape) for key in ("tgt", "memory")}
    y = layers.decoder_layer(
        wrt["tgt"], wrt["memory"], mask=mask, memory_mask=memory_mask, **options(found)
    )
    feeds.update({key: arrays[key] for key in wrt})
    check(found, y, feeds, ours(found.kind("weight")), wrt)


@pytest.mark.parametrize("name", names("transformer"))
def test_transformer(name: str) -> None:
    found = case("transformer", name)
    arrays = found.kind("input")
    feeds: Files = {}
    source_mask = memory_mask = None
    if "src_key_padding_mask" in arrays:
        source_mask = padding(arrays, "src_key_padding_mask", feeds)
        memory_mask = padding(arrays, "memory_key_padding_mask", feeds)
    target = {key: array for key, array in arrays.items() if key.startswith("tgt_")}
    mask, more = may_attend(target)
    wrt = {key: ca.input(key, arrays[key].shape) for key in ("src", "tgt")}
    feeds.update({**more, **{key: arrays[key] for key in wrt}})
    stack = {**options(found), "hidden": 32, "layers": 2, "final_norm": True}
    with ca.scope("encoder", kind="stack"):
        memory = layers.encoder(wrt["src"], mask=source_mask, **stack)
    with ca.scope("decoder", kind="stack"):
        y = layers.decoder(wrt["tgt"], memory, mask=mask, memory_mask=memory_mask, **stack)
    check(found, y, feeds, ours(found.kind("weight")), wrt, {"memory": memory})
