"""Optimisers: pure functions from parameters, gradients and state to new ones.

They follow PyTorch's formulas, so that a run here can be compared number by number.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Arrays = dict[str, Array]
Rate = float | Callable[[int], float]


@dataclass(frozen=True, slots=True)
class State:
    """What an optimiser remembers: how many steps it took, and its averages by name and path."""

    step: int = 0
    slots: dict[str, Arrays] = field(default_factory=dict)


class Optimizer(Protocol):
    """What training loops ask of an optimiser."""

    def update(
        self, params: Mapping[str, Array], grads: Mapping[str, Array], state: State
    ) -> tuple[Arrays, State]:
        """Take one step."""
        ...

    def rate(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        ...


@dataclass(frozen=True, slots=True)
class _Rated:
    """An optimiser with a learning rate: a number, or a function of the step."""

    lr: Rate

    def rate(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        return self.lr(step) if callable(self.lr) else self.lr


@dataclass(frozen=True, slots=True)
class SGD(_Rated):
    """Gradient descent, with momentum, Nesterov's look-ahead and weight decay (L2).

    Parameters
    ----------
    lr
        The learning rate, or a function of the step, counted from 0.

    Examples
    --------
    >>> params, state = SGD(0.5).update({"w": np.ones(1)}, {"w": np.ones(1)}, State())
    >>> params["w"], state.step
    (array([0.5]), 1)
    """

    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    def update(
        self, params: Mapping[str, Array], grads: Mapping[str, Array], state: State
    ) -> tuple[Arrays, State]:
        """Take one step."""
        rate = self.rate(state.step)
        before = state.slots.get("momentum", {})
        new: Arrays = {}
        velocity: Arrays = {}
        for path, value in params.items():
            slope = grads[path]
            if self.weight_decay:
                slope = slope + self.weight_decay * value
            if self.momentum:
                old = before.get(path)
                velocity[path] = np.array(slope) if old is None else self.momentum * old + slope
                ahead = slope + self.momentum * velocity[path]
                slope = ahead if self.nesterov else velocity[path]
            moved = -rate * slope
            moved += value
            new[path] = moved
        return new, State(state.step + 1, {"momentum": velocity} if self.momentum else {})


@dataclass(frozen=True, slots=True)
class Adam(_Rated):
    """Adam (Kingma and Ba 2015), AMSGrad (Reddi et al. 2018) with ``amsgrad``.

    ``weight_decay`` is added to the gradient (L2); :class:`AdamW` takes it apart.
    """

    lr: Rate = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    amsgrad: bool = False

    def _decayed(self, value: Array, slope: Array, rate: float) -> tuple[Array, Array]:
        return value, slope + self.weight_decay * value if self.weight_decay else slope

    def update(
        self, params: Mapping[str, Array], grads: Mapping[str, Array], state: State
    ) -> tuple[Arrays, State]:
        """Take one step."""
        step, rate = state.step + 1, self.rate(state.step)
        first, second = self.betas
        slots: dict[str, Arrays] = {"mean": {}, "square": {}, "largest": {}}
        new: Arrays = {}
        for path, old in params.items():
            value, slope = self._decayed(old, grads[path], rate)
            mean = (1 - first) * slope
            square = (1 - second) * slope * slope
            if state.step:
                mean += first * state.slots["mean"][path]
                square += second * state.slots["square"][path]
            slots["mean"][path], slots["square"][path] = mean, square
            if self.amsgrad:
                if state.step:
                    square = np.maximum(square, state.slots["largest"][path])
                slots["largest"][path] = square
            root = np.sqrt(square) / math.sqrt(1 - second**step) + self.eps
            new[path] = value - (rate / (1 - first**step)) * mean / root
        return new, State(step, slots)


@dataclass(frozen=True, slots=True)
class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019)."""

    weight_decay: float = 1e-2

    def _decayed(self, value: Array, slope: Array, rate: float) -> tuple[Array, Array]:
        return value * (1 - rate * self.weight_decay), slope


def warmup(d_model: float, steps: int = 4000, factor: float = 1.0) -> Callable[[int], float]:
    """Return the paper's learning rate as a function of the step, counted from 0.

    It rises for ``steps`` and then falls with the root (Vaswani et al. 2017, equation 3).

    Examples
    --------
    >>> rate = warmup(512, 4000)
    >>> rate(0) < rate(3999) > rate(100000)
    True
    """

    def rate(step: int) -> float:
        count = step + 1
        return float(factor * d_model**-0.5 * min(count**-0.5, count * steps**-1.5))

    return rate


def clip_by_norm(grads: Mapping[str, Array], largest: float) -> tuple[Arrays, float]:
    """Return the gradients, scaled down so that their joint norm is at most ``largest``.

    Also returns the norm they had.
    """
    norm = math.sqrt(sum(float(np.sum(np.square(slope))) for slope in grads.values()))
    scale = min(1.0, largest / (norm + 1e-6))
    return {path: slope * slope.dtype.type(scale) for path, slope in grads.items()}, norm
