"""Benchmarks: ``python benchmarks/run.py``; needs ``pip install -e '.[bench]'``.

Writes ``benchmarks/results.json`` and the tables of ``docs/performance.md``. The file holds:

- ``date``, ``machine``, ``versions``, ``threads``, ``rounds``, ``sizes``: the setting;
- ``absent``: contestants that were asked for and are not installed;
- ``layer``: for each contestant ``forward`` and ``step`` (``median``, ``q1``, ``q3``) and ``error``;
- ``build``: for each depth ``nodes`` and the time to build and verify an encoder;
- ``draw``: for each depth and level the time to draw it.

Times are in seconds.
"""

import argparse
import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contestants import ENTRIES
from threads import limit


def measure(names: list[str], threads: int, rounds: int, quick: bool) -> dict[str, Any]:
    """Return the results; ``quick`` takes tiny sizes, and only shows that everything runs."""
    from contest import contest, installed  # imports numpy, which reads the limits once
    from machine import machine, versions
    from problem import Sizes
    from structure import build_and_verify, draw

    present = installed(names)
    sizes = Sizes(B=2, T=5, d_model=8, h=2, d_ff=12) if quick else Sizes()
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions(present),
        "threads": threads,
        "rounds": rounds,
        "sizes": asdict(sizes),
        "absent": [name for name in names if name not in present],
        "layer": contest(sizes, present, rounds, warm_up=1 if quick else 5),
        "build": build_and_verify((2,) if quick else (6, 24, 96), min(rounds, 7)),
        "draw": draw((1,) if quick else (1, 24), min(rounds, 5)),
    }


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--threads", type=int, default=1, help="for every contestant (default 1)")
    parser.add_argument("--rounds", type=int, default=30, help="turns that each takes (default 30)")
    parser.add_argument("--only", nargs="+", choices=ENTRIES, metavar="NAME", help="some of them")
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
    results = measure(given.only or list(ENTRIES), given.threads, rounds, given.quick)

    from table import RESULTS, tables, write

    print(tables(results))
    partial = given.quick or given.only
    if given.out or not partial:
        save(results, given.out or RESULTS)
    else:
        print("\nA part only: nothing was written. Give --out FILE for the JSON.", file=sys.stderr)
    if not given.out and not partial:
        write(results)


def save(results: dict[str, Any], file: Path) -> None:
    """Write JSON whole or not at all."""
    draft = file.with_name(file.name + ".part")
    draft.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    os.replace(draft, file)


if __name__ == "__main__":
    main()
