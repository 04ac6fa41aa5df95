"""PyTorch: ``torch.export`` with dynamic dims, of the layer as an ``nn.Module``.

It runs on fake tensors, from one example, and keeps what it assumed as guards. A number of heads
can't be dynamic: it is an attribute of the module, not a length of any tensor.
"""

import re
import traceback
from typing import Any

import torch
from mistakes import Mistake
from problem import EPS, PATHS, Problem, Sizes
from torch import nn
from torch.export import Dim, export

from provers import Answer, Prove

SHOWN = 3  # guards in a line


class EncoderLayer(nn.Module):
    """The layer of ``ca.layers.encoder_layer``: post-norm, ReLU."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        width, self.heads = sizes.d_model, sizes.h
        self.query, self.key, self.value, self.output = (nn.Linear(width, width) for _ in range(4))
        self.up, self.down = nn.Linear(width, sizes.d_ff), nn.Linear(sizes.d_ff, width)
        self.norm1, self.norm2 = nn.LayerNorm(width, EPS), nn.LayerNorm(width, EPS)

    def forward(self, x: Any) -> Any:
        batch, length, width = x.shape
        split = batch, length, self.heads, width // self.heads
        q, k, v = (
            part(x).reshape(split).transpose(1, 2) for part in (self.query, self.key, self.value)
        )
        scores = q @ k.mT / (width // self.heads) ** 0.5
        merged = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, width)
        x = _normed(self.norm1, x + self.output(merged))
        return _normed(self.norm2, x + self.down(self.up(x).relu()))


def _normed(norm: nn.LayerNorm, x: Any) -> Any:
    """Apply a norm along however many features there are; the module would insist on its own."""
    return nn.functional.layer_norm(x, x.shape[-1:], norm.weight, norm.bias, norm.eps)


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


def compute(problem: Problem) -> Any:
    """Return the layer's output for these weights: is it the layer that the others prove?"""
    module = EncoderLayer(problem.sizes)
    state = {}
    for name, path in PATHS.items():
        state[f"{name}.weight"] = torch.from_numpy(problem.weights[f"{path}/weight"].T)
        state[f"{name}.bias"] = torch.from_numpy(problem.weights[f"{path}/bias"])
    module.load_state_dict(state)
    with torch.no_grad():
        return module(torch.from_numpy(problem.x))


def _stated(program: Any) -> str:
    """Return what an exported program asks of its sizes."""
    ranges = ", ".join(f"{name} in {among}" for name, among in program.range_constraints.items())
    return f"accepted, {ranges}" if ranges else "accepted"


class Words:
    """What PyTorch calls it: see ``mistakes.Words``."""

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
        return self.mistake.code(Words, *arrays)


def judge(mistake: Mistake) -> Answer:
    arrays = tuple(torch.zeros(shape) for shape in mistake.shapes)
    names = [shape.split() for shape in mistake.inputs]
    dims = {name: Dim(name) for axes in names for name in axes if name != "1"}
    shapes = tuple(
        {axis: dims[name] for axis, name in enumerate(axes) if name in dims} for axes in names
    )
    try:
        program = export(_Module(mistake), arrays, dynamic_shapes=(shapes,))
    except Exception as error:  # whatever it says, it says it so
        says = str(error)
        fixes = says.partition("Suggested fixes:\n")[2].partition("\n\n")[0]
        short = ", ".join(line.strip() for line in fixes.splitlines()) or says.partition("\n")[0]
        trace = "".join(traceback.format_exception(error))
        return Answer("found", says, short, "mistakes.py" in trace)
    guards = _guards(program, names)
    if not guards:
        return Answer("accepted", _stated(program), "accepted", line=False)
    more = f" and {len(guards) - SHOWN} more" if len(guards) > SHOWN else ""
    short = f"accepted, to be checked when run: {', '.join(guards[:SHOWN])}{more}"
    return Answer("guarded", f"accepted, guards: {', '.join(guards)}", short, line=False)


def _guards(program: Any, names: list[list[str]]) -> list[str]:
    """Return what the program checks when it is run, in our names, the shortest first.

    Left out are ranges, and that axes of one name are equal, which is what the name asks for.
    """

    def name(found: re.Match[str]) -> str:
        return names[int(found[1])][int(found[2])]

    pattern = re.compile(r"L\['arrays'\]\[(\d+)\]\.size\(\)\[(\d+)\]")
    guards = {pattern.sub(name, guard) for guard in getattr(program, "_guards_code", ())}
    sides = {guard: guard.split(" == ") for guard in guards}
    told = (guard for guard in guards if len(sides[guard]) < 2 or len(set(sides[guard])) > 1)
    return sorted(told, key=lambda guard: (len(guard), guard))
