"""The command as a process: pipes, signals, encodings, a full disk, the traceback."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fonts import font

SCRIPT = str(Path(sys.executable).with_name("cutaway"))


def shell(
    line: str, encoding: str = "utf-8", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a line of bash, with the command as $C and Python as $P."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # whatever runs the tests
        env={**os.environ, "C": SCRIPT, "P": sys.executable, **environment},
        capture_output=True,
        text=True,
        encoding=encoding,
        timeout=60,
        check=False,
    )


def test_exit_codes(user: str) -> None:
    assert shell("$C check encoder").returncode == 0
    assert shell(f"$C check {user}:heads").returncode == 1
    bad = shell("$C check nope")
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr.startswith("cutaway: there is no model 'nope'")


def test_an_interrupt_is_exit_130(user: str) -> None:
    done = shell(f"exec $C run {user}:stops")
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.strip() == "stopped"


def test_a_reader_that_goes_away_is_no_error() -> None:
    done = shell("$C run transformer --json | head -c 5", PYTHONUNBUFFERED="1")
    assert done.stdout == '{"mod'
    assert done.stderr == ""
    late = shell("$C models | true")
    assert late.returncode == 141  # as a program that SIGPIPE ended
    assert late.stderr == ""


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_what_cannot_be_written_is_said(unbuffered: str) -> None:
    done = shell("$C models > /dev/full", PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 2
    lines = ["cutaway: the output cannot be written", "  came:     No space left on device"]
    assert done.stderr.splitlines() == lines
    assert "Exception ignored" not in done.stderr


def test_a_closed_stdout_is_no_error() -> None:
    done = shell("$C models --json >&-; $C cost feed-forward >&-")
    assert (done.returncode, done.stderr) == (0, "")


def test_with_stderr_closed_a_message_does_not_go_to_stdout() -> None:
    done = shell("$C check nope 2>&-")
    assert (done.returncode, done.stdout) == (2, "")


def test_a_warning_is_a_note(tmp_path: Path) -> None:
    code = "import cutaway as ca\n\n\ndef f():\n    return ca.input('\N{GRINNING FACE}', 'N')\n"
    (tmp_path / "smile.py").write_text(code, encoding="utf-8")
    (tmp_path / ".fonts").mkdir()
    font(tmp_path / ".fonts" / "Squares.ttf", "\N{GRINNING FACE}")  # if there is no other
    line = f"$C draw {tmp_path}/smile.py:f -o {tmp_path}/smile.png"
    done = shell(line, HOME=str(tmp_path))
    assert done.returncode == 0
    note = "note: the bundled fonts lack '\N{GRINNING FACE}': drawn with .* of this machine\n"
    assert re.fullmatch(note, done.stderr)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "gbk", "utf-8"])
def test_any_encoding_will_do(encoding: str) -> None:
    calls = (["models", "--lang", "zh"], ["cost", "encoder"], ["models", "--json"])
    code = f"from cutaway.cli import main; print(*[main(c) for c in {calls}], file=sys.stderr)"
    done = shell(f'$P -c "import sys; {code}"', encoding, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "0 0 0\n")
    table, found = done.stdout[: done.stdout.index("{")], done.stdout[done.stdout.index("{") :]
    assert "144,034" in table
    assert ("英译中" in table) == (encoding in ("gbk", "utf-8"))
    assert json.loads(found)["models"][0]["zh"] == "英译中，由 cutaway 训练"


def test_a_pipe_gets_no_colours_and_whole_lines(user: str) -> None:
    done = shell(f"$C cost {user}:good --depth 9; $C grad encoder", COLUMNS="20", TERM="xterm")
    assert "\x1b" not in done.stdout
    assert "…/" not in done.stdout
    assert "layer.1/self_attention/output/weight" in done.stdout


def test_debug_shows_the_traceback() -> None:
    for line in ("$C --debug check nope", "$C check nope --debug"):
        done = shell(line)
        assert done.returncode == 2
        assert done.stderr.startswith("Traceback (most recent call last)")
        assert "LoadError: there is no model 'nope'" in done.stderr


def test_help_and_version_are_quick_to_import() -> None:
    code = (
        "import sys; from cutaway.cli import main; main(['-h']); "
        "print([m for m in ('numpy', 'sympy', 'scipy', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
