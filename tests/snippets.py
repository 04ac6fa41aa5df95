"""Pieces of a user's file, run as ``model.py``: what they say of lines is always the same."""

from typing import Any

import cutaway as ca
from cutaway import layers, ops


def run(code: str) -> dict[str, Any]:
    """Run a snippet with ``ca``, ``ops``, ``layers`` and some sizes at hand; return its names.

    Its first line is blank: there stands an input ``x``.
    """
    names: dict[str, Any] = {"__name__": "model", "ca": ca, "ops": ops, "layers": layers}
    symbols = "B C D F H K M P S T"
    names |= dict(zip(symbols.split(), ca.dims(symbols), strict=True))
    code = 'x = ca.input("x", (B, T, D))' + code
    exec(compile(code, "model.py", "exec"), names)
    return names
