"""A training as a picture: what was measured, as charts."""

import os
import time
from types import TracebackType

import numpy as np

from cutaway.graph import OptionError, Title
from cutaway.graph.errors import explain
from cutaway.graph.files import file_path
from cutaway.render import Picture
from cutaway.render.chart import chart
from cutaway.render.compose import Align, column, sized, table
from cutaway.render.label import one_line
from cutaway.render.picture import FORMATS
from cutaway.render.scale import number
from cutaway.render.sheet import Sheet
from cutaway.render.theme import ThemeLike, read_theme
from cutaway.render.words import checked_language, words
from cutaway.training.history import History
from cutaway.training.page import Charts
from cutaway.training.panels import RAW, Panel, panels, window
from cutaway.training.record import TrainingStep
from cutaway.training.words import MEANS, STEP, STRIDE, SUMMARY, TITLE

HEADING, NOTE = 14.0, 10.0  # points
START: tuple[Align, Align] = ("start", "start")
ACROSS = 2  # charts beside each other
PAUSE = 5.0  # seconds between two writes
ENDINGS = tuple(ending for ending in FORMATS if ending != ".dot")  # a report is no graph


def report(
    history: History,
    steps: int = 0,
    lang: str = "en",
    theme: ThemeLike = "light",
    title: str = "",
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
    language, colours = checked_language(lang), read_theme(theme)
    named = Title(title, title) if title else TITLE
    told, notes = _summary(history, steps), _notes(history)
    end = float(history["loss"].steps[-1]) + 1.0
    shown = panels(history, lang)
    charts = [chart(p.title, p.curves, language, p.log, STEP, end) for p in shown]
    body = column(
        words(named, language, HEADING, level="end"),
        words(told, language, NOTE, "soft"),
        table(
            [charts[n : n + ACROSS] for n in range(0, len(charts), ACROSS)],
            gap=(22.0, 18.0),
            align=("start", "start"),
        ),
        *(words(note, language, NOTE, "soft") for note in notes),
        gap=6.0,
        align="start",
    )
    wide = max(drawing.width for drawing in charts)
    single = []
    for panel, drawing in zip(shown, charts, strict=True):
        alike = sized(drawing, wide, align=START)
        name = one_line(panel.title, language)
        single.append(Sheet(name, _told(panel), alike, language, colours))
    whole = Sheet(one_line(named, language), one_line(told, language), body, language, colours)
    return Charts(whole, single, [one_line(note, language) for note in notes])


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
    return SUMMARY.each(
        lambda text: text.format(
            step=step,
            steps=steps or step,
            loss=number(losses[-1], 3, small=True),
            lowest=number(losses[best], 3, small=True),
            best=int(measured.steps[best]),
            speed=number(speed, 1),
        )
    )


def _notes(history: History) -> list[Title]:
    """Return what has to be said about the lines."""
    wide = window(len(history["loss"].steps))
    notes = []
    if wide > 1:
        notes.append(MEANS.each(lambda text: text.format(window=wide)))
    if history.stride > 1:
        notes.append(STRIDE.each(lambda text: text.format(stride=history.stride)))
    return notes


class Report:
    """A callback that keeps a report of the training in a file.

    It is written whole or not at all: every few seconds, and once more when the training ends,
    whatever ends it.

    Parameters
    ----------
    path
        ``.html``: one page that loads nothing and follows the reader's light or dark; ``.svg``,
        ``.png``, ``.pdf``.
    lang, theme, title
        As for :func:`report`.

    Raises
    ------
    OptionError
        For another ending, or a language that there is not.

    Examples
    --------
    >>> Report("training.docx")
    Traceback (most recent call last):
    cutaway.graph.errors.OptionError: a report is not written as '.docx'
      required: .svg, .pdf, .png, .html
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        lang: str = "en",
        theme: ThemeLike = "light",
        title: str = "",
    ) -> None:
        ending = file_path(path).suffix.lower()
        if ending not in ENDINGS:
            raise OptionError(
                explain(f"a report is not written as {ending!r}", required=", ".join(ENDINGS))
            )
        read_theme(theme)
        self._path, self._look = path, (checked_language(lang), theme, title)
        self._latest: TrainingStep | None = None
        self._written = time.monotonic()

    def __enter__(self) -> "Report":
        return self

    def __call__(self, record: TrainingStep) -> None:
        """Write it where the last time is a while ago."""
        self._latest = record
        if time.monotonic() - self._written > PAUSE:
            self._write(record)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._latest is not None:
            self._write(self._latest)

    def _write(self, record: TrainingStep) -> None:
        report(record.history, record.steps, *self._look).save(self._path)
        self._written = time.monotonic()
