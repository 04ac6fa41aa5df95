"""Second derivatives and optimisers of the reference data, in float64."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from oracle import ATOL, Array, case, close, names, options, ours

import cutaway as ca
from cutaway import layers, ops
from cutaway.run import SGD, Adam, AdamW, Compiled, Optimizer, State, clip_by_norm, warmup

Files = dict[str, Array]


@pytest.mark.parametrize("name", names("second_order"))
def test_second_order(name: str) -> None:
    found = case("second_order", name)
    arrays = found.kind("input")
    src = ca.input("src", arrays["src"].shape)
    target = ca.input("target", arrays["target"].shape)
    y = layers.encoder_layer(src, **options(found))
    loss = ops.square(y - target).mean()
    params = ours(found.kind("weight"))
    nodes = {"src": src, **{node.path: node for node in ca.Graph(loss).parameters}}
    slopes = dict(zip(nodes, ca.grad(loss, list(nodes.values())), strict=True))
    vectors = _renamed(found.kind("vec"))
    along = {key: (slope * ca.constant(vectors[key])).sum() for key, slope in slopes.items()}
    run = Compiled([y, loss, *slopes.values()])
    feeds = dict(arrays)
    mine, value, *first = run(feeds, params)
    close(mine, found["output"])
    close(value, found["loss"])
    for key, array in zip(nodes, first, strict=True):
        close(array, _renamed(found.kind("grad"))[key], key)
    joint = along["src"]
    for key in list(nodes)[1:]:
        joint = joint + along[key]
    _compare(
        ca.grad(joint, list(nodes.values())), list(nodes), found.kind("hvp_joint"), feeds, params
    )
    for torch_name in found.kind("hvp"):
        own = _renamed({torch_name: found[f"hvp/{torch_name}"]})
        block = [along[key] for key in own]
        total = block[0]
        for term in block[1:]:
            total = total + term
        slope = ca.grad(total, [nodes[key] for key in own])
        _compare(slope, list(own), {torch_name: found[f"hvp/{torch_name}"]}, feeds, params)
    mixed = ca.grad(along["feed_forward/up/weight"], [src])
    _compare(mixed, ["src"], found.kind("mixed"), feeds, params)
    found.kind("attr")
    assert found.unread == set()


def _renamed(arrays: Files) -> Files:
    return {
        **{k: a for k, a in arrays.items() if k == "src"},
        **ours({k: a for k, a in arrays.items() if k != "src"}),
    }


def _compare(
    nodes: list[ca.Node], keys: list[str], reference: Files, feeds: Files, params: Files
) -> None:
    expected = _renamed(reference)
    for key, array in zip(keys, Compiled(nodes)(feeds, params), strict=True):
        close(array, expected[key], key)


OPTIMIZERS: dict[str, Callable[[Files], Optimizer]] = {
    "sgd": lambda a: SGD(float(a["lr"])),
    "sgd_momentum": lambda a: SGD(float(a["lr"]), momentum=float(a["momentum"])),
    "sgd_nesterov_decay": lambda a: SGD(
        float(a["lr"]), float(a["momentum"]), bool(a["nesterov"]), float(a["weight_decay"])
    ),
    "adam": lambda a: Adam(**_adam(a)),
    "adam_l2": lambda a: Adam(**_adam(a)),
    "adam_amsgrad": lambda a: Adam(**_adam(a), amsgrad=bool(a["amsgrad"])),
    "adamw": lambda a: AdamW(**_adam(a)),
    "adamw_clip": lambda a: AdamW(**_adam(a)),
    "adam_noam": lambda a: Adam(**{**_adam(a), "lr": warmup(1, 5, factor=float(a["lr"]))}),
}


def _adam(attr: Files) -> Any:
    decay = {"weight_decay": float(attr["weight_decay"])} if "weight_decay" in attr else {}
    betas = float(attr["beta1"]), float(attr["beta2"])
    return {"lr": float(attr["lr"]), "betas": betas, "eps": float(attr["eps"]), **decay}


def test_every_optimiser_has_its_test() -> None:
    assert {"init", *OPTIMIZERS} == set(names("optim"))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimisers(name: str) -> None:
    start, found = case("optim", "init"), case("optim", name)
    feeds = start.kind("input")
    src = ca.input("src", feeds["src"].shape)
    target = ca.input("target", feeds["target"].shape)
    chosen = {**options(start), "activation": "gelu"}
    y = layers.encoder_layer(src, **chosen)
    slopes = ca.value_and_grad(ops.square(y - target).mean())
    params = ours(start.kind("weight"))
    attr = found.kind("attr")
    optimizer, state = OPTIMIZERS[name](attr), State()
    losses, norms, rates = [], [], []
    for step in range(int(start["attr/steps"])):
        value, grads = slopes(feeds, params)
        clipped, norm = clip_by_norm(grads, float(attr.get("clip_norm", np.inf)))
        rate = optimizer.lr  # type: ignore[attr-defined]
        rates.append(rate(step) if callable(rate) else rate)
        params, state = optimizer.update(params, clipped, state)
        losses.append(float(value))
        norms.append(norm)
    losses.append(float(slopes(feeds, params)[0]))
    close(losses, found["loss_curve"])
    close(norms, found["grad_norm_curve"])
    close(rates, found["lr_curve"])
    for key, array in ours(found.kind("final")).items():
        # Adam divides the noise of the key bias's gradient (0 by theory) by its own size
        noisy = key == "self_attention/key/bias" and name.startswith("adam") and name != "adam_l2"
        close(params[key], array, key, atol=1e-8 if noisy else ATOL)
    assert found.unread == set()
    assert start.unread == set()
