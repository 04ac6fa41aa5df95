"""Greedy decoding: the likeliest next token, again and again."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Tokens = npt.NDArray[np.int64]


def greedy_decode(
    logits: Callable[[Tokens], npt.NDArray[Any]],
    *,
    start: int,
    end: int,
    batch: int = 1,
    longest: int = 64,
) -> Tokens:
    """Return the tokens after ``start``, up to and with ``end`` or ``longest`` of them.

    Parameters
    ----------
    logits
        From the tokens so far ``(batch, t)`` to scores ``(batch, t, vocabulary)``.
    start, end
        The tokens that begin and end a sequence; after its end a sequence is filled with ``end``.

    Examples
    --------
    >>> def count(tokens):  # always votes for the next number
    ...     return np.eye(5)[(tokens + 1) % 5]
    >>> greedy_decode(count, start=0, end=4)
    array([[1, 2, 3, 4]])
    """
    tokens = np.full((batch, 1), start, dtype=np.int64)
    done = np.zeros(batch, dtype=bool)
    while tokens.shape[1] <= longest and not done.all():
        best = np.argmax(logits(tokens)[:, -1], axis=-1)
        best = np.where(done, end, best)
        done |= best == end
        tokens = np.concatenate([tokens, best[:, None]], axis=1)
    return tokens[:, 1:]
