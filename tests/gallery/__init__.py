"""Mistakes in Transformers from the field, each with a healthy counterpart.

A snippet is a function without arguments that returns a node or several: any of them can be
checked from the command line as ``cutaway check tests/gallery/heads.py:split``. What is said of
it stands in ``tests/golden/gallery``.
"""

from collections.abc import Callable
from types import ModuleType

import cutaway as ca
from gallery import attention, cache, heads, masks, moving, positions, residual, training

Snippet = Callable[[], "ca.Node | tuple[ca.Node, ...]"]
THEMES: tuple[ModuleType, ...] = (
    heads,
    attention,
    masks,
    positions,
    cache,
    residual,
    moving,
    training,
)


def snippets() -> dict[str, Snippet]:
    """Return every snippet by theme and name, in the order of the files."""
    return {
        f"{theme.__name__.rpartition('.')[2]}/{name}": function
        for theme in THEMES
        for name, function in vars(theme).items()
        if getattr(function, "__module__", "") == theme.__name__ and not name.startswith("_")
    }
