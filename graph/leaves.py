"""Where values come from: inputs, parameters and constants."""

from dataclasses import dataclass
from itertools import count
from typing import Any, ClassVar, Literal, cast

import numpy as np
import numpy.typing as npt

from cutaway.graph.dims import Dim, Shape, as_shape
from cutaway.graph.errors import DTypeError, explain
from cutaway.graph.facts import Facts
from cutaway.graph.node import Node, apply
from cutaway.graph.op import Kind, Op
from cutaway.graph.scope import current_scope
from cutaway.graph.symbols import is_fresh, owned
from cutaway.graph.title import Title

Init = Literal["xavier", "embedding", "zeros", "ones"]
KINDS: tuple[Kind, ...] = ("float", "int", "bool")


class Leaf(Op):
    """An op without inputs whose value is given."""

    __slots__ = ()
    cost: ClassVar[int] = 0


@dataclass(frozen=True, slots=True)
class Input(Leaf):
    """What a caller feeds, by name."""

    dims: Shape
    kind: Kind = "float"
    name: ClassVar[str] = "input"
    title: ClassVar[Title] = Title("Input", "输入")

    def shape(self, facts: Facts, *inputs: Shape) -> Shape:
        """Return the declared shape."""
        return self.dims

    def dtype(self, *inputs: Kind) -> Kind:
        """Return the declared kind."""
        return self.kind


@dataclass(frozen=True, slots=True)
class Parameter(Leaf):
    """What training changes, by path; ``init`` says how :func:`cutaway.run.initialize` begins."""

    dims: Shape
    init: Init = "xavier"
    name: ClassVar[str] = "parameter"
    title: ClassVar[Title] = Title("Parameter", "参数")

    def shape(self, facts: Facts, *inputs: Shape) -> Shape:
        """Return the declared shape."""
        return self.dims

    def dtype(self, *inputs: Kind) -> Kind:
        """Parameters are floats."""
        return "float"


@dataclass(frozen=True, slots=True, eq=False)
class Constant(Leaf):
    """A fixed array, hashed and compared by content."""

    value: npt.NDArray[Any]
    name: ClassVar[str] = "constant"
    title: ClassVar[Title] = Title("Constant", "常量")

    def _content(self) -> tuple[object, ...]:
        return self.value.shape, self.value.dtype.str, self.value.tobytes()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Constant) and self._content() == other._content()

    def __hash__(self) -> int:
        return hash(self._content())

    def shape(self, facts: Facts, *inputs: Shape) -> Shape:
        """Return the array's shape."""
        return tuple(self.value.shape)

    def dtype(self, *inputs: Kind) -> Kind:
        """Return the array's kind."""
        return kind_of(self.value.dtype)

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Give the array in the precision of the run."""
        return xp.asarray(self.value, dtype=xp.dtype_of(kind_of(self.value.dtype)))

    @property
    def binding(self) -> int:  # type: ignore[override]
        """A negative number needs parentheses, one with a power of ten is a product."""
        text = self.text()
        return 0 if text.startswith("-") else 1 if "e" in text else 4

    def latex(self, *args: str) -> str:
        """Write a scalar as its number."""
        digits, _, power = self.text().replace("∞", r"\infty").partition("e")
        factor = "" if digits == "1" else rf"{digits} \cdot "
        return f"{factor}10^{{{int(power)}}}" if power else digits

    def text(self, *args: str) -> str:
        """Write a scalar as its number."""
        if self.value.size != 1:
            return "C"
        return "-∞" if np.isneginf(self.value).all() else f"{self.value.item():.6g}"


def kind_of(dtype: npt.DTypeLike) -> Kind:
    """Return the kind of a numpy dtype.

    Raises
    ------
    DTypeError
        If it is neither float, int nor bool.
    """
    found = {"f": "float", "i": "int", "u": "int", "b": "bool"}.get(np.dtype(dtype).kind)
    if found is None:
        raise DTypeError(
            explain(f"arrays of {np.dtype(dtype)} cannot be used", required="float, int or bool")
        )
    return cast("Kind", found)


def input(name: str, shape: object, dtype: Kind = "float") -> Node:
    """Declare an input that is fed by its name.

    Parameters
    ----------
    name
        The key of its feed.
    shape
        Dims, or text such as ``"B T D"``; ``()`` is a scalar.
    dtype
        The kind: ``float``, ``int`` or ``bool``.

    Examples
    --------
    >>> input("x", "B T 4*D")
    <x: float (B, T, 4*D)>
    """
    if not isinstance(name, str) or not name:
        raise DTypeError(f"an input's name is a text, not {name!r}: ca.input('x', 'B T D')")
    if dtype not in KINDS:
        raise DTypeError(explain(f"{dtype!r} is not a kind", required=", ".join(KINDS)))
    return apply(Input(_owned(as_shape(shape), name), dtype), name=name)


def parameter(name: str, shape: object, init: Init | None = None) -> Node:
    """Declare a parameter; its path is the current scope and ``name``.

    Parameters
    ----------
    name
        The last part of its path.
    shape
        Dims, or text such as ``"D 4*D"``.
    init
        ``xavier`` (the default from two axes on), ``embedding`` (normal, deviation
        1/sqrt(width)), ``zeros`` (the default below two axes) or ``ones``.

    Examples
    --------
    >>> parameter("w", "D 4*D")
    <w: float (D, 4*D)>
    """
    if not isinstance(name, str) or not name:
        raise DTypeError(f"a parameter's name is a text, not {name!r}: ca.parameter('w', 'D D')")
    dims = _owned(as_shape(shape), name)
    return apply(Parameter(dims, init or ("xavier" if len(dims) > 1 else "zeros")), name=name)


def _owned(shape: Shape, name: str) -> Shape:
    """Call the ``?`` of a leaf after it: ``?w.1`` is the first of w."""
    if not any(is_fresh(s) for dim in shape if not isinstance(dim, int) for s in dim.free_symbols):
        return shape
    path = "/".join(filter(None, (current_scope().path, name)))
    numbers = count(1)
    found: list[Dim] = []
    for dim in shape:
        unknown = (
            [] if isinstance(dim, int) else sorted(filter(is_fresh, dim.free_symbols), key=str)
        )
        names = {s: owned(path, next(numbers)) for s in unknown}
        found.append(dim if isinstance(dim, int) else dim.xreplace(names))
    return tuple(found)


def constant(value: npt.ArrayLike) -> Node:
    """Put a fixed array or scalar into the graph; floats follow the precision of the run.

    Examples
    --------
    >>> constant([[1.0, 0.0]])
    <constant: float (1, 2)>
    """
    try:
        array = np.array(value)
    except ValueError as error:  # rows of different lengths
        raise DTypeError(explain("a constant that is no array", came=str(error))) from None
    kind_of(array.dtype)
    array.flags.writeable = False
    return apply(Constant(array))
