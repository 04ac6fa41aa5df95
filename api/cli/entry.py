"""Running the command line: exit codes, and errors as one message."""

import io
import os
import signal
import sys
import traceback
import warnings

import click

from cutaway.cli.app import app
from cutaway.cli.options import ReaderGoneError, State


def run(arguments: list[str]) -> int:
    """Run a command; an error becomes one message on stderr and exit code 2."""
    if sys.stdout is None:  # closed by the caller: `cutaway … >&-`
        sys.stdout = io.StringIO()
    if sys.stderr is None:  # what is printed to None goes to stdout
        sys.stderr = io.StringIO()
    with warnings.catch_warnings():
        warnings.showwarning = _note
        return _run(arguments)


def _run(arguments: list[str]) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Chinese shows "?"
    state = State()
    code = 0
    try:
        code = int(app.main(arguments, "cutaway", standalone_mode=False, obj=state) or 0)
        sys.stdout.flush()  # a full disk is found here, not after the last line of Python
    except (BrokenPipeError, ReaderGoneError):  # as `head` does: nothing is left to say
        _drop_output()
        return code or 128 + _SIGPIPE
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        print("stopped", file=sys.stderr)
        return 128 + signal.SIGINT
    except Exception as error:
        if state.debug:
            traceback.print_exception(error)
        else:
            _complain(error)
        _drop_output()
        return 2
    return code


_SIGPIPE = 13  # Windows has no name for it


def _drop_output() -> None:
    """Drop what cannot be printed: Python would try again, and complain, when it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _note(message: Warning | str, *_: object, **__: object) -> None:
    """Print a warning for people: without the line of Python where it arose."""
    print(f"note: {message}", file=sys.stderr)


def _complain(error: Exception) -> None:
    """Print an error as a message; what cutaway did not raise on purpose is named as such."""
    from cutaway.cli.output import escaped
    from cutaway.graph import CutawayError

    if isinstance(error, CutawayError):
        message = str(error)
    elif isinstance(error, MemoryError):
        message = f"not enough memory: {error}\n  fix:      choose smaller sizes with --dim"
    elif isinstance(error, OSError) and error.filename is None:  # of stdout: a file has its name
        message = f"the output cannot be written\n  came:     {error.strerror or error}"
    else:
        message = f"{type(error).__name__}: {error}\n  fix:      --debug shows where it arose"
    notes = [f"  {note}" for note in getattr(error, "__notes__", ())]
    for line in "\n".join([f"cutaway: {message}", *notes]).split("\n"):
        print(escaped(line), file=sys.stderr)
