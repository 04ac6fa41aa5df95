"""What a user gives beside the graph, checked: numbers, words, names of files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cutaway.graph import Graph, OptionError, SaveError
from cutaway.graph.errors import explain
from cutaway.graph.files import FOLDER, file_path
from cutaway.step.find import listed

HTML = ("", ".htm", ".html")


def is_whole(n: object) -> bool:
    """Say whether something is a whole number; True and False are none."""
    return isinstance(n, int | np.integer) and not isinstance(n, bool)


def whole(n: int, name: str = "n") -> int:
    """Return a whole number of at least 0, which is called by a name.

    Raises
    ------
    OptionError
        If it is none.
    """
    if not is_whole(n) or n < 0:
        raise OptionError(
            explain(f"{name}={n!r:.80} is no count", required="a whole number, 0 or more")
        )
    return int(n)


def bytes_of(budget: int | None) -> int | None:
    """Return a budget in bytes; None has no bound.

    Raises
    ------
    OptionError
        If it is no whole number of at least 1.
    """
    if budget is None or (is_whole(budget) and budget > 0):
        return budget
    raise OptionError(
        explain(f"budget={budget!r} is no number of bytes", required="a whole number, or None")
    )


def words_of(given: object, sizes: Mapping[str, int], graph: Graph) -> dict[str, tuple[str, ...]]:
    """Return what the places along some axes are called, by the names of their sizes.

    An axis of a fixed length is known by that: ``"96"``.

    Raises
    ------
    OptionError
        If it is no such mapping, there is no such size, or there are more or fewer places.
    """
    by_size = given or {}
    if not isinstance(by_size, Mapping):
        raise OptionError(
            explain(
                "words are given by the size of an axis",
                required="texts by size, such as {'T': ('I', 'eat')}",
                came=type(given).__name__,
            )
        )
    fixed = {str(dim): dim for node in graph.nodes for dim in node.shape if isinstance(dim, int)}
    return {size: _words(size, names, sizes, fixed) for size, names in by_size.items()}


def _words(
    size: str, names: Any, sizes: Mapping[str, int], fixed: Mapping[str, int]
) -> tuple[str, ...]:
    length = sizes.get(size, fixed.get(size))
    if length is None:
        raise OptionError(
            explain(
                f"words for {size!r}, and there is no axis of that size",
                required=f"a size of the graph: {listed(sorted(sizes))}; or a fixed length as text",
            )
        )
    is_sequence = isinstance(names, Sequence | np.ndarray) and not isinstance(names, str | bytes)
    words = tuple(names) if is_sequence else (None,)
    if not all(isinstance(word, str) for word in words):
        raise OptionError(
            explain(
                f"the words along {size} are no texts",
                required="a tuple or a list of texts, one for each place",
                came=repr(names)[:80],
            )
        )
    if len(words) != length:
        raise OptionError(
            explain(
                f"there are more words along {size} than places, or fewer",
                required=f"{length}, as {size} = {length}",
                came=f"{len(words)}",
            )
        )
    return tuple(map(str, words))


def html_file(path: object) -> Path:
    """Return where a page is to be written; the name may not promise another format than HTML.

    Raises
    ------
    OptionError
        If it does.
    SaveError
        If it is no path, or there is no such folder: said before the page is made.
    """
    file = file_path(path)
    if not file.parent.is_dir():
        raise SaveError(explain(f"{file} cannot be written", came="no such folder", fix=FOLDER))
    if file.suffix.lower() not in HTML:
        raise OptionError(
            explain(
                "a stepper writes a page, which is HTML",
                required="a file that ends in .html",
                came=file.suffix,
                fix="ca.draw(…).save(…) writes pictures as SVG, PNG and PDF",
            )
        )
    return file
