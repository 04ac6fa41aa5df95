"""The tables of docs/performance.md, made from results.json.

``python benchmarks/table.py`` writes them again.
"""

import json
from pathlib import Path
from typing import Any

from contestants import ENTRIES

from cutaway.graph import save

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
PAGE = HERE.parent / "docs" / "performance.md"


def tables(results: dict[str, Any]) -> str:
    """Return all tables as Markdown."""
    parts = (
        _setting(results),
        _layer(results),
        _kernels(results["kernels"]),
        _build(results["build"]),
        _draw(results["draw"]),
    )
    return "\n\n".join(parts)


def inserted(page: str, text: str, name: str = "tables") -> str:
    """Return the page with the text between its markers of that name."""
    opens, closes = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, begin, rest = page.partition(opens)
    _, end, after = rest.partition(closes)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} lacks the markers {opens} and {closes}")
    return f"{before}{opens}\n\n{text}\n\n{closes}{after}"


def write(results: dict[str, Any]) -> None:
    """Write the tables into the page."""
    save(PAGE, inserted(PAGE.read_text(encoding="utf-8"), tables(results)))


def measured(results: dict[str, Any]) -> str:
    """Say when, on what and with which libraries and threads it was measured."""
    return f"{setting(results)}\nThread pools: {', '.join(results['pools'])}."


def setting(results: dict[str, Any]) -> str:
    """Say when, on what and with which libraries it was measured."""
    machine, threads = results["machine"], results["threads"]
    used = [f"{name} {number}" for name, number in results["versions"].items()]
    return (
        f"Measured on {results['date']}: {machine['processor']}, {machine['system']}, "
        f"Python {machine['python']}, {threads} thread{'s' if threads > 1 else ''}, "
        f"{results['rounds']} rounds.\n{', '.join(used)}."
    )


def _setting(results: dict[str, Any]) -> str:
    sizes = [f"{name} = {size}" for name, size in results["sizes"].items()]
    return f"{measured(results)}\n{', '.join(sizes)}, float32."


def _layer(results: dict[str, Any]) -> str:
    rows = [
        [ENTRIES[name].title, *_pair(row["forward"]), *_pair(row["step"])]
        for name, row in results["layer"].items()
    ]
    for name in results["absent"]:
        rows.append([ENTRIES[name].title, "not installed", "", "not installed", ""])
    return markdown("One encoder layer|forward, ms|× numpy|training step, ms|× numpy", rows)


def _pair(times: dict[str, float]) -> tuple[str, str]:
    return milliseconds(times), f"{times['ratio']:.2f}" if "ratio" in times else ""


def _kernels(found: dict[str, float]) -> str:
    rows = [[op, f"{100 * share:.1f}"] for op, share in found.items() if share >= 0.01]
    small = sum(share for share in found.values() if share < 0.01)
    rest = 1 - sum(found.values())
    rows += [["other kernels", f"{100 * small:.1f}"], ["outside of kernels", f"{100 * rest:.1f}"]]
    return markdown("cutaway's training step|% of its time", rows)


def _build(found: dict[str, Any]) -> str:
    rows = [
        [layers, str(row["nodes"]), milliseconds(row["again"]), milliseconds(row["script"])]
        for layers, row in found.items()
    ]
    return markdown("Encoder layers|nodes|built and verified, ms|as a script, ms", rows)


def _draw(found: list[dict[str, Any]]) -> str:
    rows = [[str(row["layers"]), row["level"], milliseconds(row)] for row in found]
    return markdown("Encoder layers|level|drawn, ms", rows)


def milliseconds(spread: dict[str, float]) -> str:
    """Write median and quartiles in milliseconds, with three digits of the median."""
    median, q1, q3 = (1000 * spread[key] for key in ("median", "q1", "q3"))
    digits = 0 if median >= 100 else 1 if median >= 10 else 2
    return f"{median:.{digits}f} ({q1:.{digits}f}–{q3:.{digits}f})"


def markdown(head: str, rows: list[list[str]], words: int = 1) -> str:
    """Return a table; columns after so many are numbers, and stand to the right."""
    titles = head.split("|")
    lines = [titles, ["---"] * words + ["--:"] * (len(titles) - words), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    write(json.loads(RESULTS.read_text(encoding="utf-8")))
