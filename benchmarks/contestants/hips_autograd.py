"""HIPS autograd: ``value_and_grad`` of numpy code."""

from typing import Any

import autograd.numpy as anp
from autograd import value_and_grad
from autograd.tracer import getval
from problem import RATE, Array, Problem

from contestants.layer import Library


def softmax(scores: Any) -> Any:
    largest = anp.max(getval(scores), axis=-1, keepdims=True)  # any shift gives the same value
    powers = anp.exp(scores - largest)
    return powers / anp.sum(powers, axis=-1, keepdims=True)


def relu(x: Any) -> Any:
    """Multiply by 1 or 0: the gradient of autograd's ``maximum`` is float64, and much slower."""
    return x * (getval(x) > 0)


class Autograd:
    """The contestant."""

    def __init__(self, problem: Problem) -> None:
        self.sizes, self.shape = problem.sizes, problem.x.shape
        self.x, self.target = problem.rows()
        self.w = problem.copy_of_weights()
        self.library = Library(anp, softmax, relu)
        self.slopes = value_and_grad(self.library.loss)

    def forward(self) -> Any:
        return self.library.encoder_layer(self.w, self.x, self.sizes).reshape(self.shape)

    def step(self) -> tuple[Any, dict[str, Array]]:
        loss, grads = self.slopes(self.w, self.x, self.target, self.sizes)
        for name, slope in grads.items():
            self.w[name] -= RATE * slope
        return loss, grads

    def weights(self) -> dict[str, Array]:
        return self.w
