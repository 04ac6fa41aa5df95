"""MyGrad: tensors that record what is done to them."""

from typing import Any

import mygrad as mg
from mygrad.nnet.activations import relu, softmax
from problem import RATE, Array, Problem

from contestants.layer import Library


class MyGrad:
    """The contestant. Memory guarding is off, as MyGrad's own manual advises for speed."""

    def __init__(self, problem: Problem) -> None:
        mg.turn_memory_guarding_off()
        self.sizes, self.shape = problem.sizes, problem.x.shape
        self.x, self.target = (mg.tensor(rows, constant=True) for rows in problem.rows())
        self.w = {name: mg.tensor(array) for name, array in problem.copy_of_weights().items()}
        self.library = Library(mg, softmax, relu)

    def forward(self) -> Array:
        with mg.no_autodiff:
            y = self.library.encoder_layer(self.w, self.x, self.sizes)
        found: Array = y.data.reshape(self.shape)
        return found

    def step(self) -> tuple[Any, dict[str, Array]]:
        loss = self.library.loss(self.w, self.x, self.target, self.sizes)
        loss.backward()
        grads = {name: tensor.grad for name, tensor in self.w.items()}
        for name, tensor in self.w.items():
            tensor.data -= RATE * grads[name]
        return loss.data, grads

    def weights(self) -> dict[str, Array]:
        return {name: tensor.data for name, tensor in self.w.items()}
