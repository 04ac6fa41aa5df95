"""Times of the graph itself: building, verifying and drawing, without a number computed."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import cutaway as ca
from timing import Spread, spread

LEVELS = ("op",)


def encoder(layers: int) -> ca.Node:
    """Return an encoder whose sizes are symbols."""
    return ca.layers.encoder(ca.input("x", "B T d_model"), layers=layers, heads="h", hidden="d_ff")


def repeat(call: Callable[[], object], rounds: int) -> Spread:
    """Time a call, after one that isn't counted."""
    times = []
    for _ in range(rounds + 1):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return spread(times[1:])


def build_and_verify(depths: tuple[int, ...], rounds: int) -> dict[str, Any]:
    """Time building an encoder of each depth and stating its contract."""
    found = {}
    for depth in depths:

        def build(depth: int = depth) -> None:
            ca.verify(encoder(depth))

        found[str(depth)] = {"nodes": len(ca.Graph(encoder(depth)).nodes), **repeat(build, rounds)}
    return found


def draw(depths: tuple[int, ...], rounds: int) -> list[dict[str, Any]]:
    """Time layout and SVG of encoders, at every level of detail."""
    found = []
    for depth in depths:
        graph = ca.Graph(encoder(depth))
        for level in LEVELS:

            def drawn(level: str = level, graph: ca.Graph = graph) -> str:
                return ca.draw(graph, level).svg

            found.append({"layers": depth, "level": level, **repeat(drawn, rounds)})
    return found
