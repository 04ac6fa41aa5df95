"""HIPS autograd: ``value_and_grad`` of numpy code."""

from typing import Any

import autograd.numpy as anp
from autograd import value_and_grad
from autograd.tracer import getval
from contestants import layer
from problem import RATE, Array, Problem


def softmax(scores: Any) -> Any:
    largest = anp.max(getval(scores), axis=-1, keepdims=True)  # any shift gives the same value
    powers = anp.exp(scores - largest)
    return powers / anp.sum(powers, axis=-1, keepdims=True)


class Autograd:
    """The contestant."""

    def __init__(self, problem: Problem) -> None:
        sizes = problem.sizes
        self.shape = problem.x.shape
        self.x = problem.x.reshape(-1, sizes.d_model)
        self.target = problem.target.reshape(self.x.shape)
        self.w = problem.copy_of_weights()
        self.layer = lambda w: layer.encoder_layer(anp, softmax, w, self.x, sizes)
        self.slopes = value_and_grad(
            lambda w: layer.loss(anp, softmax, w, self.x, self.target, sizes)
        )

    def forward(self) -> Any:
        return self.layer(self.w).reshape(self.shape)

    def step(self) -> tuple[Any, dict[str, Array]]:
        loss, grads = self.slopes(self.w)
        for name, slope in grads.items():
            self.w[name] -= RATE * slope
        return loss, grads

    def weights(self) -> dict[str, Array]:
        return self.w


def prepare(problem: Problem) -> Autograd:
    return Autograd(problem)
