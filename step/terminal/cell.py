"""One cell of a heatmap: a number in few letters, a shade, and a colour."""

from typing import Any

import numpy as np

from cutaway.render.theme import STEPS, Theme

BLOCKS = " ░▒▓█"  # from nothing to the largest, where there is no colour


def figure(x: Any, width: int) -> str:
    """Write a number in so many columns.

    Examples
    --------
    >>> [figure(x, 6) for x in (0.5, -12.345, 123456.0, 1e-9, float("nan"), True, 7)]
    ['0.50', '-12.35', '1e+05', '1e-09', 'NaN', '1', '7']
    """
    if isinstance(x, bool | np.bool_):
        return str(int(x))
    if isinstance(x, int | np.integer):
        text = str(x)
        return text if len(text) <= width else f"{float(x):.0e}"
    if not np.isfinite(x):
        return special(x)
    size = abs(float(x))
    if size and (size < 0.005 or size >= 10 ** (width - 2)):
        return f"{x:.0e}"
    text = f"{x:.2f}"
    return text if len(text) <= width else f"{x:.0f}"


def special(x: Any) -> str:
    """Write what is no finite number."""
    if np.isnan(x):
        return "NaN"
    return "∞" if x > 0 else "-∞"


def exact(x: Any) -> str:
    """Write a number with all its digits.

    Examples
    --------
    >>> exact(np.float32(0.1)), exact(np.bool_(True)), exact(-np.inf)
    ('0.1', 'true', '-∞')
    """
    if isinstance(x, bool | np.bool_):
        return str(bool(x)).lower()
    return str(x) if np.isfinite(x) else special(x)


def shade(x: Any, most: float) -> int:
    """Return how strong a number is, from 0 to 10, beside the largest of its value."""
    size = abs(float(x))
    return round(STEPS * size / most) if most and np.isfinite(size) else 0


def block(x: Any, most: float, width: int) -> str:
    """Write a number as its sign and a block, which show without colour.

    Examples
    --------
    >>> [block(x, 1.0, 2) for x in (0.0, 0.5, -1.0, float("nan"), -float("inf"))]
    ['  ', ' ▒', '-█', 'N ', '-∞']
    """
    if not np.isfinite(x):
        return ("N" if np.isnan(x) else special(x)).ljust(width)[:width]
    level = BLOCKS[-(-shade(x, most) * (len(BLOCKS) - 1) // STEPS)]
    return ("-" if x < 0 and level != " " else " ") + level * (width - 1)


def colours(x: Any, most: float, theme: Theme) -> tuple[str, str]:
    """Return the colours of a cell: of its ink, and behind it."""
    name = f"{'n' if x < 0 else 'p'}{shade(x, most)}"
    return theme.inks[name], theme.cells[name]


def largest(value: np.ndarray[Any, Any]) -> float:
    """Return the largest size of a finite number; 0 if there is none."""
    sizes = np.abs(value.astype(float))
    return float(np.max(sizes, initial=0.0, where=np.isfinite(sizes)))
