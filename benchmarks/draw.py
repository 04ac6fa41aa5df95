"""Pictures: ``python benchmarks/draw.py``; needs ``pip install -e '.[bench]'``.

Writes ``benchmarks/draw.json`` and its tables in ``docs/performance.md``. The file holds:

- ``date``, ``machine``, ``versions``, ``threads``, ``rounds``, ``load``: the setting;
- ``absent``: tools that were asked for and are not installed;
- ``encoder``: for each ``tool`` and ``way`` to draw one encoder of two layers its ``boxes``, the
  ``bytes`` and the ``width`` and ``height`` (in points) of its SVG, whether two runs give the
  ``same`` bytes, and the times: ``own``, and ``layout``, which is Graphviz's process;
- ``layers`` and ``deep``: the same for a decoder of GPT-3's form, drawn by cutaway. Every op of it
  is drawn ``once``, without rounds: it takes long.

A time is a ``median`` and its quartiles ``q1`` and ``q3``, in seconds; ``ratio`` is how many times
as long as cutaway's sublayers the whole took: the median over the rounds, each by itself.
"""

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from typing import Any

from drawers import DRAWERS, Draw, Drawn
from script import run

BASE = "cutaway", "sublayer"
DEEP = 96


def measure(names: list[str], threads: int, rounds: int, quick: bool) -> dict[str, Any]:
    """Return the results; ``quick`` takes few layers, and only shows that everything runs."""
    from machine import machine, versions  # imports numpy, which reads the limits once

    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    present = [name for name in names if DRAWERS[name].installed]
    calls = {(name, way): call for name in present for way, call in DRAWERS[name].ways().items()}
    layers = 2 if quick else DEEP
    libraries = dict.fromkeys(part for name in present for part in DRAWERS[name].libraries)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions([*libraries, "graphviz-pure"]),
        "threads": threads,
        "rounds": rounds,
        "load": load,
        "absent": [name for name in names if name not in present],
        "encoder": draw(calls, rounds),
        "layers": layers,
        "deep": draw_deep(layers, rounds) if "cutaway" in present else [],
    }


def draw(calls: Mapping[tuple[str, str], Draw], rounds: int) -> list[dict[str, Any]]:
    """Draw in turns; of what comes out, look at the first and the last."""
    from timing import ratio, spread, take_turns

    made: dict[tuple[str, str], list[Drawn]] = {key: [] for key in calls}

    def note(key: tuple[str, str]) -> None:
        made[key].append(calls[key]())

    times = take_turns({key: partial(note, key) for key in calls}, rounds)
    base = times.get(BASE)
    rows = []
    for key, whole in times.items():
        layout = [drawn.layout for drawn in made[key][1:]]  # the first round warmed up
        own = [time - part for time, part in zip(whole, layout, strict=True)]
        parts = {"own": spread(own), "layout": spread(layout)}
        row = {**look(key, made[key][0], made[key][-1]), **parts}
        rows.append(row | ({"ratio": ratio(whole, base)} if base else {}))
    return rows


def draw_deep(layers: int, rounds: int) -> list[dict[str, Any]]:
    """Draw a deep decoder, folded in turns, and once with every op."""
    from drawers.cutaway_draw import deep

    *folded, (way, every) = deep(layers).items()
    rows = draw({("cutaway", name): call for name, call in folded}, rounds)
    start = perf_counter()
    drawn = every()
    own = perf_counter() - start - drawn.layout
    once = {"own": own, "layout": drawn.layout}
    return [*rows, {**look(("cutaway", way), drawn), "once": once}]


def look(key: tuple[str, str], drawn: Drawn, again: Drawn | None = None) -> dict[str, Any]:
    """Return what is to be seen of a picture, and whether a second one is the same."""
    sizes = re.search(r'<svg[^>]*?width="([\d.]+)[^>]*?height="([\d.]+)', drawn.svg, re.S)
    assert sizes
    return {
        "tool": key[0],
        "way": key[1],
        "boxes": drawn.boxes,
        "bytes": len(drawn.svg.encode()),
        "width": float(sizes[1]),
        "height": float(sizes[2]),
        **({"same": drawn.svg == again.svg} if again else {}),
    }


if __name__ == "__main__":
    run(__doc__ or "", DRAWERS, measure, "draw_table", rounds=10, quick_rounds=2)
