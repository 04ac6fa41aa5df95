"""Signals that end a process: the app is left first, so that the terminal is as it was before."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from textual.app import App

ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def left_first(app: App[Any]) -> Iterator[None]:
    """Let such a signal leave an app; when it is left, the signal does what it would have done.

    So does one that is ignored, as ``nohup`` has it: keys from a terminal that is gone never end.
    """
    loop, came = asyncio.get_running_loop(), []

    def leave(number: int, frame: FrameType | None) -> None:
        came.append(number)
        loop.call_soon_threadsafe(app.exit)

    heard = [number for number in ENDING if signal.getsignal(number) is not None]  # not by Python
    before = {number: signal.signal(number, leave) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for number in came:
        signal.raise_signal(number)
