"""Shape proofs: ``python benchmarks/shapes.py``; needs ``pip install -e '.[bench]'``.

Writes ``benchmarks/shapes.json`` and its tables in ``docs/performance.md``. The file holds:

- ``date``, ``machine``, ``versions``, ``pools``, ``threads``, ``rounds``, ``load``: the setting;
  ``load`` is that of the machine (mean over a minute) when the run began;
- ``absent``: tools that were asked for and are not installed;
- ``decoder``: a decoder of GPT-3's form. ``depths`` holds for each number of layers ``nodes``,
  ``contract`` and ``counterexample``; ``again``, the times of each part in one process; and
  ``first``, those in a process of its own, with that of the whole ``script``, from starting Python
  to its end. ``proof`` is ``build`` and ``verify``. ``growth`` is how many times as long the
  largest depth takes as the smallest;
- ``layer``: for each ``tool`` and ``way`` to prove one encoder layer what it ``states``, the time
  of the ``first`` call, and those of later ones;
- ``mistakes``: for each piece of code what is to be known of it, and the ``answers`` by tool.

A time is a ``median`` and its quartiles ``q1`` and ``q3``, in seconds; ``ratio`` is how many times
as long as cutaway's proof it took. That and ``growth`` are medians over the rounds, each by itself.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Any

from provers import TOOLS
from script import run
from threads import pools

DEPTHS = (12, 24, 48, 96)


def measure(names: list[str], threads: int, rounds: int, quick: bool) -> dict[str, Any]:
    """Return the results; ``quick`` takes few layers, and only shows that everything runs."""
    from machine import machine, versions  # imports numpy, which reads the limits once

    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    present = [name for name in names if TOOLS[name].installed]
    found: dict[str, Any] = {
        "decoder": prove_decoders((1, 2) if quick else DEPTHS, rounds),
        "layer": prove_layer(present, rounds),
        "mistakes": judge_mistakes(present),
    }
    libraries = ["sympy", *(part for name in present for part in TOOLS[name].libraries)]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions(libraries),
        "pools": pools(threads),
        "threads": threads,
        "rounds": rounds,
        "load": load,
        "absent": [name for name in names if name not in present],
        **found,
    }


def prove_decoders(depths: Sequence[int], rounds: int) -> dict[str, Any]:
    """Time the parts of a proof of each depth: again and again in here, and in fresh processes."""
    from decoder import stages
    from timing import ratio, spread, take_turns

    again: dict[int, list[dict[str, float]]] = {depth: [] for depth in depths}
    first: dict[int, list[dict[str, float]]] = {depth: [] for depth in depths}

    def script(depth: int) -> None:
        command = [sys.executable, str(Path(__file__).with_name("decoder.py")), str(depth)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        first[depth].append(json.loads(done.stdout))

    def here(depth: int) -> None:
        again[depth].append(stages(depth)[1])

    take_turns({depth: partial(here, depth) for depth in depths}, rounds)
    scripts = take_turns({depth: partial(script, depth) for depth in depths}, rounds, warm_up=0)

    for runs in (again, first):
        for times in chain.from_iterable(runs.values()):
            times["proof"] = times["build"] + times["verify"]
    for depth in depths:
        del again[depth][0]  # the round that warmed up
        for timed, whole in zip(first[depth], scripts[depth], strict=True):
            timed["script"] = whole

    def column(runs: list[dict[str, float]], part: str) -> list[float]:
        return [run[part] for run in runs]

    def spreads(runs: list[dict[str, float]]) -> dict[str, Any]:
        return {part: spread(column(runs, part)) for part in runs[0]}

    def row(depth: int) -> dict[str, Any]:
        contract, _ = stages(depth)
        return {
            "nodes": len(contract.graph.nodes),
            "contract": str(contract),
            "counterexample": contract.counterexample,
            "again": spreads(again[depth]),
            "first": spreads(first[depth]),
        }

    few, *_, many = depths
    growth = {
        how: {p: ratio(column(runs[many], p), column(runs[few], p)) for p in runs[few][0]}
        for how, runs in {"again": again, "first": first}.items()
    }
    return {"depths": {str(depth): row(depth) for depth in depths}, "growth": growth}


def prove_layer(names: list[str], rounds: int) -> list[dict[str, Any]]:
    """Time every way of every tool to prove one encoder layer."""
    from timing import ratio, spread, take_turns

    calls = {(name, way): call for name in names for way, call in TOOLS[name].layer().items()}
    firsts, states = {}, {}
    for key, call in calls.items():
        start = perf_counter()
        states[key] = call()
        firsts[key] = perf_counter() - start
    times = take_turns(calls, rounds, warm_up=0)
    base = next((found for (name, _), found in times.items() if name == "cutaway"), None)
    return [
        {
            "tool": name,
            "way": way,
            "states": states[name, way],
            "first": firsts[name, way],
            **spread(found),
            **({"ratio": ratio(found, base)} if base else {}),
        }
        for (name, way), found in times.items()
    ]


def judge_mistakes(names: list[str]) -> list[dict[str, Any]]:
    """Show every mistake to every tool."""
    from mistakes import MISTAKES

    return [
        {
            "title": mistake.title,
            "holds": mistake.holds,
            "silent": mistake.silent,
            "answers": {name: asdict(TOOLS[name].judge(mistake)) for name in names},
        }
        for mistake in MISTAKES
    ]


if __name__ == "__main__":
    run(__doc__ or "", TOOLS, measure, "shapes_table", rounds=10, quick_rounds=2)
