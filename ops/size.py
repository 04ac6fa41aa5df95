"""A size as a value: ``q @ k.mT / sqrt(dim(K))``."""

from dataclasses import dataclass
from typing import Any, ClassVar

import sympy

from cutaway.graph import Cotangents, Dim, Facts, Kind, Node, Op, Shape, Title, apply, as_dim, show
from cutaway.graph.formula import symbol


@dataclass(frozen=True, slots=True)
class Size(Op):
    """A size as a float scalar."""

    size: Dim
    name: ClassVar[str] = "dim"
    title: ClassVar[Title] = Title("Size", "尺寸")
    cost: ClassVar[int] = 0

    def shape(self, facts: Facts, *inputs: Shape) -> Shape:
        """Return no axes; the size must be one."""
        facts.require_size(self.size)
        return ()

    def dtype(self, *inputs: Kind) -> Kind:
        """Return ``float``: sizes scale floats."""
        return "float"

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Give the size in the run's precision."""
        return xp.asarray(self.size, dtype=xp.float_dtype)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """There are no inputs."""
        return ()

    @property
    def binding(self) -> int:  # type: ignore[override]
        """A sum or product of sizes needs parentheses, a single size none."""
        return 0 if isinstance(self.size, sympy.Expr) and not self.size.is_Symbol else 4

    def latex(self, *args: str) -> str:
        """Write the size itself."""
        names = {s: symbol(s.name).piece().latex for s in sympy.sympify(self.size).free_symbols}
        return str(sympy.latex(self.size, symbol_names=names))

    def text(self, *args: str) -> str:
        """Write the size itself."""
        return show(self.size)


def dim(size: Dim | str) -> Node:
    """Return a size as a float scalar node.

    Examples
    --------
    >>> dim("4*D")
    <dim: float ()>
    """
    return apply(Size(as_dim(size)))
