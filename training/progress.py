"""The course of a training in a terminal."""

import time
from types import TracebackType

from rich.columns import Columns
from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.text import Text

from cutaway.graph.title import checked_language
from cutaway.render.label import one_line
from cutaway.render.scale import number
from cutaway.render.scene import LANGUAGES
from cutaway.training.panels import RAW, Panel, panels
from cutaway.training.plots import plot, plotille
from cutaway.training.record import TrainingStep
from cutaway.training.words import LEFT_OUT, PLAIN, RUNNING

PAUSE = 0.25  # seconds between two pictures
LINES = 20  # where there is no terminal: so many lines for a training
NARROW, LOW = 38, 8  # characters: the least that a plot takes
ROOMY = 60  # … and a bar with the time that is left
SPARE = 3  # lines: for the bar, and for what comes after it


class Progress:
    """A callback that shows a bar, and above it plots; or plain lines where there is no terminal.

    Parameters
    ----------
    plots
        Show what is measured, too; this needs the extra ``train``.
    lang
        ``en``, ``zh`` or ``both``.
    console
        Where; by default, on the error stream.

    Raises
    ------
    OptionError
        For a language that there is not, or plots without their extra.
    """

    def __init__(
        self, plots: bool = False, lang: str = "en", console: Console | None = None
    ) -> None:
        self._console = console or Console(stderr=True)
        self._lang = checked_language(lang, LANGUAGES)
        self._plots = plots and self._console.is_terminal
        if self._plots:
            plotille()
        roomy = [BarColumn(), TimeRemainingColumn()] if self._console.width >= ROOMY else []
        self._bar = Bar(TextColumn("{task.description}"), *roomy, console=self._console)
        self._task = self._bar.add_task("", total=None)
        self._live = Live(console=self._console, auto_refresh=False)
        self._shown = 0.0

    def __enter__(self) -> "Progress":
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.stop()

    def __call__(self, record: TrainingStep) -> None:
        """Show a step, if the last one shown is a while ago."""
        last = record.step + 1 == record.steps
        if not self._console.is_terminal:
            apart = max(1, record.steps // LINES)
            if last or record.step % apart == 0:
                self._console.print(self._told(record), highlight=False, soft_wrap=True)
            return
        loss, norm = (number(x, 4, small=True) for x in (record.loss, record.norm))
        told = f"{record.step + 1}/{record.steps} "
        told += one_line(RUNNING, self._lang).format(loss=loss, norm=norm)
        self._bar.update(
            self._task, description=told, completed=record.step + 1, total=record.steps
        )
        now = time.monotonic()
        if last or now - self._shown > PAUSE:
            self._shown = now
            above = [self._grid(record)] if self._plots else []
            self._live.update(Group(*above, self._bar), refresh=True)

    def _told(self, record: TrainingStep) -> str:
        """Return a step as a line."""
        return one_line(PLAIN, self._lang).format(
            step=record.step + 1,
            steps=record.steps,
            loss=number(record.loss, 4, small=True),
            norm=number(record.norm, 4, small=True),
            rate=f"{record.rate:.4g}",
            speed=number(1.0 / max(record.seconds, 1e-9), 1),
        )

    def _grid(self, record: TrainingStep) -> Group:
        """Return as many plots as the terminal has room for."""
        wide, high = self._console.width, self._console.height - SPARE
        across, down = max(1, wide // NARROW), high // LOW
        shown = sorted(panels(record.history, self._lang), key=_rank)
        fitting = shown[: across * down]
        size = (
            min(wide // across - 1, 2 * NARROW),
            high // max(1, min(down, -(-len(shown) // across))),
        )
        drawn = [plot(panel, size[0], min(size[1], 2 * LOW) - 1, self._lang) for panel in fitting]
        missing = len(shown) - len(fitting)
        note = one_line(LEFT_OUT, self._lang).format(count=missing)
        under = [Text(note, "dim", no_wrap=True, overflow="ellipsis")] if missing else []
        return Group(Columns(drawn, padding=(0, 1)), *under)


def _rank(panel: Panel) -> int:
    """Return which plots come first: those of several lines, after the loss."""
    return 0 if panel.curves[0].ink == RAW else 1 if panel.curves[0].name else 2
