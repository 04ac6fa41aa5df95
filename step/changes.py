"""Changes to values: what a patch puts in the place of what a node computes."""

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.graph import FeedError, Node, evaluate, show_shape
from cutaway.graph.dims import Sizes
from cutaway.graph.errors import explain
from cutaway.graph.leaves import kind_of
from cutaway.run.compile import Array

Replace = Callable[[Array, Sequence[Array]], npt.ArrayLike]


@dataclass(frozen=True, eq=False)
class Change:
    """What a node's value becomes.

    Attributes
    ----------
    value
        An array that stands for it, whatever its inputs are; or None, and
    function
        what makes it of the value that the node computes and of those of its inputs.
    commutes
        Whether a node may have several changes of this kind, in any order.
    what
        What it does, for people.
    """

    what: str
    _: KW_ONLY
    value: Array | None = None
    function: Replace | None = None
    commutes: bool = False

    def disturbs(self, other: "Change") -> bool:
        """Say whether the order of this and another change of the same node would matter."""
        return not (self.commutes and other.commutes)

    def apply(self, node: Node, value: Array, inputs: Sequence[Array], path: str) -> Array:
        """Return the changed value, checked."""
        if self.function is None:
            assert self.value is not None
            return self.value
        try:
            found = self.function(value.copy(), inputs)
        except Exception as error:
            raise FeedError(
                explain(
                    f"the patch of {path} failed",
                    required=f"a function of an array of shape {show_shape(value.shape)}",
                    came=f"{type(error).__name__}: {error}",
                    where=str(node.source),
                )
            ) from error
        return checked(path, node, found, value)


Changes = tuple[Change, ...]


def changed(
    changes: Changes, node: Node, value: Array, inputs: Sequence[Array], path: str
) -> Array:
    """Return a node's value after some changes, one after the other."""
    for change in changes:
        value = change.apply(node, value, inputs, path)
    return value


def fixed(path: str, node: Node, given: Any, sizes: Sizes, dtype: npt.DTypeLike) -> Change:
    """Return the change to a given array."""
    shape = tuple(int(evaluate(dim, sizes)) for dim in node.shape)
    like = np.broadcast_to(np.zeros((), dtype), shape)
    return Change("a value", value=checked(path, node, given, like))


def checked(path: str, node: Node, given: Any, like: Array) -> Array:
    """Return a value in the precision of what it replaces.

    Raises
    ------
    FeedError
        If its shape or kind is another, or it holds NaN where there was none.
    """
    try:
        array = np.asarray(given)
        kind = kind_of(array.dtype)
    except (TypeError, ValueError):
        raise FeedError(
            explain(
                f"the patch of {path} is no array of numbers",
                required=f"{node.dtype} of shape {_shape(node, like)}, or a function that gives it",
                came=repr(given)[:80],
            )
        ) from None
    if array.shape != like.shape:
        raise FeedError(
            explain(
                f"the patch of {path} has the wrong shape",
                required=_shape(node, like),
                came=show_shape(array.shape),
                fix="change some of its elements with a function: lambda value: …",
            )
        )
    if kind != node.dtype and not (kind == "int" and node.dtype == "float"):
        raise FeedError(
            explain(
                f"the patch of {path} is of the wrong kind",
                required=node.dtype,
                came=kind,
                fix=f"if it is meant: array.astype({node.dtype})",
            )
        )
    bad = np.isnan(array) & ~np.isnan(like) if kind == "float" else np.zeros(1, bool)
    if bad.any():
        raise FeedError(
            explain(
                f"the patch of {path} holds NaN",
                came=f"{int(bad.sum())} of {array.size} numbers",
                fix="give numbers; -inf in a score hides it",
            )
        )
    return array.astype(like.dtype)


def _shape(node: Node, like: Array) -> str:
    named, plain = show_shape(node.shape), show_shape(like.shape)
    return plain if named == plain else f"{named} = {plain}"
