"""Calling the command line in a test."""

import pytest

from cutaway.cli import main

Capture = pytest.CaptureFixture[str]


def call(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    """Call the command; return its exit code and what it printed."""
    code = main(arguments)
    out = capsys.readouterr()
    assert "Traceback" not in out.err
    return code, out.out, out.err
