"""A stepper in a terminal: outline, formula, heatmap, and all that can be done, by keys."""

import codecs
import os
import sys

from cutaway.graph import OptionError, Title
from cutaway.graph.errors import explain
from cutaway.graph.title import LANGUAGES, checked_language
from cutaway.step.stepper import Stepper


def open_terminal(stepper: Stepper, *, title: str | Title = "", lang: str = "en") -> None:
    """Show a stepper in the terminal, until the user quits.

    Raises
    ------
    OptionError
        Without a terminal, for another language, or where there are no steps.
    """
    check_terminal()
    language = checked_language(lang, LANGUAGES)
    if not len(stepper):
        raise OptionError(explain("there is nothing to step through", came=repr(stepper)))
    from cutaway.step.terminal.app import StepApp  # after the checks: it takes a moment to import

    StepApp(stepper, title=title, lang=language).run()


def check_terminal() -> None:
    """Refuse to draw where nobody can look, or where a cursor can't be moved.

    Raises
    ------
    OptionError
        Saying which it is.
    """
    streams = {"stdin": sys.stdin, "stdout": sys.stdout, "stderr": sys.stderr}
    for name, stream in streams.items():
        if stream is None or not stream.isatty():
            what = "closed" if stream is None else "redirected"
            raise OptionError(_no_terminal(f"{name} is {what}: it is no terminal"))
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"  # it is drawn on this stream
    if codecs.lookup(encoding).name != "utf-8":
        raise OptionError(
            explain(
                "the terminal's signs can't be written",
                required="UTF-8",
                came=encoding,
                fix="set a locale of UTF-8, such as LC_ALL=C.UTF-8, or PYTHONUTF8=1",
            )
        )
    if os.environ.get("TERM", "") in ("", "dumb") and os.name == "posix":
        raise OptionError(_no_terminal(f"TERM={os.environ.get('TERM', '')}"))


def _no_terminal(came: str) -> str:
    return explain(
        "stepping by keys takes a terminal",
        came=came,
        fix="--script prints the steps, --web FILE.html writes a page to step on",
    )
