"""The public face: its names, and how quickly it is there."""

import subprocess
import sys

import pytest

import cutaway as ca


def test_importing_is_quick_and_lazy() -> None:
    code = (
        "import sys, cutaway; print([m for m in ('numpy', 'sympy', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_names_are_there() -> None:
    for name in ca.__all__:
        assert getattr(ca, name) is not None
    assert set(ca.__all__) <= set(dir(ca))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        ca.nothing
