"""cutaway: the layer as it is in ``ca.layers``, its gradients from ``ca.value_and_grad``."""

from typing import Any

from problem import RATE, Array, Problem

import cutaway as ca
from cutaway.run.optimise import SGD, State


class Cutaway:
    """The contestant: planned once, as a user would; sizes stay symbols in the graph."""

    def __init__(self, problem: Problem) -> None:
        x, target = ca.input("x", "B T d_model"), ca.input("target", "B T d_model")
        y = ca.layers.encoder_layer(x, heads="h", hidden="d_ff")
        error = y - target
        self.layer = ca.compile(y)
        self.slopes = ca.value_and_grad((error * error).mean())
        self.feeds = {"x": problem.x, "target": problem.target}
        self.dims = {"h": problem.sizes.h}
        self.w = problem.copy_of_weights()
        self.rule = SGD(RATE)

    def forward(self) -> Array:
        (y,) = self.layer({"x": self.feeds["x"]}, self.w, self.dims)
        return y

    def step(self) -> tuple[Any, dict[str, Array]]:
        loss, grads = self.slopes(self.feeds, self.w, self.dims)
        self.w, _ = self.rule.update(self.w, grads, State())
        return loss, grads

    def weights(self) -> dict[str, Array]:
        return self.w
