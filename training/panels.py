"""The charts of a training: which lines each has, and what it is called."""

import re
from dataclasses import dataclass

import numpy as np

from cutaway.graph import Title
from cutaway.render.chart import Curve
from cutaway.training.entropy import ENTROPY
from cutaway.training.history import Array, History, Measured
from cutaway.training.words import ENTROPY as ENTROPY_TITLE
from cutaway.training.words import HEAD, MEASURED, SOME

RAW = "frame"  # the ink of what is not smoothed
MOST = 12  # lines of one chart
FEW = 5  # more are thinner
POINTS = 100  # of a smooth line, about


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart: its title, its lines, and whether its heights are logarithms."""

    title: Title
    curves: tuple[Curve, ...]
    log: bool = False


def panels(history: History, lang: str = "en") -> tuple[Panel, ...]:
    """Return the charts of what was measured, the loss first.

    Examples
    --------
    >>> history = History()
    >>> for step in range(3):
    ...     history.add(step, {"loss": {"": 2.0 - step / 2}, "seconds": {"": 0.01}})
    >>> [panel.title.en for panel in panels(history)]
    ['Loss', 'Steps per second']
    """
    return tuple(_panel(key, measured, lang) for key, measured in history.items())


def _panel(key: str, measured: Measured, lang: str) -> Panel:
    xs = measured.steps.astype(float)
    if key == "loss":
        losses = measured.values[:, 0]
        raw = Curve(xs, losses, ink=RAW, weight=0.6)
        return Panel(_title(key), (raw, Curve(xs, smoothed(losses)).looking(0)), _wide(losses))
    if key == "seconds":
        speed = 1.0 / np.maximum(smoothed(measured.values[:, 0]), 1e-9)
        return Panel(_title(key), (Curve(xs, speed).looking(0),))
    names = sorted(measured.names, key=natural)
    places = np.linspace(0, len(names) - 1, min(len(names), MOST)).round().astype(int)
    shown = [names[place] for place in places]
    weight = 1.6 if len(shown) < FEW else 1.1
    curves = tuple(
        Curve(xs, smoothed(measured[name]), _name(key, name, lang)).looking(number, weight)
        for number, name in enumerate(shown)
    )
    title = _title(key)
    if len(shown) < len(names):
        title = _some(title, len(shown), len(names))
    return Panel(title, curves, key in ("gradient", "update"))


def _title(key: str) -> Title:
    kind, _, place = key.partition("/")
    if kind == ENTROPY:
        return ENTROPY_TITLE.each(lambda text: f"{place} · {text}" if place else text)
    return MEASURED.get(key, Title(key, key))


def _some(title: Title, shown: int, every: int) -> Title:
    """Return a title that says how many of its lines are shown."""
    counts = SOME.each(lambda text: text.format(shown=shown, all=every))
    return Title(f"{title.en} ({counts.en})", f"{title.zh}（{counts.zh}）")


def _name(key: str, name: str, lang: str) -> str:
    """Return what a line is called: heads by their number."""
    if name and key.partition("/")[0] == ENTROPY:
        return (HEAD.en if lang == "en" else HEAD.zh).format(name)
    return name


def natural(name: str) -> list[tuple[int, str]]:
    """Return by what names are sorted: numbers in them count as numbers.

    Examples
    --------
    >>> sorted(["layer.10", "layer.9"], key=natural)
    ['layer.9', 'layer.10']
    """
    parts = re.split(r"([0-9]+)", name)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def _wide(values: Array) -> bool:
    """Say whether values span so much that their logarithms tell more."""
    good = values[np.isfinite(values)]
    return bool(good.size and good.min() > 0 and good.max() > 30 * good.min())


def window(count: int) -> int:
    """Return of how many steps a smooth line shows the mean."""
    return max(1, count // POINTS)


def smoothed(values: Array) -> Array:
    """Return the mean of each value and those before it, of a window; gaps stay gaps.

    Examples
    --------
    >>> smoothed(np.array([1.0, 2.0, 4.0])).tolist()  # a short line is shown as it is
    [1.0, 2.0, 4.0]
    """
    wide = window(len(values))
    if wide == 1:
        return values
    good = np.isfinite(values)
    kernel = np.ones(wide)
    total, count = (
        np.convolve(array, kernel)[: len(values)] for array in (np.where(good, values, 0.0), good)
    )
    found: Array = np.where(good, total / np.maximum(count, 1.0), np.nan)
    return found
