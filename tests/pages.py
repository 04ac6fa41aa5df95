"""Pages as golden texts: their blocks are run in order, and what they print is put in.

A ``python`` block is run, and what it prints stands in the ``text`` block after it. In a
``console`` block, lines that begin with ``$ `` are run by a shell in which ``examples/`` is at
hand; what they print, to both streams, stands below each. Trailing white space doesn't count.
"""

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from markdown_it import MarkdownIt

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, and the lines of the page between its fences."""

    language: str
    lines: list[str]
    begin: int
    end: int

    @property
    def code(self) -> str:
        """What a reader types; nothing in a block of output."""
        if self.language == "console":
            return "\n".join(line for line in self.lines if line.startswith("$ "))
        return "" if self.language == "text" else "\n".join(self.lines)


def unfenced(text: str) -> list[str]:
    """Return the lines of a page's indented code."""
    found = [token for token in MarkdownIt().parse(text) if token.type == "code_block"]
    return [line for token in found for line in token.content.splitlines()]


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a page."""
    lines = text.splitlines()
    fences = [token for token in MarkdownIt().parse(text) if token.type == "fence"]
    return [
        Block(fence.info, lines[begin + 1 : end - 1], begin + 1, end - 1)
        for fence in fences
        for begin, end in [fence.map or []]
    ]


def run_page(page: Path, folder: Path) -> str:
    """Return the text of a page with what its blocks print now; they run in a new folder."""
    folder.mkdir()
    for name in ("examples", "tests"):
        (folder / name).symlink_to(ROOT / name)
    lines = page.read_text("utf-8").splitlines()
    namespace: dict[str, Any] = {"__name__": "__main__"}
    done: list[str] = []
    copied = 0
    printed: list[str] = []  # by the last block, and not put in yet
    for block in blocks("\n".join(lines)):
        between = lines[copied : block.begin]
        content = block.lines
        if block.language == "text" and not any(between[:-1]):
            content, printed = printed, []
        done += [*_new_block(printed), *between]
        printed = []
        if block.language == "python":
            printed = _python("\n" * block.begin + block.code, page.name, folder, namespace)
        elif block.language == "console":
            content = list(_console(block.lines, folder))
        done += [*content, lines[block.end]]
        copied = block.end + 1
    return "\n".join([*done, *_new_block(printed), *lines[copied:]]) + "\n"


def _new_block(printed: list[str]) -> list[str]:
    return ["", "```text", *printed, "```"] if printed else []


def _python(code: str, name: str, folder: Path, namespace: dict[str, Any]) -> list[str]:
    printed = io.StringIO()
    with contextlib.chdir(folder), np.printoptions(), contextlib.redirect_stdout(printed):
        exec(compile(code, name, "exec"), namespace)
    return _tidy(printed.getvalue())


def _console(lines: Iterable[str], folder: Path) -> Iterator[str]:
    for line in lines:
        if line.startswith("$ "):
            yield line
            yield from _tidy(run_command(line[2:], folder))


def run_command(command: str, folder: Path) -> str:
    """Return what a shell command prints to both streams; it has to succeed."""
    programs = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "88",
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout


def _tidy(text: str) -> list[str]:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n").splitlines()
