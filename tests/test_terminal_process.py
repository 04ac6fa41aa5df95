"""The terminal UI as a process: in a terminal it opens and ends, elsewhere it says what to do."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(sys.executable).parent / "cutaway"
SILENT = 1.0  # seconds


class Terminal:
    """A program in a terminal of 80 × 24."""

    def __init__(
        self,
        *arguments: str,
        hangup: signal.Handlers = signal.SIG_DFL,
        controls: bool = False,
        **environment: str,
    ) -> None:
        def begin() -> None:
            signal.signal(signal.SIGHUP, hangup)
            if controls:  # then its end is told by a signal
                fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.screen, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = self.mode()
        self.process = subprocess.Popen(
            [PROGRAM, *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm-256color", **environment},
            start_new_session=True,
            preexec_fn=begin,
        )
        os.close(theirs)

    def read(self, until: str = "", seconds: float = 60.0) -> bytes:
        """Read until a text is there; or all that comes in some seconds."""
        found, end = b"", time.monotonic() + seconds
        while time.monotonic() < end and not (until and until.encode() in found):
            if select.select([self.screen], [], [], 0.1)[0]:
                try:
                    found += os.read(self.screen, 65536)
                except OSError:  # it ended
                    break
        return found

    def mode(self) -> list[Any]:
        """Return how the terminal takes keys: by the line, with an echo, …"""
        return termios.tcgetattr(self.screen)

    def press(self, keys: str) -> None:
        os.write(self.screen, keys.encode())

    def end(self) -> int:
        """Wait until it ends; return its exit code."""
        try:
            self.read(seconds=3)
            return self.process.wait(30)
        finally:
            self.process.kill()
            os.close(self.screen)


def test_it_opens_steps_is_silent_and_ends() -> None:
    terminal = Terminal("step", "translator", "--until", "*/softmax", NO_COLOR="1")
    opened = terminal.read("? Keys")
    assert b"softmax" in opened + terminal.read(seconds=SILENT)
    terminal.press("n")
    stepped = terminal.read(seconds=SILENT)
    assert 0 < len(stepped) < 12_000  # bytes: some seconds of a slow line
    assert not terminal.read(seconds=SILENT)
    terminal.press("q")
    assert terminal.end() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_what_ends_the_process_leaves_the_terminal_as_it_was(number: signal.Signals) -> None:
    terminal = Terminal("step", "attention")
    terminal.read("? Keys")
    terminal.process.send_signal(number)
    assert b"\x1b[?1049l" in terminal.read(seconds=30)  # back to the shell's screen
    assert terminal.mode() == terminal.before
    assert terminal.end() == -number


def test_a_hangup_ends_it_even_where_it_is_ignored() -> None:
    terminal = Terminal("step", "attention", hangup=signal.SIG_IGN)  # as nohup has it
    terminal.read("? Keys")
    terminal.process.send_signal(signal.SIGHUP)
    assert b"\x1b[?1049l" in terminal.read(seconds=30)
    assert terminal.end() == 0


def test_nothing_is_left_running_when_the_terminal_is_closed() -> None:
    terminal = Terminal("step", "attention", hangup=signal.SIG_IGN, controls=True)
    terminal.read("? Keys")
    os.close(terminal.screen)
    try:
        assert terminal.process.wait(30) is not None
    finally:
        terminal.process.kill()


def test_ctrl_z_lends_the_terminal_to_the_shell() -> None:
    terminal = Terminal("step", "attention")
    terminal.read("? Keys")
    terminal.press("\x1a")
    assert b"\x1b[?1049l" in terminal.read(seconds=SILENT)
    assert terminal.mode() == terminal.before
    terminal.process.send_signal(signal.SIGCONT)
    assert "? Keys" in terminal.read("? Keys").decode()  # all is painted again
    terminal.press("q")
    assert terminal.end() == 0


def test_a_terminal_that_can_only_print_is_refused() -> None:
    terminal = Terminal("step", "attention", TERM="dumb")
    said = terminal.read("--web")
    assert b"stepping by keys takes a terminal" in said
    assert b"TERM=dumb" in said
    assert terminal.end() == 2


def test_a_pipe_is_no_terminal() -> None:
    done = subprocess.run(
        [PROGRAM, "step", "attention"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "--script prints the steps" in done.stderr
    assert re.search(r"std(in|out) is redirected: it is no terminal", done.stderr)


def test_a_wrong_name_is_said_first() -> None:
    done = subprocess.run(
        [PROGRAM, "step", "no-such-model"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no model 'no-such-model'" in done.stderr
