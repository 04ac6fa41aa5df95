"""Interleaved timing: what is timed takes turns, so that what disturbs one disturbs all."""

import gc
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import TypeVar

import numpy as np

Call = Callable[[], object]
Key = TypeVar("Key")
Spread = dict[str, float]


def take_turns(calls: Mapping[Key, Call], rounds: int, warm_up: int = 1) -> dict[Key, list[float]]:
    """Time every call once in each round; each round begins one call later.

    Garbage is collected before each call. The first ``warm_up`` rounds are not counted.

    Returns
    -------
    dict
        Seconds in each round, by the key of the call.
    """
    keys = list(calls)
    times: dict[Key, list[float]] = {key: [] for key in keys}
    gc.collect()
    gc.freeze()  # what is there now is not looked through again
    for count in range(warm_up + rounds):
        first = count % max(len(keys), 1)
        for key in keys[first:] + keys[:first]:
            gc.collect()
            start = perf_counter()
            calls[key]()
            times[key].append(perf_counter() - start)
    gc.unfreeze()
    return {key: found[warm_up:] for key, found in times.items()}


def spread(times: list[float]) -> Spread:
    """Return median and quartiles of times in seconds."""
    q1, median, q3 = np.percentile(times, (25, 50, 75))
    return {"median": float(median), "q1": float(q1), "q3": float(q3)}


def ratio(times: list[float], base: list[float]) -> float:
    """Return how many times as long it took: the median over the rounds, each by itself."""
    return float(np.median(np.divide(times, base)))
