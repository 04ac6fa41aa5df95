"""JAX: the layer and the whole step compiled by XLA before the clock starts."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from contestants import layer
from problem import RATE, Problem

Arrays = dict[str, Any]


class Jax:
    """The contestant; every call waits until the numbers are there."""

    def __init__(self, problem: Problem) -> None:
        sizes = problem.sizes
        softmax = partial(jax.nn.softmax, axis=-1)
        self.shape = problem.x.shape
        self.x = jnp.asarray(problem.x.reshape(-1, sizes.d_model))
        self.target = jnp.asarray(problem.target.reshape(self.x.shape))
        self.w = {name: jnp.asarray(array) for name, array in problem.copy_of_weights().items()}
        slopes = jax.value_and_grad(
            lambda w, x, target: layer.loss(jnp, softmax, w, x, target, sizes)
        )

        def step(w: Arrays, x: Any, target: Any) -> tuple[Any, Arrays, Arrays]:
            loss, grads = slopes(w, x, target)
            return loss, grads, {name: w[name] - RATE * grads[name] for name in w}

        self.run = jax.jit(lambda w, x: layer.encoder_layer(jnp, softmax, w, x, sizes))
        self.run_step = jax.jit(step, donate_argnums=0)

    def forward(self) -> Any:
        return self.run(self.w, self.x).block_until_ready().reshape(self.shape)

    def step(self) -> tuple[Any, Arrays]:
        found = self.run_step(self.w, self.x, self.target)
        loss, grads, self.w = jax.block_until_ready(found)
        return loss, grads

    def weights(self) -> Arrays:
        return self.w


def prepare(problem: Problem) -> Jax:
    return Jax(problem)
