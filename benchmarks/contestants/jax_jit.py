"""JAX: the layer and the whole step compiled by XLA before the clock starts."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from problem import RATE, Problem

from contestants.layer import Library

Arrays = dict[str, Any]


class Jax:
    """The contestant; every call waits until the numbers are there."""

    def __init__(self, problem: Problem) -> None:
        sizes, shape = problem.sizes, problem.x.shape
        self.x, self.target = map(jnp.asarray, problem.rows())
        self.w = {name: jnp.asarray(array) for name, array in problem.copy_of_weights().items()}
        library = Library(jnp, partial(jax.nn.softmax, axis=-1), jax.nn.relu)
        slopes = jax.value_and_grad(library.loss)

        def forward(w: Arrays, x: Any) -> Any:
            return library.encoder_layer(w, x, sizes).reshape(shape)

        def step(w: Arrays, x: Any, target: Any) -> tuple[Any, Arrays, Arrays]:
            loss, grads = slopes(w, x, target, sizes)
            return loss, grads, {name: w[name] - RATE * grads[name] for name in w}

        self.run = jax.jit(forward)
        self.run_step = jax.jit(step, donate_argnums=0)

    def forward(self) -> Any:
        return self.run(self.w, self.x).block_until_ready()

    def step(self) -> tuple[Any, Arrays]:
        found = self.run_step(self.w, self.x, self.target)
        loss, grads, self.w = jax.block_until_ready(found)
        return loss, grads

    def weights(self) -> Arrays:
        return self.w
