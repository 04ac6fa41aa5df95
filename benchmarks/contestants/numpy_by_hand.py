"""Plain numpy: forward and backward pass derived and written by hand. The yardstick.

It is what a careful person writes: plain matrix products over all rows at once, in place where a
value is not needed again, and nothing computed twice. All arrays are (rows, width) or
(B, h, T, d_k), as views where numpy allows it.
"""

import math
from typing import Any

import numpy as np
from problem import EPS, RATE, Array, Problem, Sizes

Saved = dict[str, Array]


def split(x: Array, sizes: Sizes) -> Array:
    """(B·T, d_model) to (B, h, T, d_k), a view."""
    return x.reshape(sizes.B, sizes.T, sizes.h, -1).transpose(0, 2, 1, 3)


def empty_like_split(x: Array, sizes: Sizes) -> tuple[Array, Array]:
    """Return an empty (B·T, d_model) array, and its view by heads."""
    merged = np.empty_like(x)
    return merged, split(merged, sizes)


def linear(x: Array, w: dict[str, Array], name: str) -> Array:
    y = x @ w[f"{name}/weight"]
    y += w[f"{name}/bias"]
    return y


def linear_back(ct: Array, x: Array, w: dict[str, Array], name: str, grads: Saved) -> Array:
    grads[f"{name}/weight"] = x.T @ ct
    grads[f"{name}/bias"] = ct.sum(axis=0)
    return ct @ w[f"{name}/weight"].T


def norm(x: Array, w: dict[str, Array], name: str, saved: Saved | None) -> Array:
    """Layer normalisation; ``x`` may be overwritten."""
    x -= x.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt(np.vecdot(x, x)[:, None] / x.shape[-1] + EPS)
    x *= scale
    if saved is not None:
        saved[name], saved[f"{name}/scale"] = x, scale
        y = x * w[f"{name}/weight"]
    else:
        y = np.multiply(x, w[f"{name}/weight"], out=x)
    y += w[f"{name}/bias"]
    return y


def norm_back(ct: Array, w: dict[str, Array], name: str, saved: Saved, grads: Saved) -> Array:
    """The cotangent of the norm's input; ``ct`` may be overwritten."""
    plain, scale = saved[name], saved[f"{name}/scale"]
    grads[f"{name}/weight"] = np.einsum("nd,nd->d", ct, plain)
    grads[f"{name}/bias"] = ct.sum(axis=0)
    ct *= w[f"{name}/weight"]
    along = np.vecdot(ct, plain)[:, None] / ct.shape[-1]
    ct -= ct.mean(axis=-1, keepdims=True)
    ct -= plain * along
    ct *= scale
    return ct


def forward(x: Array, w: dict[str, Array], sizes: Sizes, saved: Saved | None = None) -> Array:
    """Return the output's rows; fill ``saved`` with what the backward pass needs."""
    q = linear(x, w, "self_attention/query")
    q *= 1 / math.sqrt(sizes.d_model // sizes.h)
    k = linear(x, w, "self_attention/key")
    v = linear(x, w, "self_attention/value")
    attention = split(q, sizes) @ split(k, sizes).mT
    attention -= attention.max(axis=-1, keepdims=True)
    np.exp(attention, out=attention)
    attention /= attention.sum(axis=-1, keepdims=True)
    merged, heads = empty_like_split(q, sizes)
    np.matmul(attention, split(v, sizes), out=heads)
    y = linear(merged, w, "self_attention/output")
    y += x
    middle = norm(y, w, "self_attention_norm", saved)
    hidden = linear(middle, w, "feed_forward/up")
    np.maximum(hidden, 0, out=hidden)
    y = linear(hidden, w, "feed_forward/down")
    y += middle
    if saved is not None:
        saved |= {"q": q, "k": k, "v": v, "attention": attention, "merged": merged}
        saved |= {"middle": middle, "hidden": hidden}
    return norm(y, w, "feed_forward_norm", saved)


def backward(ct: Array, x: Array, w: dict[str, Array], sizes: Sizes, saved: Saved) -> Saved:
    """Return the gradient of every weight; ``ct`` is the output's cotangent."""
    grads: Saved = {}
    ct = norm_back(ct, w, "feed_forward_norm", saved, grads)
    inner = linear_back(ct, saved["hidden"], w, "feed_forward/down", grads)
    inner *= saved["hidden"] > 0
    ct += linear_back(inner, saved["middle"], w, "feed_forward/up", grads)
    ct = norm_back(ct, w, "self_attention_norm", saved, grads)
    heads = split(linear_back(ct, saved["merged"], w, "self_attention/output", grads), sizes)
    attention, q, k, v = (saved[name] for name in ("attention", "q", "k", "v"))
    ct_v, by_head = empty_like_split(v, sizes)
    np.matmul(attention.mT, heads, out=by_head)
    scores = heads @ split(v, sizes).mT
    scores -= np.vecdot(scores, attention)[..., None]
    scores *= attention
    ct_q, by_head = empty_like_split(q, sizes)
    np.matmul(scores, split(k, sizes), out=by_head)
    ct_q *= 1 / math.sqrt(sizes.d_model // sizes.h)
    ct_k, by_head = empty_like_split(k, sizes)
    np.matmul(scores.mT, split(q, sizes), out=by_head)  # q is scaled already
    for name, slope in (("query", ct_q), ("key", ct_k), ("value", ct_v)):
        # the layer's input is no weight: its own cotangent is not needed
        grads[f"self_attention/{name}/weight"] = x.T @ slope
        grads[f"self_attention/{name}/bias"] = slope.sum(axis=0)
    return grads


class ByHand:
    """The contestant."""

    def __init__(self, problem: Problem) -> None:
        self.sizes = problem.sizes
        self.x, self.target = problem.rows()
        self.w = problem.copy_of_weights()

    def forward(self) -> Array:
        sizes = self.sizes
        return forward(self.x, self.w, sizes).reshape(sizes.B, sizes.T, sizes.d_model)

    def step(self) -> tuple[Any, Saved]:
        saved: Saved = {}
        error = forward(self.x, self.w, self.sizes, saved)
        error -= self.target
        loss = np.vdot(error, error) / error.size
        error *= 2 / error.size
        grads = backward(error, self.x, self.w, self.sizes, saved)
        for name, slope in grads.items():
            self.w[name] -= RATE * slope
        return loss, grads

    def weights(self) -> dict[str, Array]:
        return self.w
