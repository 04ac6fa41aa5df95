"""A report that is kept in a file while a training runs."""

import os
import time
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from cutaway.graph import CutawayError, OptionError
from cutaway.graph.errors import explain
from cutaway.graph.files import file_path, probe
from cutaway.graph.title import checked_language
from cutaway.render.picture import FORMATS
from cutaway.render.scene import LANGUAGES
from cutaway.render.theme import ThemeLike, read_theme
from cutaway.training.history import History
from cutaway.training.record import TrainingStep
from cutaway.training.report import report

PAUSE = 5.0  # seconds between two writes
ENDINGS = tuple(ending for ending in FORMATS if ending != ".dot")  # a report is no graph


class Report:
    """A callback that keeps a report of the training in a file.

    It is written whole or not at all: every few seconds, and once more when the training ends,
    whatever ends it; what stopped it stands at the top. Whether it can be written is tried before
    the first step; where it no longer can be later on, that is a warning, and the training goes on.

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
    SaveError
        On entering, if the folder does not exist or takes no file.

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
        self._path, self._look = Path(path), (checked_language(lang, LANGUAGES), theme, title)
        self._latest: TrainingStep | None = None
        self._written = time.monotonic()

    def __enter__(self) -> "Report":
        probe(self._path)
        trial = History()
        trial.add(0, {"loss": {"": 1.0}, "seconds": {"": 1.0}})
        with TemporaryDirectory() as folder:  # is the extra there, a font for the title?
            report(trial, 0, *self._look).save(Path(folder) / f"trial{self._path.suffix}")
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
            self._write(self._latest, error)

    def _write(self, record: TrainingStep, error: BaseException | None = None) -> None:
        try:
            report(record.history, record.steps, *self._look, error).save(self._path)
        except CutawayError as wrong:
            warnings.warn(f"no report at step {record.step}: {wrong}", stacklevel=3)
        self._written = time.monotonic()
