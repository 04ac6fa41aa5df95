"""The table of a family: which parameters each tensor of a checkpoint becomes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.graph import LoadError
from cutaway.graph.errors import explain

Array = npt.NDArray[Any]
Sizes = tuple[int, ...]


@dataclass(frozen=True)
class Row:
    """One tensor and the parameters it becomes; ``*`` is the same number in all of them.

    Attributes
    ----------
    tensor
        Its name in the checkpoint.
    paths
        Of the parameters; several stand side by side on the tensor's last axis, by our layout.
    transposed
        Whether the tensor is a matrix ``(out, in)``, as PyTorch's ``Linear`` has it.
    """

    tensor: str
    paths: tuple[str, ...]
    transposed: bool = False

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(r"(\d+)".join(map(re.escape, p.split("*")))) for p in self.paths)

    def numbers(self, path: str) -> tuple[str, ...] | None:
        """Return the numbers at which a parameter is one of this row's; None if it is none."""
        for pattern in self._patterns:
            if found := pattern.fullmatch(path):
                return found.groups()
        return None


def linear(tensor: str, *paths: str, bias: bool = True) -> tuple[Row, ...]:
    """Return the rows of a PyTorch ``Linear``: its weight is ``(out, in)``, ours ``(in, out)``."""
    weight = _row(tensor, paths, "weight", transposed=True)
    return (weight, _row(tensor, paths, "bias")) if bias else (weight,)


def conv1d(tensor: str, *paths: str) -> tuple[Row, ...]:
    """Return the rows of GPT-2's ``Conv1D``: a linear map whose weight is ``(in, out)``."""
    return _row(tensor, paths, "weight"), _row(tensor, paths, "bias")


def norm(tensor: str, path: str) -> tuple[Row, ...]:
    """Return the rows of a layer norm."""
    return _row(tensor, (path,), "weight"), _row(tensor, (path,), "bias")


def embedding(tensor: str, path: str) -> tuple[Row, ...]:
    """Return the row of a table of vectors."""
    return (_row(tensor, (path,), "weight"),)


def _row(tensor: str, paths: Iterable[str], name: str, transposed: bool = False) -> Row:
    return Row(f"{tensor}.{name}", tuple(f"{path}/{name}" for path in paths), transposed)


@dataclass(frozen=True, slots=True)
class Source:
    """A tensor that a graph needs: its shape in the file, and how it becomes parameters."""

    shape: Sizes
    paths: tuple[str, ...]
    widths: Sizes
    transposed: bool

    def parameters(self, array: Array) -> dict[str, Array]:
        """Return the parameters as views of the tensor."""
        ours = array.T if self.transposed else array
        cuts = list(accumulate(self.widths[:-1]))
        return dict(zip(self.paths, np.split(ours, cuts, axis=-1), strict=True))


def sources(rows: Iterable[Row], parameters: Mapping[str, Sizes]) -> dict[str, Source]:
    """Return the tensors, by name, that hold these parameters, of which the shapes are given.

    Raises
    ------
    LoadError
        If the table lacks a parameter.

    Examples
    --------
    >>> rows = linear("h.*.attn.c_attn", "layer.*/query", "layer.*/key")
    >>> found = sources(rows, {"layer.3/query/weight": (8, 4), "layer.3/key/weight": (8, 4)})
    >>> {name: source.shape for name, source in found.items()}
    {'h.3.attn.c_attn.weight': (8, 8)}
    """
    listed = tuple(rows)
    found: dict[str, Source] = {}
    for path in parameters:
        row, numbers = _row_of(listed, path)
        tensor = _fill(row.tensor, numbers)
        if tensor not in found:
            paths = tuple(_fill(each, numbers) for each in row.paths)
            widths = tuple(parameters[each][-1] for each in paths)
            ours = (*parameters[path][:-1], sum(widths))
            shape = ours[::-1] if row.transposed else ours
            found[tensor] = Source(shape, paths, widths, row.transposed)
    return found


def _row_of(rows: Iterable[Row], path: str) -> tuple[Row, tuple[str, ...]]:
    for row in rows:
        if (numbers := row.numbers(path)) is not None:
            return row, numbers
    raise LoadError(explain(f"the family's table has no row for the parameter {path}"))


def _fill(text: str, numbers: Iterable[str]) -> str:
    for number in numbers:
        text = text.replace("*", number, 1)
    return text
