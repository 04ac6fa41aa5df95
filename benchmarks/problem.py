"""What every contestant computes: one encoder layer, with the same weights and the same inputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
EPS = 1e-5
RATE = 0.01  # of the SGD update
PATHS = {
    **{name: f"self_attention/{name}" for name in ("query", "key", "value", "output")},
    **{name: f"feed_forward/{name}" for name in ("up", "down")},
    **{"norm1": "self_attention_norm", "norm2": "feed_forward_norm"},
}
"""Where cutaway keeps the weights that the provers call by shorter names."""


@dataclass(frozen=True)
class Sizes:
    """Batch, length, model width, heads, inner width of the feed-forward network."""

    B: int = 8
    T: int = 128
    d_model: int = 512
    h: int = 8
    d_ff: int = 2048


@dataclass(frozen=True)
class Problem:
    """A post-norm encoder layer with ReLU, an input, and a target for the training step.

    The loss is the mean of ``(y - target)²``. Weights are named by their paths in cutaway, and
    have shape (in, out); biases and norms are random too, so that a mistake in them shows.
    """

    sizes: Sizes
    x: Array
    target: Array
    weights: dict[str, Array]

    def rows(self) -> tuple[Array, Array]:
        """Return input and target as (B·T, d_model)."""
        d = self.sizes.d_model
        return self.x.reshape(-1, d), self.target.reshape(-1, d)

    def copy_of_weights(self) -> dict[str, Array]:
        """Return weights that a contestant may change."""
        return {name: array.copy() for name, array in self.weights.items()}


class Contestant(Protocol):
    """A way to compute the layer. Arrays are its own, of any kind that numpy can read."""

    def forward(self) -> Any:
        """Return the layer's output, of shape (B, T, d_model), for the weights it has now."""
        ...

    def step(self) -> tuple[Any, Mapping[str, Any]]:
        """Return loss and all gradients, and move the weights: ``w -= RATE * gradient``."""
        ...

    def weights(self) -> Mapping[str, Any]:
        """Return the weights it has now."""
        ...


def make(sizes: Sizes, dtype: str = "float32", seed: int = 0) -> Problem:
    """Draw inputs and weights; the numbers are the same in every precision, up to rounding."""
    random = np.random.default_rng(seed)
    d, f = sizes.d_model, sizes.d_ff

    def draw(shape: tuple[int, ...], scale: float, middle: float = 0.0) -> Array:
        return (middle + scale * random.standard_normal(shape)).astype(dtype)

    weights = {}
    for name in ("query", "key", "value", "output"):
        weights[f"self_attention/{name}/weight"] = draw((d, d), d**-0.5)
        weights[f"self_attention/{name}/bias"] = draw((d,), 0.1)
    weights["feed_forward/up/weight"] = draw((d, f), d**-0.5)
    weights["feed_forward/up/bias"] = draw((f,), 0.1)
    weights["feed_forward/down/weight"] = draw((f, d), f**-0.5)
    weights["feed_forward/down/bias"] = draw((d,), 0.1)
    for name in ("self_attention_norm", "feed_forward_norm"):
        weights[f"{name}/weight"] = draw((d,), 0.1, middle=1.0)
        weights[f"{name}/bias"] = draw((d,), 0.1)
    shape = sizes.B, sizes.T, d
    return Problem(sizes, draw(shape, 1.0), draw(shape, 1.0), weights)
