"""The protocol of a primitive: everything about one op stands in one class."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar

import sympy

from cutaway.graph.axes import Axes
from cutaway.graph.dims import Dim, Shape, Sizes, evaluate, product, symbols_of
from cutaway.graph.errors import DimError, DTypeError, GradError, explain
from cutaway.graph.explanation import Happening
from cutaway.graph.facts import Facts
from cutaway.graph.requirement import Carried
from cutaway.graph.show import show
from cutaway.graph.title import Title

if TYPE_CHECKING:
    from cutaway.graph.node import Node

Kind = Literal["float", "int", "bool"]
Family = Literal[
    "arithmetic",
    "matmul",
    "softmax",
    "norm",
    "activation",
    "mask",
    "embedding",
    "movement",
    "reduction",
    "loss",
]
Cotangents = tuple["Node | None", ...]
Self = TypeVar("Self", bound="Op")


class Op:
    """One primitive operation: subclass it as a frozen dataclass whose fields are its statics.

    A subclass sets ``name`` and ``title`` and gives :meth:`axes` (or :meth:`shape`) and
    :meth:`kernel`; the rest where the default does not fit. ``docs/add-an-op.md`` shows one.

    Attributes
    ----------
    name
        What its nodes are called in paths: the array-API name.
    title
        What diagrams call it, in English and Chinese.
    family
        What diagrams colour it as.
    takes
        The kinds of its inputs: one for all of them, or one for each; None takes any.
    cost
        Arithmetic operations for each point of the axis signature.
    views
        Its value is its first input's numbers, in another shape or order or a part of them: it
        holds none of its own.
    binding
        How tightly its formula binds: 0 like a sum, 1 like a product, 2 and 3 like a power, 4 like
        a call or a name.
    holds
        Operands that bind less tightly get parentheses; -1 needs none.
    resizes
        What it does to an axis that it carries at another length: ``cut``, ``joined``, ``padded``.
    function
        What a call of it is written as, where that is not its name: ``LayerNorm``.
    groups
        Its LaTeX shows by layout where an operand ends, as a fraction does: no parentheses.
    """

    __slots__ = ()
    name: ClassVar[str]
    title: ClassVar[Title]
    family: ClassVar[Family] = "arithmetic"
    takes: ClassVar[Kind | tuple[Kind | None, ...] | None] = "float"
    cost: ClassVar[int] = 1
    views: ClassVar[bool] = False
    binding: ClassVar[int] = 4
    holds: ClassVar[int] = -1
    groups: ClassVar[bool] = False
    function: ClassVar[str] = ""
    resizes: ClassVar[Happening] = "carried"

    def axes(self, *ranks: int) -> Axes:
        """Return the axis signature for inputs of these ranks."""
        raise NotImplementedError(f"{type(self).__name__} has a shape rule of its own")

    def shape(self, facts: Facts, *inputs: Shape) -> Shape:
        """Return the output's shape; ask for what must hold through ``facts``."""
        return self.axes(*map(len, inputs)).shape(facts, *inputs)

    def carries(self, inputs: tuple[Shape, ...], output: Shape) -> Carried:
        """Return, for each axis of the output, the input axes that it comes from.

        By default what the axis signature says; an op with a shape rule of its own carries none
        unless it says so.
        """
        try:
            axes = self.axes(*map(len, inputs))
        except NotImplementedError:
            return ((),) * len(output)
        return axes.carries(inputs)

    def piece(self, axis: int, inputs: tuple[Shape, ...], output: Shape) -> "Op | None":
        """Return the op that makes one element along an axis of the output.

        It reads one element of every input axis that :meth:`carries` names; axes keep their
        places, with length 1. None: an element needs more than that, as along an axis that the op
        works along.
        """
        try:
            axes = self.axes(*map(len, inputs))
        except NotImplementedError:
            return None
        return None if axes.output[axis] in axes.along else self

    def variants(self: Self, *inputs: Shape) -> Iterator[tuple[Self, str]]:
        """Give this op with another field that may have been meant, and how to write it.

        A shape error names the one that fits.
        """
        return iter(())

    def dtype(self, *inputs: Kind) -> Kind:
        """Return the kind of the result: by default that of the first input."""
        return inputs[0]

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Compute the value from arrays; ``xp`` is the array-API namespace. Fields are ints."""
        raise NotImplementedError

    def vjp(self, node: "Node", ct: "Node") -> Cotangents:
        """Return the cotangent of every input (None: it has none), as nodes.

        Raises
        ------
        GradError
            If the operation has no derivative.
        """
        raise GradError(
            explain(
                f"{self.name} has no gradient",
                came=f"node {node.path}",
                where=str(node.source),
                fix="differentiate something else, or cut it off with ca.ops.stop_gradient",
            )
        )

    def flops(self, *shapes: Shape) -> sympy.Expr:
        """Return the arithmetic operations; ``shapes`` are the inputs' and, last, the output's."""
        *inputs, output = shapes
        try:
            axes = self.axes(*map(len, inputs))
        except NotImplementedError:
            return sympy.sympify(self.cost * product(output))
        return sympy.sympify(self.cost * product(axes.sizes(Facts(self.name), *inputs).values()))

    def latex(self, *args: str) -> str:
        """Return the formula as LaTeX, given those of the inputs."""
        return self.call(*args)

    def call(self, *args: str) -> str:
        """Return the call of a function as LaTeX."""
        name = (self.function or self.name).replace("_", r"\_")
        style = "operatorname" if name.isalnum() else "mathrm"  # no escapes in the former
        return rf"\{style}{{{name}}}\left({', '.join(args)}\right)"

    def text(self, *args: str) -> str:
        """Return the formula as plain text, given those of the inputs."""
        return f"{self.name}({', '.join(args)})"

    @property
    def form(self) -> "Op":
        """What it has in common with its counterpart in a repeated block: by default, all."""
        return self

    def bind(self: Self, sizes: Sizes) -> Self:
        """Return the op with every dim in its fields turned into an int.

        Raises
        ------
        DimError
            If a dim is no whole number at these sizes.
        """

        def number(dim: sympy.Expr) -> int:
            found = evaluate(dim, sizes)
            if found.denominator != 1:  # kernels take whole numbers, as numpy does
                raise DimError(f"{show(dim)} is {found}, which is not a whole number")
            return int(found)

        return self.with_dims(number)

    def with_dims(self: Self, change: Callable[[sympy.Expr], Dim]) -> Self:
        """Return the op with every symbolic dim in its fields changed."""
        changed = {
            field.name: new
            for field in dataclasses.fields(self)  # type: ignore[arg-type]
            if (new := _with_dims(value := getattr(self, field.name), change)) is not value
        }
        return dataclasses.replace(self, **changed) if changed else self  # type: ignore[type-var]

    @property
    def symbols(self) -> set[str]:
        """Names of the sizes in its fields."""
        values = [getattr(self, field.name) for field in dataclasses.fields(self)]  # type: ignore[arg-type]
        return set().union(*map(_symbols, values))

    def check_kinds(self, *kinds: Kind) -> None:
        """Refuse inputs of the wrong kind.

        Raises
        ------
        DTypeError
            Naming the kind that was required.
        """
        wanted = self.takes if isinstance(self.takes, tuple) else (self.takes,) * len(kinds)
        for want, kind in zip(wanted, kinds, strict=True):
            if want is not None and kind != want:
                raise DTypeError(
                    explain(
                        f"{self.name}: an operand of the wrong kind",
                        required=", ".join(w or "any" for w in wanted),
                        came=", ".join(kinds),
                        fix=f"convert it with ca.ops.cast(x, {want!r})",
                    )
                )


class Composite(Op):
    """An op that is also written in smaller primitives: :meth:`expand` gives them."""

    __slots__ = ()

    def expand(self, *nodes: "Node") -> "Node":
        """Return the same value in smaller primitives."""
        raise NotImplementedError


def _with_dims(value: object, change: Callable[[sympy.Expr], Dim]) -> object:
    """Change the dims in a field; the same object comes back where nothing changes."""
    if isinstance(value, sympy.Expr):
        return change(value)
    if isinstance(value, tuple):
        new = tuple(_with_dims(item, change) for item in value)
        return new if any(a is not b for a, b in zip(new, value, strict=True)) else value
    return value


def _symbols(value: object) -> set[str]:
    if isinstance(value, sympy.Expr):
        return symbols_of((value,))
    return set().union(*map(_symbols, value)) if isinstance(value, tuple) else set()
