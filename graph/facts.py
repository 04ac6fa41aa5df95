"""What a shape rule knows while it runs, and what it must ask for."""

from collections.abc import Callable
from dataclasses import dataclass, field

from cutaway.graph.conditions import Condition, Verdict, equal, of_size
from cutaway.graph.dims import Dim, Shape
from cutaway.graph.errors import ShapeError, explain
from cutaway.graph.show import show, show_shape

Text = str | Callable[[], str]


@dataclass(slots=True)
class Facts:
    """The conditions of one node, collected while its shape rule runs.

    Parameters
    ----------
    what
        The operation, as messages name it.
    inputs
        The shapes that came.
    where
        The scope and the user's line; called only when a message is written.
    """

    what: str
    inputs: tuple[Shape, ...] = ()
    where: Callable[[], str] = str
    conditions: dict[Condition, None] = field(default_factory=dict)

    def require(self, condition: Verdict, reason: Text, fix: Text = "") -> None:
        """Ask for a condition: keep it, or raise if it can never hold.

        Raises
        ------
        ShapeError
            If the condition holds at no sizes.
        """
        if condition is False:
            raise ShapeError(
                explain(
                    f"{self.what}: shapes that can never fit",
                    required=_text(reason),
                    came=" and ".join(map(show_shape, self.inputs)) or "no inputs",
                    where=self.where(),
                    fix=_text(fix),
                )
            )
        if condition is not True:
            self.conditions[condition] = None

    def require_equal(self, left: Dim, right: Dim, reason: Text, fix: Text = "") -> None:
        """Ask for two sizes to be the same."""
        if left is not right and left != right:
            self.require(
                equal(left, right),
                lambda: f"{_text(reason)}: {show(left)} == {show(right)}",
                fix,
            )

    def require_size(self, dim: Dim) -> None:
        """Ask for a dim to be the length of an axis: a whole number, at least 1."""
        for condition in of_size(dim):
            self.require(condition, lambda: f"{show(dim)} is a whole number of at least 1")


def _text(text: Text) -> str:
    return text if isinstance(text, str) else text()
