"""The tables of shape proofs in docs/performance.md, made from shapes.json.

``python benchmarks/shapes_table.py`` writes them again.
"""

import json
from typing import Any

from provers import TOOLS
from table import HERE, PAGE, inserted, markdown, measured, milliseconds

from cutaway.graph import save

RESULTS = HERE / "shapes.json"
NAME = "shapes"  # of the markers in the page


def tables(results: dict[str, Any]) -> str:
    """Return all tables as Markdown."""
    decoder = results["decoder"]
    some = next(iter(decoder["depths"].values()))
    return "\n\n".join(
        (
            _setting(results),
            f"The decoder, at every depth: `{some['contract']}`; first broken at "
            f"`{_sizes(some['counterexample'])}`.",
            _decoder(decoder, "again", "in one process"),
            _decoder(decoder, "first", "first thing in a process"),
            _layer(results),
            _mistakes(results["mistakes"]),
            _said(results["mistakes"]),
        )
    )


def write(results: dict[str, Any]) -> None:
    """Write the tables into the page."""
    save(PAGE, inserted(PAGE.read_text(encoding="utf-8"), tables(results), NAME))


def _setting(results: dict[str, Any]) -> str:
    load = results["load"]
    loaded = "" if load is None else f" Load of the machine at the start: {load:.1f}."
    return f"{measured(results)}{loaded}"


def _decoder(decoder: dict[str, Any], how: str, title: str) -> str:
    found, growth = decoder["depths"], decoder["growth"][how]
    rows = [
        [depth, str(row["nodes"]), *(milliseconds(times) for times in row[how].values())]
        for depth, row in found.items()
    ]
    few, *_, many = found
    nodes = found[many]["nodes"] / found[few]["nodes"]
    times = [f"{quotient:.1f}" for quotient in growth.values()]
    rows.append([f"{many} ÷ {few}", f"{nodes:.1f}", *times])
    titles = {"proof": "build + verify", "script": "as a script"}
    head = "|".join(f"{titles.get(part, part)}, ms" for part in growth)
    return markdown(f"Decoder layers, {title}|nodes|{head}", rows)


def _layer(results: dict[str, Any]) -> str:
    rows = [
        [
            f"{TOOLS[row['tool']].title}: {row['way']}",
            milliseconds(row),
            f"{row['ratio']:.1f}" if "ratio" in row else "",
            f"{1000 * row['first']:.0f}",
            _code(row["states"]),
        ]
        for row in results["layer"]
    ]
    rows += [[TOOLS[name].title, "not installed", "", "", ""] for name in results["absent"]]
    return markdown("One encoder layer|ms|× cutaway|first call, ms|it states", rows)


def _mistakes(found: list[dict[str, Any]]) -> str:
    """Count what each tool found."""
    names = list(found[0]["answers"])
    kinds = {
        "right at some sizes only": [row for row in found if row["holds"] and not row["silent"]],
        "wrong at all sizes, silently": [row for row in found if row["silent"]],
        "sound": [row for row in found if not row["holds"]],
    }
    rows = []
    for kind, among in kinds.items():
        for verdict in ("found", "guarded", "accepted"):
            counts = [sum(r["answers"][n]["verdict"] == verdict for r in among) for n in names]
            if any(counts):
                rows.append([f"{len(among)} {kind}: {verdict}", *map(str, counts)])
    wrong = [row for row in found if row["holds"]]
    counts = [sum(row["answers"][name]["line"] for row in wrong) for name in names]
    rows.append([f"of all {len(wrong)}: the line is named", *map(str, counts)])
    return markdown("|".join(("Mistakes", *(TOOLS[name].title for name in names))), rows)


def _said(found: list[dict[str, Any]]) -> str:
    names = list(found[0]["answers"])
    rows = [
        [
            row["title"],
            _code(row["holds"]) if row["holds"] else "",
            *(_code(row["answers"][name]["short"]) for name in names),
        ]
        for row in found
    ]
    head = "|".join(("Mistake", "the truth", *(TOOLS[name].title for name in names)))
    return markdown(head, rows, words=len(names) + 2)


def _sizes(sizes: dict[str, int]) -> str:
    return ", ".join(f"{name} = {size}" for name, size in sizes.items())


def _code(text: str) -> str:
    """Write text as code in a cell, where a bar would end it."""
    return f"`{text}`".replace("|", "\\|")


if __name__ == "__main__":
    write(json.loads(RESULTS.read_text(encoding="utf-8")))
