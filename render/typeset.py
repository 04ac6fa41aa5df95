"""Formulas as outlines: they look the same wherever a picture is shown."""

import re
import warnings
from functools import lru_cache
from itertools import accumulate
from typing import Any

from cutaway.graph import Formula
from cutaway.render.scene import Outline, Point

SIZE = 10.0  # points
DEEPEST = 8  # parts in each other: with every level typesetting takes twice as long


@lru_cache(maxsize=1024)
def typeset(formula: Formula) -> Outline | None:
    """Return the outlines of a formula.

    None if the font lacks a character of it, or parts of it stand too deep in each other.

    Examples
    --------
    >>> import cutaway as ca
    >>> found = typeset(ca.formula(ca.ops.relu(ca.input("x", "N"))))
    >>> found is not None and found.width > found.height > 5
    True
    """
    drawn = _drawn(formula) if _depth(formula) <= DEEPEST else None
    if drawn is None:
        return None
    commands = [command for element in drawn.iter() for command in _commands(element)]
    xs = [x for _, points in commands for x, _ in points]
    ys = [y for _, points in commands for _, y in points]
    left, top = min(xs), min(ys)
    path = tuple((c, tuple((x - left, y - top) for x, y in points)) for c, points in commands)
    width, height = max(xs) - left, max(ys) - top
    return Outline(formula, path, width, height, -top)


def _depth(latex: str) -> int:
    """Return how deep parts stand in each other; cases count twice."""
    steps = {r"\left": 1, r"\right": -1, r"\begin": 2, r"\end": -2, "{": 1, "}": -1}
    found = re.findall(r"\\(?:left|right|begin|end)(?![a-z])|(?<!\\)[{}]", latex)
    return max(accumulate((steps[part] for part in found), initial=0))


def _drawn(latex: str) -> Any:
    """Return ziamath's drawing, or None if its font lacks a character."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of how it finds its font
        from ziamath.config import config
        from ziamath.zmath import Latex

    shared = config.svg2
    config.svg2 = False  # paths where they stand, not references
    try:
        drawing = Latex(latex, size=SIZE)
        glyphs: Any = drawing.font.cmap
        texts = "".join(element.text or "" for element in drawing.mathml.iter())
        there = all(glyphs.glyphid(c) for c in texts if not c.isspace())
        return drawing.svgxml() if there else None
    finally:
        config.svg2 = shared


def _commands(element: Any) -> list[tuple[str, tuple[Point, ...]]]:
    """Return the commands of a path, or of a bar as one."""
    if element.tag.endswith("rect"):
        x, y, wide, high = (float(element.get(key)) for key in ("x", "y", "width", "height"))
        corners = ((x, y), (x + wide, y), (x + wide, y + high), (x, y + high))
        return [("M", corners[:1]), ("L", corners[1:]), ("Z", ())]
    found: list[tuple[str, tuple[Point, ...]]] = []
    for command, text in re.findall(r"([A-Z])([^A-Z]*)", element.get("d") or ""):
        numbers = [float(number) for number in re.split(r"[\s,]+", text.strip()) if number]
        found.append((command, tuple(zip(numbers[::2], numbers[1::2], strict=True))))
    return found
