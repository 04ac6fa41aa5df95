"""The layer in any namespace that looks like numpy's: what autograd, MyGrad and JAX differentiate.

It is written so that it suits all three. Products are over all rows at once: a batch of small
products, and the sum over the batch in their gradients, would be much slower. Scalars have the
arrays' precision, and means are sums: otherwise some library computes in float64 on the way.
Softmax and ReLU are each library's own, or what is fastest there.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from problem import EPS, Sizes


@dataclass(frozen=True)
class Library:
    """A namespace ``xp``, and two functions of arrays; softmax is along the last axis."""

    xp: Any
    softmax: Callable[[Any], Any]
    relu: Callable[[Any], Any]

    def encoder_layer(self, w: Mapping[str, Any], x: Any, sizes: Sizes) -> Any:
        """Return the output's rows, given the input's."""
        xp, number = self.xp, x.dtype.type

        def linear(rows: Any, name: str) -> Any:
            return xp.matmul(rows, w[f"{name}/weight"]) + w[f"{name}/bias"]

        def heads(name: str, order: tuple[int, ...]) -> Any:
            split = linear(x, f"self_attention/{name}").reshape(sizes.B, sizes.T, sizes.h, -1)
            return xp.transpose(split, order)

        def mean(rows: Any) -> Any:
            return xp.sum(rows, axis=-1, keepdims=True) * number(1 / sizes.d_model)

        def norm(rows: Any, name: str) -> Any:
            centred = rows - mean(rows)
            plain = centred / xp.sqrt(mean(centred * centred) + number(EPS))
            return plain * w[f"{name}/weight"] + w[f"{name}/bias"]

        scale = number(1 / math.sqrt(sizes.d_model // sizes.h))
        q, k = heads("query", (0, 2, 1, 3)) * scale, heads("key", (0, 2, 3, 1))
        attended = xp.matmul(self.softmax(xp.matmul(q, k)), heads("value", (0, 2, 1, 3)))
        merged = xp.transpose(attended, (0, 2, 1, 3)).reshape(sizes.B * sizes.T, sizes.d_model)
        middle = norm(x + linear(merged, "self_attention/output"), "self_attention_norm")
        hidden = self.relu(linear(middle, "feed_forward/up"))
        return norm(middle + linear(hidden, "feed_forward/down"), "feed_forward_norm")

    def loss(self, w: Mapping[str, Any], x: Any, target: Any, sizes: Sizes) -> Any:
        """Return the mean square of what is left to the target."""
        error = self.encoder_layer(w, x, sizes) - target
        return self.xp.sum(error * error) * x.dtype.type(1 / x.size)
