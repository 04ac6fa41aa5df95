"""JAX: symbolic shapes, in ``jax.export``, and in ``jax.eval_shape``, which only works them out.

A number of heads can be a symbol, ``d_model`` being ``h*K``: a symbol must be seen in the length
of some argument, so the head width is shown by one that isn't otherwise used.
"""

import traceback
from typing import Any

import jax
import jax.numpy as jnp
from jax import export
from mistakes import Mistake
from problem import EPS, PATHS, Problem

from provers import Answer, Prove


def layer() -> dict[str, Prove]:
    batch, length, heads, width, inner = export.symbolic_shape("B, T, h, K, d_ff")
    d_model = heads * width

    def shaped(*shape: Any) -> Any:
        return jax.ShapeDtypeStruct(shape, jnp.float32)

    def affine(rows: Any, columns: Any) -> dict[str, Any]:
        return {"weight": shaped(rows, columns), "bias": shaped(columns)}

    weights = {
        **{name: affine(d_model, d_model) for name in ("query", "key", "value", "output")},
        "up": affine(d_model, inner),
        "down": affine(inner, d_model),
        "norm1": {"weight": shaped(d_model), "bias": shaped(d_model)},
        "norm2": {"weight": shaped(d_model), "bias": shaped(d_model)},
        "head": shaped(heads, width),
    }
    x = shaped(batch, length, d_model)

    def exported() -> str:
        found = export.export(jax.jit(_fresh()))(weights, x)
        return f"accepted, output {found.out_avals[0].shape}"

    def evaluated() -> str:
        return f"accepted, output {jax.eval_shape(_fresh(), weights, x).shape}"

    return {"all sizes": exported, "shapes only (jax.eval_shape)": evaluated}


def compute(problem: Problem) -> Any:
    """Return the layer's output for these weights: is it the layer that the others prove?"""
    sizes, w = problem.sizes, problem.weights
    weights = {
        name: {part: w[f"{path}/{part}"] for part in ("weight", "bias")}
        for name, path in PATHS.items()
    }
    head = jnp.zeros((sizes.h, sizes.d_model // sizes.h))
    return _encoder_layer({**weights, "head": head}, problem.x)


def _fresh() -> Any:
    """Return the layer as a function that JAX has not seen: it remembers what it has traced."""

    def call(weights: Any, x: Any) -> Any:
        return _encoder_layer(weights, x)

    return call


def _encoder_layer(w: Any, x: Any) -> Any:
    batch, length, d_model = x.shape
    heads, width = w["head"].shape

    def linear(rows: Any, name: str) -> Any:
        return rows @ w[name]["weight"] + w[name]["bias"]

    def split(name: str) -> Any:
        return linear(x, name).reshape(batch, length, heads, width).transpose(0, 2, 1, 3)

    def norm(rows: Any, name: str) -> Any:
        centred = rows - rows.mean(-1, keepdims=True)
        plain = centred / jnp.sqrt((centred**2).mean(-1, keepdims=True) + EPS)
        return plain * w[name]["weight"] + w[name]["bias"]

    scores = split("query") @ split("key").mT / jnp.sqrt(width)
    attended = jax.nn.softmax(scores, -1) @ split("value")
    merged = attended.transpose(0, 2, 1, 3).reshape(batch, length, d_model)
    middle = norm(x + linear(merged, "output"), "norm1")
    hidden = jax.nn.relu(linear(middle, "up"))
    return norm(middle + linear(hidden, "down"), "norm2")


class Words:
    """What JAX calls it: see ``mistakes.Words``."""

    softmax = staticmethod(jax.nn.softmax)
    concat = staticmethod(jnp.concatenate)
    transpose = staticmethod(jnp.transpose)
    root = staticmethod(jnp.sqrt)

    @staticmethod
    def mean(x: Any, axis: int) -> Any:
        return x.mean(axis, keepdims=True)

    @staticmethod
    def share(whole: Any, parts: Any) -> Any:
        return whole // parts


def judge(mistake: Mistake) -> Answer:
    names = sorted({name for shape in mistake.inputs for name in shape.split()} - {"1"})
    dims: dict[str, Any] = dict(zip(names, export.symbolic_shape(", ".join(names)), strict=True))
    dims["1"] = 1
    arrays = [
        jax.ShapeDtypeStruct([dims[name] for name in shape.split()], jnp.float32)
        for shape in mistake.inputs
    ]

    def call(*given: Any) -> Any:
        return mistake.code(Words, *given)

    try:
        found = export.export(jax.jit(call))(*arrays)
    except Exception as error:  # whatever it says, it says it so
        says = str(error)
        trace = "".join(traceback.format_exception(error))
        return Answer("found", says, says.partition("\n")[0], "mistakes.py" in trace)
    says = f"accepted, output {found.out_avals[0].shape}"
    return Answer("accepted", says, says, line=False)
