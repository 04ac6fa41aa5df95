"""Values, gradients and reasons: what a stepper reads, wherever it stands."""

from collections.abc import Iterable, Sequence

import numpy as np

from cutaway.graph import GradError, Graph, Node, OptionError
from cutaway.graph.errors import explain
from cutaway.run.compile import Array
from cutaway.step.find import find_one
from cutaway.step.gradients import Gradients
from cutaway.step.levels import Levels
from cutaway.step.options import whole
from cutaway.step.patcher import Patcher
from cutaway.step.reasons import Reason, why


class Inspector(Patcher):
    """Reads any value, and says where it comes from; every :class:`Stepper` does."""

    def __init__(
        self, levels: Levels, level: str, forward: Graph, gradients: Gradients | None
    ) -> None:
        super().__init__(levels, level, forward)
        self._gradients = gradients

    @property
    def backward(self) -> bool:
        """Whether it steps through the gradients."""
        return self._gradients is not None

    def value(self, target: Node | str) -> Array:
        """Return the value of any step, or any node, leaves too, wherever it stands.

        Raises
        ------
        OptionError
            If there is no such node, or several.
        """
        detail, node = self._node(target)
        return self._levels.session(detail).values([node])[0]

    def gradient(self, target: Node | str) -> Array:
        """Return the gradient of a value, by the path of the forward pass.

        Raises
        ------
        GradError
            If it is no float, depends on no float that is fed or learned, or ``backward`` was not
            asked for.
        OptionError
            If there is no such node, or several.
        """
        if self._gradients is None:
            fix = "ca.Stepper(…, backward=True)"
            raise GradError(explain("gradients are there when the backward pass is", fix=fix))
        node = find_one(self.forward, target)
        session = self._levels.session(self._levels.detail("op"))
        found = self._gradients.find(node, self.forward.path(node))
        (value,) = session.values([node if found is None else found])
        return np.zeros_like(value) if found is None else value

    def why(
        self,
        target: Node | str | None = None,
        index: int | Sequence[int] = (),
        *,
        most: int = 3,
        size: int = 40,
    ) -> Reason:
        """Say what made one number: the inputs of its op, theirs, and so on, back to the leaves.

        A product of matrices is a sum of products, which are its terms. For other ops a term is
        an element of an input times the slope of the number by it: exact for what is linear.

        Parameters
        ----------
        target
            A node, its path or a glob; the current step by default.
        index
            The element.
        most
            How many terms of each number are shown, the largest first; the others are summed up.
        size
            How many numbers the tree has, at most. What contributes most is followed first.

        Returns
        -------
        Reason
            A tree that prints, with ``as_data()`` for JSON.

        Raises
        ------
        OptionError
            If there is no such node, or several.
        FeedError
            If it has no such element.

        Examples
        --------
        >>> import cutaway as ca
        >>> x, w = ca.input("x", "N D"), ca.input("w", "D M")
        >>> feeds = {"x": [[1.0, 2.0]], "w": [[3.0], [-5.0]]}
        >>> print(ca.Stepper(x @ w, feeds).why("matmul", (0, 0)))
        matmul[0, 0] = -7
          −10 from x[0, 1] = 2
                 · w[1, 0] = -5
          +3 from x[0, 0] = 1
                · w[0, 0] = 3
        """
        if target is None and self._index < 0:
            raise OptionError("no step was taken yet: why(path, index)")
        detail, node = self._node(self._block.node if target is None else target)
        place = tuple(index) if isinstance(index, Iterable) else (index,)
        return why(
            self._levels.session(detail), node, place, whole(most, "most"), whole(size, "size")
        )
