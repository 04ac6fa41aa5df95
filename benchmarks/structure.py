"""Times of the graph itself: building, verifying and drawing, without a number computed."""

import subprocess
import sys
from functools import partial
from typing import Any

from timing import spread, take_turns

import cutaway as ca

LEVELS = ("model", "layer", "sublayer", "op", "primitive")
SCRIPT = """
import cutaway as ca
x = ca.input("x", "B T d_model")
ca.verify(ca.layers.encoder(x, layers={}, heads="h", hidden="d_ff"))
"""


def encoder(layers: int) -> ca.Node:
    """Return an encoder whose sizes are symbols."""
    return ca.layers.encoder(ca.input("x", "B T d_model"), layers=layers, heads="h", hidden="d_ff")


def build_and_verify(depths: tuple[int, ...], rounds: int) -> dict[str, Any]:
    """Time building an encoder of each depth and stating its contract.

    Twice: in this process, where earlier rounds have warmed its caches, and as a script of its
    own from start to end, imports and all.
    """

    def again(depth: int) -> None:
        ca.verify(encoder(depth))

    def script(depth: int) -> None:
        subprocess.run([sys.executable, "-c", SCRIPT.format(depth)], check=True)

    warm = take_turns({depth: partial(again, depth) for depth in depths}, rounds)
    cold = take_turns({depth: partial(script, depth) for depth in depths}, rounds, warm_up=0)
    nodes = {depth: len(ca.Graph(encoder(depth)).nodes) for depth in depths}
    return {
        str(depth): {
            "nodes": nodes[depth],
            "again": spread(warm[depth]),
            "script": spread(cold[depth]),
        }
        for depth in depths
    }


def draw(depths: tuple[int, ...], rounds: int) -> list[dict[str, Any]]:
    """Time layout and SVG of encoders, at every level of detail."""

    def drawn(y: ca.Node, level: str) -> str:
        return ca.draw(y, level=level).svg  # of a node: a graph would keep what it found out

    calls = {
        (depth, level): partial(drawn, encoder(depth), level)
        for depth in depths
        for level in LEVELS
    }
    return [
        {"layers": depth, "level": level, **spread(times)}
        for (depth, level), times in take_turns(calls, rounds).items()
    ]
