"""The one Graphviz that lays out for all, and how long it takes."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any
from unittest.mock import patch

from cutaway.render.layout import engine


def laid_out(source: str) -> tuple[str, float]:
    """Return the SVG of DOT source, and the seconds that it took."""
    start = perf_counter()
    command = [engine(), "-Tsvg"]
    done = subprocess.run(command, input=source, capture_output=True, check=True, text=True)
    return done.stdout, perf_counter() - start


@contextmanager
def clocked() -> Iterator[list[float]]:
    """Note the seconds of every process that is run inside."""
    found: list[float] = []
    run = subprocess.run

    def timed(*given: Any, **options: Any) -> Any:
        start = perf_counter()
        try:
            return run(*given, **options)
        finally:
            found.append(perf_counter() - start)

    with patch.object(subprocess, "run", timed):
        yield found
