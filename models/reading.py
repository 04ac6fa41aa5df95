"""A text as a model reads it."""

from typing import Any, NamedTuple

import numpy.typing as npt


class Reading(NamedTuple):
    """A text as a model reads it.

    Attributes
    ----------
    feeds
        What is fed.
    words
        What the places along an axis are called, by its size.
    """

    feeds: dict[str, npt.NDArray[Any]]
    words: dict[str, tuple[str, ...]]
