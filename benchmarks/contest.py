"""The layer: every contestant is checked against float64, then all take turns."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from contestants import ENTRIES
from problem import Array, Contestant, Problem, Sizes, make
from timing import take_turns

TOLERANCE = {"float32": 1e-4, "float64": 1e-10}


class WrongResultError(Exception):
    """A contestant computes something else: its time would say nothing."""


def prepare(name: str, problem: Problem) -> Contestant:
    """Return a contestant; what it needs must be installed."""
    found: Contestant = import_module(f"contestants.{ENTRIES[name].module}").prepare(problem)
    return found


def installed(names: list[str]) -> list[str]:
    """Return the contestants whose libraries are there."""
    return [name for name in names if find_spec(ENTRIES[name].needs)]


def contest(sizes: Sizes, names: list[str], rounds: int, warm_up: int) -> dict[str, Any]:
    """Check, then time, forward pass and training step of every contestant.

    Returns
    -------
    dict
        By contestant: ``forward`` and ``step`` (median and quartiles, in seconds), and ``error``,
        the largest relative difference from float64.
    """
    problem = make(sizes)
    players = {name: prepare(name, problem) for name in names}
    reference = Reference(sizes)
    errors = {name: reference.check(name, player) for name, player in players.items()}
    forward = take_turns({n: player.forward for n, player in players.items()}, rounds, warm_up)
    step = take_turns({n: player.step for n, player in players.items()}, rounds, warm_up)
    return {
        name: {"forward": forward[name], "step": step[name], "error": errors[name]}
        for name in names
    }


class Reference:
    """Output, loss, gradients and moved weights by hand in float64."""

    def __init__(self, sizes: Sizes) -> None:
        by_hand = prepare("numpy", make(sizes, "float64"))
        self.found = observe(by_hand)

    def check(self, name: str, player: Contestant, dtype: str = "float32") -> float:
        """Let a contestant compute everything once; return its largest relative difference.

        A gradient is compared on its own scale, or on a thousandth of that of the largest: the
        key's bias changes no score's rank, and has a gradient of zero but for rounding.

        Raises
        ------
        WrongResultError
            If something is missing, of another shape or precision, or too far off.
        """
        found = observe(player)
        if found.keys() != self.found.keys():
            raise WrongResultError(f"{name} lacks or adds {found.keys() ^ self.found.keys()}")
        slopes = [key for key in found if key.startswith("gradient ")]
        floor = 1e-3 * max(float(np.abs(self.found[key]).max()) for key in slopes)
        worst = 0.0
        for key, wanted in self.found.items():
            array = found[key]
            if array.shape != wanted.shape or array.dtype != dtype:
                raise WrongResultError(f"{name}: {key} is {array.dtype} {array.shape}")
            scale = float(np.abs(wanted).max())
            error = float(np.abs(array - wanted).max())
            worst = max(worst, error / (max(scale, floor) if key in slopes else scale))
            if not worst <= TOLERANCE[dtype]:
                raise WrongResultError(f"{name}: {key} is off by {error} of {scale}")
        return worst


def observe(player: Contestant) -> dict[str, Array]:
    """Return what a contestant computes in a forward pass and a step, as numpy arrays."""
    found = {"output": np.array(player.forward())}
    loss, grads = player.step()
    found["loss"] = np.array(loss)
    found |= _named("gradient", grads)
    return found | _named("weight", player.weights())


def _named(what: str, arrays: Mapping[str, Any]) -> dict[str, Array]:
    return {f"{what} {name}": np.array(arrays[name]) for name in sorted(arrays)}


