"""What a shape rule knows while it runs, and what it must ask for."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cutaway.graph.conditions import Condition, Verdict, divides, equal, of_size
from cutaway.graph.dims import Dim, Shape
from cutaway.graph.errors import ShapeError, explain
from cutaway.graph.requirement import Code, InputAxis, Requirement, Side, Text, text_of
from cutaway.graph.show import show, show_shape

if TYPE_CHECKING:
    from cutaway.graph.op import Op
    from cutaway.graph.site import Site


@dataclass(slots=True)
class Facts:
    """The conditions of one node, collected while its shape rule runs.

    Parameters
    ----------
    what
        The operation, as messages name it.
    inputs
        The shapes that came.
    site
        Where the op is applied; it is asked only when a message is written.
    """

    what: str
    inputs: tuple[Shape, ...] = ()
    site: "Site | None" = None
    conditions: dict[Condition, Requirement] = field(default_factory=dict)

    def require(
        self,
        condition: Verdict,
        reason: Text,
        fix: Text = "",
        *,
        code: Code = "sizes-differ",
        left: Side | None = None,
        right: Side | None = None,
    ) -> None:
        """Ask for a condition: keep it, or raise if it can never hold.

        Parameters
        ----------
        code
            The kind of trouble if it doesn't hold.
        left, right
            The two sizes it compares, and the axes they are the sizes of.

        Raises
        ------
        ShapeError
            If the condition holds at no sizes.
        """
        if condition is True:
            return
        asked = Requirement(condition, code, reason, left, right, fix)
        if condition is False:
            raise self._refusal(asked)
        self.conditions.setdefault(condition, asked)

    def require_equal(
        self,
        left: Dim,
        right: Dim,
        reason: Text,
        fix: Text = "",
        *,
        code: Code = "sizes-differ",
        at: tuple[Iterable[InputAxis], Iterable[InputAxis]] = ((), ()),
    ) -> None:
        """Ask for two sizes to be the same; ``at`` are the axes of the left and of the right."""
        if left is not right and left != right:
            self.require(
                equal(left, right),
                lambda: f"{text_of(reason)}: {show(left)} == {show(right)}",
                fix,
                code=code,
                left=Side(left, tuple(at[0])),
                right=Side(right, tuple(at[1])),
            )

    def require_whole(self, dim: Dim, reason: Text, of: Side | None = None) -> None:
        """Ask for a number of the op to be whole; ``of`` is a size that it may be a part of."""
        condition = divides(1, dim)
        left = right = None
        if isinstance(condition, Condition):
            left, right = Side(condition.left), Side(condition.right)
            right = of if of and of.dim == right.dim else right
        self.require(condition, reason, code="not-divisible", left=left, right=right)

    def require_size(self, dim: Dim, axes: tuple[InputAxis, ...] = ()) -> None:
        """Ask for a dim to be the length of an axis: a whole number, at least 1.

        ``axes`` are those of the inputs that the length comes from.
        """
        for condition in of_size(dim):
            if condition is True:
                continue
            if isinstance(condition, Condition) and condition.relation == "|":
                code: Code = "not-divisible"
                left, right = Side(condition.left), Side(condition.right, axes)
            else:
                code, left, right = "empty-axis", Side(dim, axes), Side(1)
            self.require(
                condition,
                lambda: f"{show(dim)} is a whole number of at least 1",
                code=code,
                left=left,
                right=right,
            )

    def infer(self, op: "Op") -> Shape:
        """Run the shape rule of an op on the inputs; ask that the lengths it makes are lengths.

        Raises
        ------
        ShapeError
            If the shapes can fit at no sizes.
        """
        shape = op.shape(self, *self.inputs)
        for axis, dim in enumerate(shape):
            if isinstance(dim, int) or dim.is_Symbol or any(dim in known for known in self.inputs):
                continue
            self.require_size(dim, op.carries(self.inputs, shape)[axis])
        return shape

    def _refusal(self, asked: Requirement) -> ShapeError:
        misfit = self.site.misfit(asked) if self.site else None
        return ShapeError(
            explain(
                f"{self.what}: shapes that can never fit",
                required=text_of(asked.reason),
                came=" and ".join(map(show_shape, self.inputs)) or "no inputs",
                left=str(misfit.left or "") if misfit else "",
                right=str(misfit.right or "") if misfit else "",
                where=str(self.site) if self.site else "",
                fix=misfit.fix if misfit else text_of(asked.fix),
            ),
            misfit,
        )
