"""Help: every command has it, its examples run, and errors point to it."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from command import Capture, call

from cutaway.cli.app import app
from cutaway.cli.options import Command

MODEL = """
import cutaway as ca

B, T, D, H = ca.dims("B T D H")


def build():
    x = ca.input("x", (B, T, D))
    heads = x.reshape((B, T, H, D / H))
    return ca.layers.feed_forward(heads.reshape((B, T, D)), 4 * D)
"""


ELSEWHERE = {
    "cutaway step translator": "tests/test_terminal_process.py opens it in a terminal",
    "cutaway tour": "tests/test_cli.py tours, also as JSON",
    "cutaway tour --out build/tour --json": "tests/test_cli.py tours, also as JSON",
}


def examples(*names: str) -> list[str]:
    """The examples in the help of these commands."""
    found: list[str] = []
    for name in names:
        command = app.commands[name]
        assert isinstance(command, Command)
        assert command.examples, name
        found += command.examples
    return found


def run_example(line: str, folder: Path) -> str:
    """Run a line in bash, in a folder that holds model.py."""
    (folder / "model.py").write_text(MODEL, encoding="utf-8")
    (folder / ".config" / "fish" / "completions").mkdir(parents=True)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line],
        cwd=folder,
        env={**os.environ, "PATH": path, "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


OTHERS = sorted(set(app.commands) - {"draw", "figure"})  # those run in files of their own


@pytest.mark.parametrize("line", [line for line in examples(*OTHERS) if line not in ELSEWHERE])
def test_every_example_runs(line: str, tmp_path: Path) -> None:
    # what zsh evaluates, bash can only print
    line = re.sub(r'^eval "\$\((.*zsh)\)"', r"\1", line)
    out = run_example(line, tmp_path)
    redirected = re.search(r"> ~/(\S+)", line)
    if redirected:
        assert (tmp_path / redirected[1]).stat().st_size > 0
    elif "eval" not in line:
        assert out.strip()
    written = re.search(r"-o (\S+)", line)
    assert not written or (tmp_path / written[1]).stat().st_size > 0


@pytest.mark.parametrize("name", [None, *app.commands])
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help(name: str | None, flag: str, capsys: Capture) -> None:
    code, out, err = call(capsys, *filter(None, [name]), flag)
    assert (code, err) == (0, "")
    assert out.startswith("Usage: cutaway")
    assert max(map(len, out.splitlines())) <= 80
    if name is None:
        for command in app.commands:
            assert re.search(rf"^  {command} +[A-Z].*\.$", out, re.M), command  # whole sentences
        return
    command_ = app.commands[name]
    for parameter in command_.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert all(option in out for option in parameter.opts)
    for example in examples(name):
        assert f"\n  {example}\n" in out
        assert shlex.split(example)
    assert ("MODEL is a name from" in out) == any(p.name == "model" for p in command_.params)


# what is written, or checked, is each command's own
OWN = ("-o", "--check", "--format")


def test_options_mean_the_same_everywhere() -> None:
    meanings: dict[str, set[str]] = {}
    for command in app.commands.values():
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.opts[0] not in OWN:
                for option in parameter.opts:
                    meanings.setdefault(option, set()).add(parameter.help or "")
    assert {option for option, helps in meanings.items() if len(helps) > 1} == set()
    for name in ("--json", "--debug"):
        having = [c for c in app.commands.values() if any(name in p.opts for p in c.params)]
        assert len(having) >= len(app.commands) - 1  # all but `completion --json`


def test_without_a_command_the_help_is_shown(capsys: Capture) -> None:
    code, out, err = call(capsys)
    assert code == 2
    assert "Commands:" in out + err


def test_the_version(capsys: Capture) -> None:
    code, out, _ = call(capsys, "--version")
    assert code == 0
    assert re.fullmatch(r"cutaway, version \d+\.\d+\.\d+\n", out)
