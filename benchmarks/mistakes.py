"""Mistakes of the field, written once in what PyTorch, JAX and cutaway have in common.

Eight are right at some sizes only; four give a result at all sizes, and the wrong one; one piece
of code is sound. Each gets example sizes at which it runs, since that is how mistakes survive: a
tool that needs an example is told of no other sizes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class Words(Protocol):
    """What the three libraries spell differently. Arrays and sizes are the library's own."""

    def softmax(self, x: Any, axis: int) -> Any: ...
    def concat(self, parts: list[Any], axis: int) -> Any: ...
    def transpose(self, x: Any, axes: tuple[int, ...]) -> Any: ...
    def mean(self, x: Any, axis: int) -> Any:
        """Return the mean along an axis, which stays with length 1."""
        ...

    def share(self, whole: Any, parts: Any) -> Any:
        """Return the size ``whole / parts``, as the library's users write it."""
        ...

    def root(self, size: Any) -> Any:
        """Return the square root of a size, to divide an array by."""
        ...


@dataclass(frozen=True)
class Mistake:
    """A piece of code, and what is to be known of it.

    Attributes
    ----------
    title
        What went wrong.
    holds
        The exact condition under which it is well-shaped; of the silent ones, the code of the
        warning; "" if nothing is wrong.
    silent
        Whether it runs at all sizes.
    inputs
        The sizes of each input, in the order of the arguments.
    sizes
        Of the example: it runs at these.
    """

    title: str
    holds: str
    silent: bool
    code: Callable[..., Any]
    inputs: tuple[str, ...]
    sizes: dict[str, int]

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The example's shapes."""
        sizes = self.sizes | {"1": 1}
        return [tuple(sizes[name] for name in shape.split()) for shape in self.inputs]


SIZES = {"B": 4, "T": 9, "S": 11, "D": 24, "H": 6, "G": 3, "K": 5, "M": 10, "N": 16}


def split_heads(xp: Words, x: Any, scale: Any) -> Any:
    batch, length, width = x.shape
    heads = scale.shape[0]
    return x.reshape((batch, length, heads, xp.share(width, heads))) * scale


def keys_not_transposed(xp: Words, q: Any, k: Any) -> Any:
    return xp.softmax(q @ k, -1)


def lengths_swapped(xp: Words, x: Any, memory: Any) -> Any:
    return xp.softmax(x @ memory.mT / xp.root(x.shape[-1]), -1) @ x


def mask_without_axes(xp: Words, scores: Any, mask: Any) -> Any:
    return xp.softmax(scores + mask, -1)


def memory_of_another_width(xp: Words, memory: Any, weight: Any) -> Any:
    return memory @ weight


def positions_beyond_the_table(xp: Words, x: Any, table: Any) -> Any:
    return x + table[: x.shape[1]]


def two_heads(xp: Words, a: Any, b: Any, weight: Any) -> Any:
    return xp.concat([a, b], -1) @ weight


def grouped_heads(xp: Words, q: Any, k: Any) -> Any:
    batch, heads, length, width = q.shape
    groups = k.shape[1]
    q = q.reshape((batch, groups, xp.share(heads, groups), length, width))
    return q @ k.reshape((batch, groups, 1, length, width)).mT


def merge_without_transpose(xp: Words, x: Any) -> Any:
    batch, heads, length, width = x.shape
    return x.reshape((batch, length, heads * width))


def softmax_over_queries(xp: Words, q: Any, k: Any, v: Any) -> Any:
    return xp.softmax(q @ k.mT / xp.root(q.shape[-1]), -2) @ v


def scale_of_the_model(xp: Words, x: Any, query: Any, key: Any) -> Any:
    q, k = x @ query, x @ key
    return xp.softmax(q @ k.mT / xp.root(x.shape[-1]), -1) @ x


def residual_broadcasts(xp: Words, x: Any, weight: Any) -> Any:
    return x + xp.mean(x @ weight, 1)


def attention(xp: Words, q: Any, k: Any, v: Any) -> Any:
    return xp.softmax(q @ k.mT / xp.root(q.shape[-1]), -1) @ v


def _case(title: str, holds: str, code: Callable[..., Any], *inputs: str, **sizes: int) -> Mistake:
    silent = bool(holds) and " " not in holds
    return Mistake(title, holds, silent, code, inputs, SIZES | sizes)


MISTAKES = (
    _case("heads that need not divide the width", "H | D", split_heads, "B T D", "H 1"),
    _case("keys not transposed", "K == T", keys_not_transposed, "B T K", "B T K", K=9),
    _case("values of the other length", "S == T", lengths_swapped, "B T D", "B S D", S=9),
    _case("padding mask without its axes", "B == T", mask_without_axes, "B H T T", "B T", B=9),
    _case("memory of another width", "D == M", memory_of_another_width, "B S M", "D K", M=24),
    _case("more positions than the table", "N >= T", positions_beyond_the_table, "B T D", "N D"),
    _case("two heads in the place of D", "D == 2*K", two_heads, "B T K", "B T K", "D D", K=12),
    _case("query heads that groups need not divide", "G | H", grouped_heads, "B H T K", "B G T K"),
    _case("heads merged without the transpose", "regroup", merge_without_transpose, "B H T K"),
    _case("softmax over the queries", "softmax-axis", softmax_over_queries, *["B H T K"] * 3),
    _case("scale of the model's width", "scale", scale_of_the_model, "B T D", "D K", "D K"),
    _case("residual that broadcasts", "residual-broadcast", residual_broadcasts, "B T D", "D D"),
    _case("nothing: attention as it should be", "", attention, *["B H T K"] * 3),
)
