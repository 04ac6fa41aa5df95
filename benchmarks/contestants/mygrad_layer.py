"""MyGrad: tensors that record what is done to them."""

from typing import Any

import mygrad as mg
from contestants import layer
from mygrad.nnet.activations import softmax
from problem import RATE, Array, Problem


class MyGrad:
    """The contestant. Memory guarding is off, as MyGrad's own manual advises for speed."""

    def __init__(self, problem: Problem) -> None:
        mg.turn_memory_guarding_off()
        self.sizes = problem.sizes
        self.shape = problem.x.shape
        self.x = mg.tensor(problem.x.reshape(-1, self.sizes.d_model), constant=True)
        self.target = mg.tensor(problem.target.reshape(self.x.shape), constant=True)
        self.w = {name: mg.tensor(array) for name, array in problem.copy_of_weights().items()}

    def forward(self) -> Array:
        with mg.no_autodiff:
            y = layer.encoder_layer(mg, softmax, self.w, self.x, self.sizes)
        return y.data.reshape(self.shape)

    def step(self) -> tuple[Any, dict[str, Array]]:
        loss = layer.loss(mg, softmax, self.w, self.x, self.target, self.sizes)
        loss.backward()
        grads = {name: tensor.grad for name, tensor in self.w.items()}
        for name, tensor in self.w.items():
            tensor.data -= RATE * grads[name]
        return loss.data, grads

    def weights(self) -> dict[str, Array]:
        return {name: tensor.data for name, tensor in self.w.items()}


def prepare(problem: Problem) -> MyGrad:
    return MyGrad(problem)
