"""A training as a picture: what was measured, as charts."""

import numpy as np

from cutaway.graph import OptionError, Title
from cutaway.graph.errors import explain
from cutaway.graph.title import checked_language
from cutaway.render import Picture
from cutaway.render.bands import bands
from cutaway.render.chart import chart
from cutaway.render.compose import column, table
from cutaway.render.label import one_line
from cutaway.render.marks import Drawing
from cutaway.render.scale import number
from cutaway.render.scene import LANGUAGES, Language
from cutaway.render.sheet import Sheet
from cutaway.render.theme import ThemeLike, read_theme
from cutaway.render.words import paragraph, words
from cutaway.training.ending import ending
from cutaway.training.history import History
from cutaway.training.page import Charts
from cutaway.training.panels import RAW, Panel, panels, window
from cutaway.training.words import MEANS, STEP, STRIDE, SUMMARY, TITLE

HEADING, NOTE = 14.0, 11.0  # points
ACROSS = 2  # charts beside each other


def report(
    history: History,
    steps: int = 0,
    lang: str = "en",
    theme: ThemeLike = "light",
    title: str = "",
    error: BaseException | None = None,
) -> Picture:
    """Return a picture of a training: loss, gradients, learning rate, and what else was measured.

    Parameters
    ----------
    history
        What :func:`fit` gives.
    steps
        How many steps there are to be; as many as there were by default.
    lang
        ``en``, ``zh`` or ``both``.
    theme
        As for :func:`cutaway.render.draw`.
    title
        What the picture is called.
    error
        What ended the training, if something did; it is told at the top.

    Raises
    ------
    OptionError
        If nothing was measured yet, or for a language that there is not.

    Examples
    --------
    >>> history = History()
    >>> for step in range(3):
    ...     history.add(step, {"loss": {"": 2.0 - step / 2}, "seconds": {"": 0.01}})
    >>> report(history)
    <Picture of 'Training'>
    """
    if "loss" not in history:
        raise OptionError(explain("there is nothing to report", required="at least one step"))
    language, colours = checked_language(lang, LANGUAGES), read_theme(theme)
    named = Title(title, title) if title else TITLE
    told, notes = _summary(history, steps), _notes(history)
    last = int(history["loss"].steps[-1])
    ended = ending(error, last) if error is not None else ()
    shown = panels(history, lang)
    charts = [_drawn(panel, language) for panel in shown]
    grid = table(
        [charts[n : n + ACROSS] for n in range(0, len(charts), ACROSS)],
        gap=(22.0, 18.0),
        align=("start", "start"),
    )
    body = column(
        words(named, language, HEADING, level="end"),
        *(paragraph(line, language, grid.width, NOTE, "ink") for line in ended),
        words(told, language, NOTE, "soft"),
        grid,
        *(words(note, language, NOTE, "soft") for note in notes),
        gap=6.0,
        align="start",
    )
    single = [
        Sheet(one_line(panel.title, language), _told(panel), drawing, language, colours)
        for panel, drawing in zip(shown, charts, strict=True)
    ]
    described = ". ".join(one_line(line, language) for line in (*ended, told))
    whole = Sheet(one_line(named, language), described, body, language, colours)
    return Charts(whole, single, ended, told, notes)


def _drawn(panel: Panel, lang: Language) -> Drawing:
    if panel.bands:
        return bands(panel.title, panel.curves, lang, STEP)
    return chart(panel.title, panel.curves, lang, panel.log, STEP, span=panel.span)


def _told(panel: Panel) -> str:
    """Return a chart in numbers: where each line begins and ends."""
    found = []
    for curve in panel.curves:
        good = curve.ys[np.isfinite(curve.ys)]
        if good.size and curve.ink != RAW:
            first, last = (number(float(good[place]), 3, small=True) for place in (0, -1))
            found.append(f"{curve.name}: {first} … {last}".removeprefix(": "))
    return "; ".join(found)


def _summary(history: History, steps: int) -> Title:
    measured = history["loss"]
    losses = measured.values[:, 0]
    best = int(np.nanargmin(losses)) if np.isfinite(losses).any() else 0
    speed = 1.0 / max(float(np.median(history["seconds"].values)), 1e-9)
    step = int(measured.steps[-1]) + 1
    return SUMMARY.fill(
        step=step,
        steps=steps or step,
        loss=number(losses[-1], 3, small=True),
        lowest=number(losses[best], 3, small=True),
        best=int(measured.steps[best]),
        speed=number(speed, 1),
    )


def _notes(history: History) -> list[Title]:
    """Return what has to be said about the lines."""
    wide = window(len(history["loss"].steps))
    notes = []
    if wide > 1:
        notes.append(MEANS.fill(window=wide))
    if history.stride > 1:
        notes.append(STRIDE.fill(stride=history.stride))
    return notes
