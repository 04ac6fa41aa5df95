"""Matrices of the example, as numbers or, where a figure shows none, as symbols."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from cutaway.figures.example import Array
from cutaway.figures.spec import Setting
from cutaway.render.compose import sized
from cutaway.render.grid import Look, grid
from cutaway.render.marks import Drawing
from cutaway.render.scale import Scale
from cutaway.render.texture import texture


def cells(
    setting: Setting,
    values: Array,
    node: str,
    title: str,
    look: Look,
    scale: Scale | None = None,
    symbols: Sequence[Sequence[str]] | None = None,
) -> Drawing:
    """Return a matrix whose cells are large enough for a number, or a symbol."""
    if setting.values:
        return grid(values, node, title, scale, look)
    return grid(values, node, title, scale, replace(look, shades=False), symbols)


def rows(
    setting: Setting,
    values: Array,
    node: str,
    title: str,
    look: Look,
    scale: Scale | None = None,
    symbols: Sequence[str] = (),
    vectors: Literal["row", "column", ""] = "row",
) -> Drawing:
    """Return a matrix whose cells are small; a symbol stands in each row."""
    if setting.values:
        return texture(values, node, title, look, scale, vectors=vectors)
    return texture(values, node, title, replace(look, shades=False), scale, symbols, vectors)


def over_rows(cells: Drawing, symbols: Sequence[Drawing]) -> Drawing:
    """Return a matrix with a typeset symbol in the middle of each row."""
    for i, symbol in enumerate(symbols):
        left, top, right, bottom = cells.spots[f"row.{i}"]
        placed = sized(symbol, right - left, bottom - top).moved(left, top)
        cells = cells.over(*placed.marks)
    return cells
