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

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contestants import ENTRIES
from threads import limit, pools


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


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--threads", type=int, default=1, help="for every contestant (default 1)")
    parser.add_argument("--rounds", type=int, default=30, help="turns that each takes (default 30)")
    parser.add_argument("--only", nargs="+", choices=ENTRIES, help="some of the contestants")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does everything run?")
    parser.add_argument("--out", type=Path, help="write the JSON there, and no page")
    found = parser.parse_args()
    if min(found.threads, found.rounds) < 1:
        parser.error("threads and rounds are numbers of at least 1")
    return found


def main() -> None:
    given = arguments()
    limit(given.threads)
    rounds = min(given.rounds, 3) if given.quick else given.rounds
    names = [name for name in ENTRIES if name in (given.only or ENTRIES)]
    results = measure(names, given.threads, rounds, given.quick)

    from table import RESULTS, tables, write

    from cutaway.graph import save

    print(tables(results))
    whole = not (given.quick or given.only or results["absent"])
    if given.out or whole:
        save(given.out or RESULTS, json.dumps(results, indent=1) + "\n")
    else:
        print("\nA part only: nothing was written. Give --out FILE for the JSON.", file=sys.stderr)
    if whole and not given.out:
        write(results)


if __name__ == "__main__":
    main()
