"""The layer: every contestant is checked against float64, then all take turns."""

from typing import Any

import numpy as np
from contestants import ENTRIES
from problem import Array, Contestant, Sizes, make
from timing import ratio, spread, take_turns

TOLERANCE = {"float32": 1e-4, "float64": 1e-10}


class WrongResultError(Exception):
    """A contestant computes something else: its time would say nothing."""


def contest(sizes: Sizes, names: list[str], rounds: int, warm_up: int) -> dict[str, Any]:
    """Check, then time, forward pass and training step of every contestant.

    Returns
    -------
    dict
        By contestant: ``forward`` and ``step`` (median and quartiles in seconds, and the ratio
        to numpy if that takes part), and ``error``, the largest relative difference from float64.
    """
    problem, reference = make(sizes), Reference(sizes)
    players = {name: ENTRIES[name].prepare(problem) for name in names}
    errors = {name: reference.check(name, player) for name, player in players.items()}
    forward = take_turns({n: player.forward for n, player in players.items()}, rounds, warm_up)
    step = take_turns({n: player.step for n, player in players.items()}, rounds, warm_up)

    def row(times: dict[str, list[float]], name: str) -> dict[str, float]:
        compared = {"ratio": ratio(times[name], times["numpy"])} if "numpy" in times else {}
        return {**spread(times[name]), **compared}

    return {
        name: {"forward": row(forward, name), "step": row(step, name), "error": errors[name]}
        for name in names
    }


class Reference:
    """Output, loss, gradients and moved weights by hand in float64."""

    def __init__(self, sizes: Sizes) -> None:
        self.found = observe(ENTRIES["numpy"].prepare(make(sizes, "float64")))

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
        sizes = {key: float(np.abs(wanted).max()) for key, wanted in self.found.items()}
        least = 1e-3 * max(size for key, size in sizes.items() if key.startswith("gradient "))
        worst = 0.0
        for key, wanted in self.found.items():
            array = found[key]
            if array.shape != wanted.shape or array.dtype != dtype:
                raise WrongResultError(f"{name}: {key} is {array.dtype} {array.shape}")
            scale = max(sizes[key], least) if key.startswith("gradient ") else sizes[key]
            error = float(np.abs(array - wanted).max()) / scale
            if not error <= TOLERANCE[dtype]:
                raise WrongResultError(f"{name}: {key} is off by {error:.3g} of its size")
            worst = max(worst, error)
        return worst


def observe(player: Contestant) -> dict[str, Array]:
    """Return what a contestant computes in a forward pass and a step, as numpy arrays."""
    found = {"output": player.forward()}
    loss, grads = player.step()
    found["loss"] = loss
    found |= {f"gradient {name}": slope for name, slope in grads.items()}
    found |= {f"weight {name}": weight for name, weight in player.weights().items()}
    return {key: np.asarray(array) for key, array in found.items()}
