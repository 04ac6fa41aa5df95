"""Interleaved timing: contestants take turns, so that what disturbs one disturbs all."""

import gc
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

import numpy as np

Spread = dict[str, float]


def take_turns(
    calls: Mapping[str, Callable[[], Any]], rounds: int, warm_up: int
) -> dict[str, Spread]:
    """Time every call once in each round; each round begins one contestant later.

    Returns
    -------
    dict
        Median and quartiles in seconds, by name. Garbage is collected between calls, not in them.
    """
    names = list(calls)
    times: dict[str, list[float]] = {name: [] for name in names}
    gc.collect()
    gc.freeze()  # what is there now is not looked through again
    for count in range(warm_up + rounds):
        first = count % len(names)
        for name in names[first:] + names[:first]:
            gc.collect()
            start = perf_counter()
            calls[name]()
            times[name].append(perf_counter() - start)
    gc.unfreeze()
    return {name: spread(found[warm_up:]) for name, found in times.items()}


def spread(times: list[float]) -> Spread:
    """Return median and quartiles of times in seconds."""
    q1, median, q3 = np.percentile(times, (25, 50, 75))
    return {"median": float(median), "q1": float(q1), "q3": float(q3)}
