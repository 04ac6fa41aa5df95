"""Where cutaway's time goes: how much of a call the kernels of each op take."""

import cProfile
from collections.abc import Callable
from types import CodeType


def shares(call: Callable[[], object], rounds: int) -> dict[str, float]:
    """Return each kernel's share of the time of a call, by op, the largest first.

    What is missing to 1 is spent outside of kernels: on walking the graph, checking feeds,
    freeing values, and on what the call does besides.
    """
    call()  # the first one plans
    profile = cProfile.Profile()
    for _ in range(rounds):
        profile.runcall(call)
    entries = profile.getstats()
    whole = sum(entry.inlinetime for entry in entries)
    found: dict[str, float] = {}
    for entry in entries:
        if isinstance(entry.code, CodeType) and entry.code.co_name == "kernel":
            op = entry.code.co_qualname.removesuffix(".kernel")
            found[op] = entry.totaltime / whole
    return dict(sorted(found.items(), key=lambda item: -item[1]))
