"""Dropout (Srivastava et al. 2014), with its randomness as an input."""

import zlib
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from cutaway.graph import (
    Axes,
    Cotangents,
    Node,
    Op,
    OptionError,
    Shape,
    Title,
    apply,
    current_scope,
)
from cutaway.graph.errors import ShapeError, explain
from cutaway.ops.lift import Value, operands


@dataclass(frozen=True, slots=True)
class Dropout(Op):
    """Zeros with probability ``rate``, the rest scaled up; the same zeros for the same seed.

    ``salt`` tells the dropouts of a model apart, which share one seed.
    """

    rate: float
    salt: int = 0
    name: ClassVar[str] = "dropout"
    title: ClassVar[Title] = Title("Dropout", "随机失活")
    takes: ClassVar[Any] = ("float", "int")
    cost: ClassVar[int] = 2

    @property
    def form(self) -> "Dropout":
        """The same rate: the salt tells copies apart, as weights do."""
        return replace(self, salt=0)

    def axes(self, *ranks: int) -> Axes:
        """Carry every axis through; the seed has none."""
        labels = tuple(f"a{n}" for n in range(ranks[0]))
        return Axes((labels, ()), labels)

    def piece(self, axis: int, inputs: tuple[Shape, ...], output: Shape) -> Op | None:
        """None: which elements are zeros is drawn for all of them at once."""
        return None

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Draw the zeros."""
        x, seed = arrays
        kept = xp.random(x.shape, self.salt, int(seed) % 2**63) >= self.rate
        return x * xp.astype(kept, x.dtype) / (1.0 - self.rate)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """The same zeros."""
        return apply(self, ct, node.inputs[1]), None


def dropout(
    x: Value,
    rate: float,
    seed: Value | None = None,
    *,
    training: bool = True,
    salt: int | None = None,
) -> Node:
    """Return ``x`` with elements dropped; the value itself when not training.

    Parameters
    ----------
    rate
        The share that is dropped, from 0 to below 1.
    seed
        An int scalar node (an input, so that every step can feed another).
    salt
        Tells dropouts with one seed apart; by default it follows from the scope and from ``x``.

    Examples
    --------
    >>> import cutaway as ca
    >>> dropout(ca.input("x", "B D"), 0.1, seed=ca.input("seed", (), dtype="int"))
    <dropout: float (B, D)>
    """
    if not 0.0 <= rate < 1.0:
        raise OptionError(f"a dropout rate is a number from 0 to below 1, not {rate}")
    (node,) = operands(x)
    if not training or rate == 0.0:
        return node
    if seed is None:
        raise ShapeError(
            explain(
                "dropout: no seed",
                required="an int scalar that the caller feeds",
                fix='give seed=ca.input("seed", (), dtype="int"), or training=False',
            )
        )
    if salt is None:
        salt = zlib.crc32(f"{current_scope().path}/{node.path}".encode())
    (chosen,) = operands(seed)
    return apply(Dropout(float(rate), salt), node, chosen)
