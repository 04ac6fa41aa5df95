"""Benchmarks: ``python benchmarks/run.py``; needs ``pip install -e '.[bench]'``.

Writes ``benchmarks/results.json`` and the tables of ``docs/performance.md``. The file holds:

- ``date``, ``machine``, ``versions``, ``pools``, ``threads``, ``rounds``, ``sizes``: the setting;
- ``absent``: contestants that were asked for and are not installed;
- ``layer``: for each contestant the times ``forward`` and ``step``, and ``error``;
- ``kernels``: the share of each op's kernels in cutaway's training step;
- ``build``: for each depth of an encoder ``nodes``, and the times to build and verify it ``again``
  in one process and in a ``script`` of its own;
- ``draw``: for each depth and level the time to draw it.

A time is a ``median`` and its quartiles ``q1`` and ``q3``, in seconds; ``ratio`` is how many times
as long as numpy a contestant took: the median over the rounds, each by itself.
"""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from contestants import ENTRIES
from script import run
from threads import pools


def measure(names: list[str], threads: int, rounds: int, quick: bool) -> dict[str, Any]:
    """Return the results; ``quick`` takes tiny sizes, and only shows that everything runs."""
    from contest import contest  # imports numpy, which reads the limits once
    from kernels import shares
    from machine import machine, versions
    from problem import Sizes, make
    from structure import build_and_verify, draw

    present = [name for name in names if ENTRIES[name].installed]
    sizes = Sizes(B=2, T=5, d_model=8, h=2, d_ff=12) if quick else Sizes()
    few = 1 if quick else min(rounds, 7)
    libraries = [part for key in ("numpy", "cutaway", *present) for part in ENTRIES[key].libraries]
    layer = contest(sizes, present, rounds, warm_up=1 if quick else 5)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions(libraries),
        "pools": pools(threads),
        "threads": threads,
        "rounds": rounds,
        "sizes": asdict(sizes),
        "absent": [name for name in names if name not in present],
        "layer": layer,
        "kernels": shares(ENTRIES["cutaway"].prepare(make(sizes)).step, few),
        "build": build_and_verify((2,) if quick else (6, 24, 96), few),
        "draw": draw((1,) if quick else (1, 24), few),
    }


if __name__ == "__main__":
    run(__doc__ or "", ENTRIES, measure, "table", rounds=30, quick_rounds=3)
