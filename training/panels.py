"""The charts of a training: which lines each has, and what it is called."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from cutaway.graph import Title
from cutaway.render.chart import Curve
from cutaway.run.compile import Array
from cutaway.training.entropy import ENTROPY
from cutaway.training.history import History, Measured
from cutaway.training.words import ENTROPY as ENTROPY_TITLE
from cutaway.training.words import ENTROPY_OF, GROUP, HEAD, MEASURED, OTHERS, SOME

T = TypeVar("T")
RAW = "frame"  # the ink of what is not smoothed
MOST = 12  # lines of one chart
FEW = 5  # more are thinner; of gradients more are bands
BANDS = 24  # of one chart
POINTS = 100  # of a smooth line, about


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart: its title, its lines, whether its heights are logarithms, and their bounds.

    Without bounds it is as high as its lines. Too many lines are drawn as bands of shades.
    """

    title: Title
    curves: tuple[Curve, ...]
    log: bool = False
    span: tuple[float, float] | None = None
    bands: bool = False


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
    keys = sorted(history, key=_reading)
    return tuple(panel for key in keys for panel in _panels(key, history[key], lang))


def _reading(key: str) -> tuple[object, ...]:
    """Return in which order charts are read: attentions from the encoder to the decoder."""
    kind, _, place = key.partition("/")
    if kind != ENTROPY:
        return (0,)
    layer, _, name = place.rpartition("/")
    return 1, not place.startswith("encoder"), natural(layer), "cross" in name, name


def _panels(key: str, measured: Measured, lang: str) -> Iterator[Panel]:
    xs = measured.steps.astype(float)
    if key == "loss":
        losses = measured.values[:, 0]
        raw = Curve(xs, losses, ink=RAW, weight=0.6)
        yield Panel(_title(key), (raw, Curve(xs, smoothed(losses)).looking(0)), _wide(losses))
    elif key == "seconds":
        speed = 1.0 / np.maximum(smoothed(measured.values[:, 0]), 1e-9)
        yield Panel(_title(key), (Curve(xs, speed).looking(0),))
    elif key == "gradient" and len(measured.names) > FEW:
        yield from _groups(key, measured, lang)
    else:
        yield _panel(_title(key), key, measured, measured.names, lang)


def _groups(key: str, measured: Measured, lang: str) -> Iterator[Panel]:
    """Return a chart for the blocks of each outer scope: one for all would be a tangle."""
    outer = {name: name.rpartition("/")[0].partition("/")[0] for name in measured.names}
    groups = sorted({*outer.values()}, key=lambda group: (not group, group != "encoder", group))
    good = measured.values[np.isfinite(measured.values) & (measured.values > 0)]
    span = (float(good.min()), float(good.max())) if good.size else None
    for group in groups:
        names = [name for name in measured.names if outer[name] == group]
        title = _title(key)
        if len(groups) > 1:
            named = Title(group, group) if group else OTHERS
            title = GROUP.fill(title=title, group=named)
        if len(names) > FEW:
            yield replace(_panel(title, key, measured, names, lang, BANDS), bands=True)
        else:
            yield replace(_panel(title, key, measured, names, lang), span=span)


def _panel(
    title: Title, key: str, measured: Measured, every: Iterable[str], lang: str, most: int = MOST
) -> Panel:
    """Return a chart with a line for each of several names, or for some of very many."""
    xs = measured.steps.astype(float)
    names = sorted(every, key=natural)
    shown = spread(names, most)
    weight = 1.6 if len(shown) < FEW else 1.1
    curves = tuple(
        Curve(xs, smoothed(measured[name]), _name(key, name, lang)).looking(number, weight)
        for number, name in enumerate(shown)
    )
    if len(shown) < len(names):
        title = _some(title, len(shown), len(names))
    return Panel(title, curves, key in ("gradient", "update"))


def spread(every: Sequence[T], most: int) -> tuple[T, ...]:
    """Return at most so many, evenly spread: the first and the last among them.

    Examples
    --------
    >>> spread("abcdefg", 3)
    ('a', 'd', 'g')
    """
    places = np.linspace(0, len(every) - 1, min(len(every), most)).round().astype(int)
    return tuple(every[place] for place in places)


def _title(key: str) -> Title:
    kind, _, place = key.partition("/")
    if kind == ENTROPY:
        return ENTROPY_OF.fill(place=place) if place else ENTROPY_TITLE
    return MEASURED.get(key, Title(key, key))


def _some(title: Title, shown: int, every: int) -> Title:
    """Return a title that says how many of its lines are shown."""
    counts = SOME.fill(shown=shown, all=every)
    return Title(f"{title.en} ({counts.en})", f"{title.zh}（{counts.zh}）")


def _name(key: str, name: str, lang: str) -> str:
    """Return what a line is called: heads by their number."""
    if name and key.partition("/")[0] == ENTROPY:
        return (HEAD.en if lang == "en" else HEAD.zh).format(name)
    return name


def thinned(panel: Panel, most: int) -> Panel:
    """Return a chart with some of its lines, the first and the last among them."""
    shown = spread(panel.curves, most)
    title = _some(panel.title, len(shown), len(panel.curves))
    return replace(panel, title=title, curves=shown)


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
