"""A comparison as text: what begins where, and a table that follows the evaluation."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cutaway.diagnose.comparing.difference import Difference
from cutaway.diagnose.comparing.texts import TEXTS
from cutaway.graph.title import LANGUAGES, checked_language

if TYPE_CHECKING:
    from cutaway.diagnose.comparing.comparison import Comparison, Row

NAMED = 5  # divergences that are written out
AROUND = 1  # equal rows that are shown before one that differs


def listing(found: "Comparison", lang: str, most: int) -> str:
    """Return a comparison as text."""
    lang = checked_language(lang, LANGUAGES)
    lines = [_verdict(found, lang), *_slopes(found, lang), *_divergences(found, lang)]
    lines += [f"  {note.say(lang)}" for note in found.notes]
    if found.parameters:
        named = _say("comma", lang).join(row.path for row in found.parameters[:NAMED])
        named += _say("etc", lang) if len(found.parameters) > NAMED else ""
        lines.append("  " + _say("parameters", lang, named))
    if found.growing:
        grown = (_say("grown", lang, path=row.path, growth=row.growth) for row in found.growing[:3])
        lines.append("  " + _say("grows", lang, _say("comma", lang).join(grown)))
    if not found.equal and most > 0:
        lines += ["", *_table(found, lang, most)]
    return "\n".join(lines)


def _say(key: str, lang: str, *args: object, **named: object) -> str:
    return TEXTS[key].say(lang).format(*args, **named)


def _verdict(found: "Comparison", lang: str) -> str:
    compared = [row for row in found.rows if row.difference is not None]
    differ = sum(row.exceeds(found.tolerance) for row in compared)
    key = "equal" if found.equal else "differs"
    return _say(key, lang, count=len(compared), differ=differ, tolerance=found.tolerance)


def _slopes(found: "Comparison", lang: str) -> Iterator[str]:
    compared = [row.gradient for row in found.rows if row.gradient is not None]
    if compared:
        differ = sum(each.relative > found.tolerance for each in compared)
        yield "  " + _say("slopes", lang, count=len(compared), differ=differ)


def _divergences(found: "Comparison", lang: str) -> Iterator[str]:
    colon = _say("colon", lang)
    for number, each in enumerate(found.divergences[:NAMED]):
        which = _say("also" if number else "first", lang)
        yield f"  {which}{colon}{each.message(lang)}"
        where = _say("line", lang, f"{Path(each.file).name}:{each.line}")
        yield "    " + _say("parts", lang).join(filter(None, (each.numbers(lang), where)))
    if len(found.divergences) > NAMED:
        yield "  " + _say("more", lang, len(found.divergences) - NAMED)


def _table(found: "Comparison", lang: str, most: int) -> Iterator[str]:
    slopes = any(row.gradient is not None for row in found.rows)
    heads = ["node", "difference", "relative", "growth", *(["gradient"] if slopes else [])]
    lines = [[_say(head, lang) for head in heads]]
    entries = _shown(found)
    for entry in entries[:most]:
        if isinstance(entry, int):
            lines.append([_say("same", lang, entry)])
        else:
            lines.append(_cells(entry, lang, slopes))
    if len(entries) > most:
        lines.append([_say("more", lang, len(entries) - most)])
    widths = [max(map(_width, column)) for column in zip(*(x for x in lines if x[1:]), strict=True)]
    for line in lines:
        first, *rest = line
        cells = [first + " " * (widths[0] - _width(first))]
        cells += [
            " " * (wide - _width(cell)) + cell for cell, wide in zip(rest, widths[1:], strict=False)
        ]
        yield "  ".join(cells).rstrip()


def _shown(found: "Comparison") -> list["Row | int"]:
    """Return the rows that differ and the one before each; for equal ones, how many they are."""
    rows = [row for row in found.rows if row.difference is not None or row.only]
    telling = [bool(row.only) or row.exceeds(found.tolerance) for row in rows]
    if not any(telling):
        telling = [bool(r.gradient and r.gradient.relative > found.tolerance) for r in rows]
    listed: list[Row | int] = []
    equal = 0
    for place, row in enumerate(rows):
        before = row.kind == "op" and any(telling[place + 1 : place + 1 + AROUND])
        if telling[place] or before:
            listed += [equal, row] if equal else [row]
            equal = 0
        else:
            equal += 1
    return [*listed, *([equal] if equal else [])]


def _cells(row: "Row", lang: str, slopes: bool) -> list[str]:
    if row.only:
        return [row.path, _say(f"only-{row.only}", lang), "", "", *([""] if slopes else [])]
    growth = f"×{row.growth:.3g}" if row.growth > 1 else ""
    cells = [row.path, *_numbers(row.difference), growth]
    return [*cells, _numbers(row.gradient)[1]] if slopes else cells


def _numbers(found: Difference | None) -> tuple[str, str]:
    if found is None:
        return "", ""
    if found.shapes:
        return str(found), ""
    return f"{found.absolute:.3g}", f"{found.relative:.2g}"


def _width(text: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in text)
