"""Bounds on how long something takes, which a busy machine does not break."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Ask that what is done takes less time than this of the processor, in this process."""
    begun = time.process_time()
    yield
    assert time.process_time() - begun < seconds
