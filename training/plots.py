"""Charts in a terminal: lines of dots, six or eight to a character, drawn by ``plotille``."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from rich.cells import cell_len
from rich.text import Text

from cutaway.graph import OptionError
from cutaway.graph.errors import explain
from cutaway.render.bands import levels
from cutaway.render.chart import Curve
from cutaway.render.label import one_line
from cutaway.render.scene import Language
from cutaway.training.panels import Panel, thinned

BARS = " ▁▂▃▄▅▆▇█"  # of a band: from nothing to the highest
ROOM = 9  # characters at the left: for numbers
INKS = {  # the colours of a terminal; none is the reader's own
    "frame": "bright_black",
    "lines.query": "bright_blue",
    "lines.gradient": "yellow",
    "lines.value": "green",
    "lines.mask": "magenta",
    "soft": "cyan",
    "lines.key": "red",
}


def plotille() -> Any:
    """Return the library that draws.

    Raises
    ------
    OptionError
        If the extra ``train`` is not installed.
    """
    try:
        import plotille
    except ImportError:
        raise OptionError(
            explain(
                "plots in a terminal need the package plotille, which is not installed",
                required="the extra train",
                fix="pip install 'cutaway[train]'; or plots=False",
            )
        ) from None
    return plotille


def plot(panel: Panel, width: int, height: int, lang: Language) -> Text:
    """Return a chart as so many lines of text; each line's latest number stands under it.

    Examples
    --------
    >>> from cutaway.graph import Title
    >>> falling = Curve(np.arange(8.0), np.arange(8.0, 0.0, -1.0))
    >>> lines = plot(Panel(Title("Loss", "损失"), (falling,)), 12, 6, "en").plain.splitlines()
    >>> [line.rstrip() for line in lines[:3]]
    ['Loss', '       8 ⠑⡄⠀', '         ⠀⠸⡀']
    """
    if panel.bands:
        return _bands(panel, width, height, lang)
    curves = [_shown(curve, panel.log, 2 * (width - ROOM)) for curve in panel.curves]
    points = np.concatenate([ys[np.isfinite(ys)] for _, ys in curves])
    low, high = (float(points.min()), float(points.max())) if points.size else (0.0, 1.0)
    left = min((float(xs[0]) for xs, _ in curves if xs.size), default=0.0)
    right = max((float(xs[-1]) for xs, _ in curves if xs.size), default=1.0)
    spread = high - low or abs(high) * 0.1 or 1.0
    canvas = plotille().Canvas(
        width - ROOM,
        height - 3,
        xmin=left,
        xmax=right if right > left else left + 1.0,
        ymin=low - 0.01 * spread,
        ymax=high + 0.01 * spread,
        mode="names",
    )
    for curve, (xs, ys) in zip(panel.curves, curves, strict=True):
        for (x0, y0), (x1, y1) in pairwise(zip(xs.tolist(), ys.tolist(), strict=True)):
            if np.isfinite(y0) and np.isfinite(y1):
                canvas.line(x0, y0, x1, y1, color=INKS.get(curve.ink))
    ends = [10**y if panel.log else y for y in (high, low)]
    return _framed(panel, canvas.plot().splitlines(), ends, (left, right), width, lang)


def _bands(panel: Panel, width: int, height: int, lang: Language) -> Text:
    """Return a row of bars for each of many lines, or for as many as there is room for."""
    if len(panel.curves) > height - 2:
        panel = thinned(panel, height - 2)
    curves = panel.curves
    wide = min(max(cell_len(curve.name) for curve in curves), width // 2)
    heights, _ = levels(curves, max(width - wide - 2 - ROOM, 1), len(BARS) - 1)
    lines = [Text(one_line(panel.title, lang), "bold")]
    for curve, row in zip(curves, heights, strict=True):
        name = curve.name[-wide:].ljust(wide)  # a path: its end tells it from others
        bars = "".join(BARS[level] for level in row)
        lines.append(Text(f"{name} {bars} {_short(float(curve.ys[-1]))}"))
    first, last = f"{curves[0].xs[0]:g}", f"{curves[0].xs[-1]:g}"
    inner = heights.shape[1] - len(first)
    lines.append(Text(" " * (wide + 1) + first + last.rjust(inner), "dim"))
    for line in lines:
        line.truncate(width, overflow="ellipsis", pad=True)
    return Text("\n").join(lines)


def _shown(curve: Curve, log: bool, most: int) -> tuple[Any, Any]:
    """Return as many points as a terminal has places for; of heights perhaps the logarithms."""
    count = len(curve.xs)
    kept = np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))
    with np.errstate(all="ignore"):
        ys = np.log10(curve.ys[kept]) if log else curve.ys[kept]
    return curve.xs[kept], ys


def _framed(
    panel: Panel,
    rows: Sequence[str],
    ends: Sequence[float],
    along: tuple[float, float],
    width: int,
    lang: Language,
) -> Text:
    """Return a canvas with its title, its bounds, and what its lines are called."""
    lines = [Text(one_line(panel.title, lang), "bold")]
    labels = {0: ends[0], len(rows) - 1: ends[1]}
    for place, row in enumerate(rows):
        label = _short(labels[place]) if place in labels else ""
        lines.append(Text(f"{label:>{ROOM - 1}} ") + Text.from_ansi(row))
    first, last = f"{along[0]:g}", f"{along[1]:g}"
    lines.append(Text(" " * ROOM + first + last.rjust(width - ROOM - len(first)), "dim"))
    lines.append(_legend(panel.curves, width))
    for line in lines:
        line.truncate(width, overflow="ellipsis", pad=True)
    return Text("\n").join(lines)


def _legend(curves: Sequence[Curve], width: int) -> Text:
    """Return the lines' names, each with its latest number, and how many more there are."""
    text, named = Text(), [curve for curve in curves if curve.name]
    for place, curve in enumerate(named):
        told = f"{curve.name} {_short(float(curve.ys[-1]))}  "
        rest = len(named) - place
        if text.cell_len + cell_len(told) + 2 > width - (5 if rest > 1 else 0):
            return text.append(f"+{rest}")
        text.append("■ ", INKS.get(curve.ink, "")).append(told)
    return text


def _short(value: float) -> str:
    """Return a number with three digits, short as it can be.

    Examples
    --------
    >>> _short(0.005), _short(2.8431), _short(-1.234e-12), _short(1e6)
    ('0.005', '2.84', '-1.23e-12', '1e6')
    """
    return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
