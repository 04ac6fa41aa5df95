"""PyTorch: ``torch.export`` with dynamic dims, of the layer as an ``nn.Module``.

It runs on fake tensors, from one example, and keeps what it assumed as guards. A number of heads
can't be dynamic: it is an attribute of the module, not a length of any tensor.
"""

import math
import traceback
from typing import Any

import torch
from mistakes import Mistake
from problem import EPS, Sizes
from torch import nn
from torch.export import Dim, export

from provers import Answer, Prove


class EncoderLayer(nn.Module):
    """The layer of ``ca.layers.encoder_layer``: post-norm, ReLU."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        width, self.heads = sizes.d_model, sizes.h
        self.query, self.key, self.value, self.output = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, sizes.d_ff), nn.Linear(sizes.d_ff, width)
        self.norm1, self.norm2 = (nn.LayerNorm(width, EPS) for _ in range(2))

    def forward(self, x: Any) -> Any:
        batch, length, width = x.shape
        split = batch, length, self.heads, width // self.heads
        q, k, v = (
            part(x).reshape(split).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        scores = q @ k.mT / math.sqrt(width // self.heads)
        merged = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, width)
        x = self.norm1(x + self.output(merged))
        return self.norm2(x + self.down(self.up(x).relu()))


class _Functional(nn.Module):
    """The layer with its weights as inputs, so that their lengths can be dynamic too."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.call = [module]  # in a list: not a part of this module

    def forward(self, x: Any, weights: dict[str, Any]) -> Any:
        return torch.func.functional_call(self.call[0], weights, (x,))


def layer() -> dict[str, Prove]:
    sizes = Sizes()
    module = EncoderLayer(sizes).eval()
    functional = _Functional(module)
    weights = dict(module.named_parameters())
    x = torch.zeros(sizes.B, sizes.T, sizes.d_model)
    names = {sizes.d_model: sizes.h * Dim("K"), sizes.d_ff: Dim("d_ff")}
    lengths = {
        name: {axis: names[size] for axis, size in enumerate(weight.shape)}
        for name, weight in weights.items()
    }
    rows = {0: Dim("B"), 1: Dim("T")}

    def usual() -> str:
        return _stated(export(module, (x,), dynamic_shapes={"x": rows}))

    def every() -> str:
        shapes = {"x": rows | {2: names[sizes.d_model]}, "weights": lengths}
        return _stated(export(functional, (x, weights), dynamic_shapes=shapes))

    return {"B, T": usual, "B, T, d_model = 8*K, d_ff": every}


def _stated(program: Any) -> str:
    """Return what an exported program asks of its sizes."""
    ranges = ", ".join(f"{name} in {among}" for name, among in program.range_constraints.items())
    return f"accepted, {ranges}" if ranges else "accepted"


class _Words:
    softmax = staticmethod(torch.softmax)
    concat = staticmethod(torch.cat)
    transpose = staticmethod(torch.permute)

    @staticmethod
    def mean(x: Any, axis: int) -> Any:
        return x.mean(axis, keepdim=True)

    @staticmethod
    def share(whole: Any, parts: Any) -> Any:
        return whole // parts

    @staticmethod
    def root(size: Any) -> Any:
        return size**0.5


class _Module(nn.Module):
    def __init__(self, mistake: Mistake) -> None:
        super().__init__()
        self.mistake = mistake

    def forward(self, *arrays: Any) -> Any:
        return self.mistake.code(_Words, *arrays)


def judge(mistake: Mistake) -> Answer:
    arrays = tuple(torch.zeros(shape) for shape in mistake.shapes())
    dims = {name: Dim(name) for shape in mistake.inputs for name in shape.split() if name != "1"}
    shapes = tuple(
        {axis: dims[name] for axis, name in enumerate(shape.split()) if name in dims}
        for shape in mistake.inputs
    )
    try:
        program = export(_Module(mistake), arrays, dynamic_shapes=(shapes,))
    except Exception as error:  # whatever it says, it says it so
        return Answer(True, str(error), "mistakes.py" in "".join(traceback.format_exception(error)))
    return Answer(False, _stated(program), False)
