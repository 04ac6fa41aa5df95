"""The tables of pictures in docs/performance.md, made from draw.json.

``python benchmarks/draw_table.py`` writes them again.
"""

import json
from typing import Any

from drawers import DRAWERS
from table import HERE, PAGE, inserted, markdown, milliseconds, setting

from cutaway.graph import save

RESULTS = HERE / "draw.json"
NAME = "draw"  # of the markers in the page
COLUMNS = "boxes|own time, ms|Graphviz, ms|× cutaway|SVG, kB|size, pt|same bytes again"


def tables(results: dict[str, Any]) -> str:
    """Return all tables as Markdown."""
    load = results["load"]
    loaded = "" if load is None else f"\nLoad of the machine at the start: {load:.1f}."
    encoder = [
        [f"{DRAWERS[row['tool']].title}: {row['way']}", *_cells(row)] for row in results["encoder"]
    ]
    for name in results["absent"]:
        encoder.append([DRAWERS[name].title, "not installed", *[""] * COLUMNS.count("|")])
    deep = [[row["way"], *_cells(row)] for row in results["deep"]]
    parts = [setting(results) + loaded, markdown(f"An encoder of 2 layers|{COLUMNS}", encoder)]
    if deep:
        parts.append(markdown(f"A decoder of {results['layers']} layers|{COLUMNS}", deep))
    return "\n\n".join(parts)


def write(results: dict[str, Any]) -> None:
    """Write the tables into the page."""
    save(PAGE, inserted(PAGE.read_text(encoding="utf-8"), tables(results), NAME))


def _cells(row: dict[str, Any]) -> list[str]:
    if once := row.get("once"):
        times = [f"{1000 * once[part]:.0f}" for part in ("own", "layout")]
    else:
        times = [milliseconds(row[part]) for part in ("own", "layout")]
    return [
        str(row["boxes"]),
        *times,
        f"{row['ratio']:.1f}" if "ratio" in row else "",
        f"{row['bytes'] / 1000:.0f}",
        f"{row['width']:.0f} × {row['height']:.0f}",
        {True: "yes", False: "no", None: ""}[row.get("same")],
    ]


if __name__ == "__main__":
    write(json.loads(RESULTS.read_text(encoding="utf-8")))
