"""Printing: JSON that any reader takes, and tables that nothing cuts off."""

import io
import json
import math
import re
import sys
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

COMMANDS = re.compile(  # to a terminal: control characters, and what turns text or is not seen
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
WIDE = 10_000  # columns: where nobody looks at a screen, no cell is shortened


def print_json(value: dict[str, Any], indent: int | None = 2) -> None:
    """Print one JSON object; what JSON has no number for becomes a text: ``"NaN"``."""
    ascii_only = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    text = json.dumps(_finite(value), ensure_ascii=ascii_only, indent=indent, allow_nan=False)
    print(COMMANDS.sub(lambda found: _coded(found[0]), text))


def escaped(text: str) -> str:
    r"""Return a text on which a terminal does nothing but write it: names come from anywhere.

    Examples
    --------
    >>> print(escaped("a" + chr(27) + "[2J"))
    a\u001b[2J
    """
    return COMMANDS.sub(lambda found: _coded(found[0]), text.replace("\n", "\\n"))


def _coded(sign: str) -> str:
    return f"\\u{ord(sign):04x}"


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    return value


def new_table(*headings: str, left: int = 1) -> Table:
    """Return a table whose first columns are text, and the others numbers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="left" if number < left else "right")
    return table


def print_table(table: Table) -> None:
    """Print a table: as wide as the terminal, or, to a file or a pipe, as wide as it is."""
    console = Console()
    if console.is_terminal:
        console.print(table)
        return
    print(table_text(table, sys.stdout.encoding or "utf-8"))


def table_text(table: Table, encoding: str = "utf-8") -> str:
    """Return a table as text, in characters that an encoding has."""
    page = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace")
    Console(file=page, width=WIDE, color_system=None).print(table)
    page.seek(0)
    lines = [line.rstrip() for line in page.read().splitlines()]
    return "\n".join(lines).strip("\n")


def count(value: object) -> str:
    """Write a whole number in groups of three, an expression as it is."""
    return f"{value:,}" if isinstance(value, int) else str(value)
