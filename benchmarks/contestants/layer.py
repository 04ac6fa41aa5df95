"""The layer in any namespace that looks like numpy's: what autograd, MyGrad and JAX differentiate.

Products are over all rows at once, as in the version by hand: a batch of small products, and the
sum over the batch in their gradients, would be much slower in all three. Scalars have the
arrays' precision, and means are sums: a Python float in MyGrad, or ``mean`` in autograd's backward
pass, would turn float32 into float64.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from problem import EPS, Sizes


def encoder_layer(
    xp: Any, softmax: Callable[[Any], Any], w: Mapping[str, Any], x: Any, sizes: Sizes
) -> Any:
    """Return the output's rows, given the input's."""

    def linear(rows: Any, name: str) -> Any:
        return xp.matmul(rows, w[f"{name}/weight"]) + w[f"{name}/bias"]

    def heads(name: str, order: tuple[int, ...]) -> Any:
        split = linear(x, f"self_attention/{name}").reshape(sizes.B, sizes.T, sizes.h, -1)
        return xp.transpose(split, order)

    def mean(rows: Any) -> Any:
        return xp.sum(rows, axis=-1, keepdims=True) * number(1 / sizes.d_model)

    def norm(rows: Any, name: str) -> Any:
        centred = rows - mean(rows)
        variance = mean(centred * centred)
        plain = centred / xp.sqrt(variance + number(EPS))
        return plain * w[f"{name}/weight"] + w[f"{name}/bias"]

    number = x.dtype.type
    scale = number(1 / math.sqrt(sizes.d_model // sizes.h))
    q, k = heads("query", (0, 2, 1, 3)) * scale, heads("key", (0, 2, 3, 1))
    attended = xp.matmul(softmax(xp.matmul(q, k)), heads("value", (0, 2, 1, 3)))
    merged = xp.transpose(attended, (0, 2, 1, 3)).reshape(sizes.B * sizes.T, sizes.d_model)
    middle = norm(x + linear(merged, "self_attention/output"), "self_attention_norm")
    hidden = xp.maximum(linear(middle, "feed_forward/up"), number(0))
    return norm(middle + linear(hidden, "feed_forward/down"), "feed_forward_norm")


def loss(
    xp: Any, softmax: Callable[[Any], Any], w: Mapping[str, Any], x: Any, target: Any, sizes: Sizes
) -> Any:
    """Return the mean square of what is left to the target."""
    error = encoder_layer(xp, softmax, w, x, sizes) - target
    return xp.sum(error * error) * x.dtype.type(1 / x.size)
