"""The tables of docs/performance.md, made from results.json.

``python benchmarks/table.py`` writes them again.
"""

import json
from pathlib import Path
from typing import Any

from contestants import TITLES

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
PAGE = HERE.parent / "docs" / "performance.md"
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"


def tables(results: dict[str, Any]) -> str:
    """Return all tables as Markdown."""
    return "\n\n".join(
        (_setting(results), _layer(results), _build(results["build"]), _draw(results["draw"]))
    )


def inserted(page: str, text: str) -> str:
    """Return the page with the text between its markers."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} lacks the markers {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"


def write(results: dict[str, Any]) -> None:
    """Write the tables into the page."""
    page = inserted(PAGE.read_text(encoding="utf-8"), tables(results))
    PAGE.write_text(page, encoding="utf-8")


def _setting(results: dict[str, Any]) -> str:
    machine, versions, sizes = results["machine"], results["versions"], results["sizes"]
    threads = results["threads"]
    return "\n".join(
        (
            f"Measured on {results['date']}: {machine['processor']}, {machine['system']}, "
            f"Python {machine['python']}, {threads} thread{'s' if threads > 1 else ''}, "
            f"{results['rounds']} rounds.",
            ", ".join(f"{name} {number}" for name, number in versions.items()) + ".",
            ", ".join(f"{name} = {size}" for name, size in sizes.items()) + ", float32.",
        )
    )


def _layer(results: dict[str, Any]) -> str:
    layer = results["layer"]
    base = layer.get("numpy")
    rows = [
        [TITLES[name], *(cell for part in ("forward", "step") for cell in _pair(row, base, part))]
        for name, row in layer.items()
    ]
    rows += [[TITLES[name], "not installed", "", "not installed", ""] for name in results["absent"]]
    return _table("One encoder layer|forward, ms|× numpy|training step, ms|× numpy", rows)


def _pair(row: dict[str, Any], base: dict[str, Any] | None, part: str) -> tuple[str, str]:
    ratio = f"{row[part]['median'] / base[part]['median']:.2f}" if base else ""
    return _time(row[part]), ratio


def _build(found: dict[str, Any]) -> str:
    rows = [[layers, str(row["nodes"]), _time(row)] for layers, row in found.items()]
    return _table("Encoder layers|nodes|build and verify, ms", rows)


def _draw(found: list[dict[str, Any]]) -> str:
    rows = [[str(row["layers"]), row["level"], _time(row)] for row in found]
    return _table("Encoder layers|level|draw, ms", rows)


def _time(spread: dict[str, float]) -> str:
    """Write median and quartiles in milliseconds, with three digits of the median."""
    median, q1, q3 = (1000 * spread[key] for key in ("median", "q1", "q3"))
    digits = 0 if median >= 100 else 1 if median >= 10 else 2
    return f"{median:.{digits}f} ({q1:.{digits}f}–{q3:.{digits}f})"


def _table(head: str, rows: list[list[str]]) -> str:
    titles = head.split("|")
    lines = [titles, ["---"] + ["--:"] * (len(titles) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    write(json.loads(RESULTS.read_text(encoding="utf-8")))
