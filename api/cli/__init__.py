"""The command ``cutaway``."""

import sys
from collections.abc import Sequence

from cutaway.cli.entry import run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; give its exit code: 0 as promised, 1 not, 2 bad input.

    Examples
    --------
    >>> main(["check", "feed-forward"])
    feed-forward: valid at all sizes
      output (B, T, d_model)
    0
    """
    return run(list(sys.argv[1:] if arguments is None else arguments))


__all__ = ["main"]
