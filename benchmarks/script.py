"""What the benchmark scripts share: their options, and what is printed and written when."""

import argparse
import json
import sys
from collections.abc import Callable, Collection
from importlib import import_module
from pathlib import Path
from typing import Any

from threads import limit

Measure = Callable[[list[str], int, int, bool], dict[str, Any]]


def run(
    about: str, known: Collection[str], measure: Measure, page: str, rounds: int, quick_rounds: int
) -> None:
    """Read the command line, measure, print; write JSON and page after a whole run.

    Parameters
    ----------
    known
        Who can take part, by name.
    measure
        Called with the names, the threads, the rounds, and whether it is to be quick.
    page
        The module that has ``RESULTS``, ``tables`` and ``write``; imported after the limits of
        threads are set, since numpy reads them once.
    rounds, quick_rounds
        By default, and at most when it is quick.
    """
    given = _arguments(about, known, rounds)
    limit(given.threads)
    turns = min(given.rounds, quick_rounds) if given.quick else given.rounds
    names = [name for name in known if name in (given.only or known)]
    results = measure(names, given.threads, turns, given.quick)

    from cutaway.graph import save

    shown = import_module(page)
    print(shown.tables(results))
    whole = not (given.quick or given.only or results["absent"])
    if given.out or whole:
        save(given.out or shown.RESULTS, json.dumps(results, indent=1) + "\n")
    else:
        print("\nA part only: nothing was written. Give --out FILE for the JSON.", file=sys.stderr)
    if whole and not given.out:
        shown.write(results)


def _arguments(about: str, known: Collection[str], rounds: int) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=about.partition("\n")[0])
    parser.add_argument("--threads", type=int, default=1, help="for everyone (default 1)")
    parser.add_argument(
        "--rounds", type=int, default=rounds, help=f"turns that each takes (default {rounds})"
    )
    parser.add_argument("--only", nargs="+", choices=known, help="some of them")
    parser.add_argument("--quick", action="store_true", help="tiny: does everything run?")
    parser.add_argument("--out", type=Path, help="write the JSON there, and no page")
    found = parser.parse_args()
    if min(found.threads, found.rounds) < 1:
        parser.error("threads and rounds are numbers of at least 1")
    return found
