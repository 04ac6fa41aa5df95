"""Changes that a stepper makes: other values in the place of a node's, parts switched off."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy.typing as npt

from cutaway.graph import Graph, Node, OptionError
from cutaway.graph.errors import explain
from cutaway.run.compile import Array
from cutaway.step.changes import Change, fixed
from cutaway.step.debugger import Debugger
from cutaway.step.detail import Detail
from cutaway.step.find import listed
from cutaway.step.knockout import knock_out
from cutaway.step.levels import Levels
from cutaway.step.patch import Patch
from cutaway.step.undo import undone_on_error


class Patcher(Debugger):
    """Changes values and goes on with them; every :class:`Stepper` does.

    Attributes
    ----------
    forward
        The graph as it was given, without its backward pass.
    """

    def __init__(self, levels: Levels, level: str, forward: Graph) -> None:
        super().__init__(levels, level)
        self.forward = forward

    def patch(
        self,
        target: Node | str,
        value: npt.ArrayLike | Callable[[Array], npt.ArrayLike],
        *,
        replace: bool = False,
    ) -> Patch:
        """Put another value in the place of a node's; what depends on it is computed again.

        Patches may be given in any order; a number takes one. All hold at every level: one of a
        token changes its part of the op's value, one of a primitive what the op around it gives.

        Parameters
        ----------
        target
            A node, its path or a glob, or the path of a step: what it computes.
        value
            An array of the node's shape, or a function of the array that is there.
        replace
            Whether it comes in the place of the patch that the node has, if it has one.

        Raises
        ------
        OptionError
            If there is no such node, or several, or it has a patch already.
        FeedError
            If the value has another shape or kind, or holds NaN. Nothing has changed then.

        Examples
        --------
        >>> import cutaway as ca
        >>> x = ca.input("x", "T")
        >>> stepper = ca.Stepper(ca.ops.softmax(x) * 10.0, {"x": [0.0, 0.0]})
        >>> patch = stepper.patch("softmax", [0.9, 0.1])
        >>> stepper.goto("multiply").value
        array([9., 1.])
        >>> patch.remove()
        >>> stepper.current.value
        array([5., 5.])
        """
        detail, node = self._node(target)
        path = detail.graph.path(node)
        if callable(value):
            function = value
            change = Change("a function", function=lambda array, inputs: function(array))
        else:
            session = self._levels.session(detail)
            change = fixed(path, node, value, session.sizes, session.dtype(node))
        given, lifted = self._levels.lifted(detail, node, change)
        others = [p for p in self.patches if not replace or node not in p.changes]
        made = Patch((path,), change.what, detail.graph, {node: change}, {given: lifted})
        return self._add(made, others)

    def unpatch(self, target: Node | str | None = None) -> None:
        """Take the patches of some nodes back; all patches by default.

        Raises
        ------
        OptionError
            If the target has none.
        """
        going = self._levels.patches
        if target is not None:
            detail, meant = self._nodes(target)
            going = tuple(patch for patch in going if _changes(patch, detail, meant))
            if not going:
                known = listed([path for patch in self.patches for path in patch.paths])
                raise OptionError(
                    explain(
                        f"nothing is patched at {target!r}",
                        required=f"a node with a patch: {known}",
                    )
                )
        self._set([patch for patch in self._levels.patches if patch not in going])

    @property
    def patches(self) -> tuple[Patch, ...]:
        """The patches in force, knock-outs too."""
        return self._levels.patches

    def knock_out(self, kind: str, path: str = "*", head: int | None = None) -> Patch:
        """Switch a part of the model off; found by what is computed, whatever it is called.

        Parameters
        ----------
        kind
            ``head``: what one head attends to is zero. ``residual``: the sum around a sublayer
            gives only what the sublayer computes. ``uniform-attention``: all that is not masked
            gets the same weight. ``no-scale``: scores are not divided. ``no-mask``: all is
            attended to.
        path
            Where: the path of the op or of a scope around it; ``*`` stands for any text. For a
            head it fits one attention.
        head
            Which head, from 0.

        Raises
        ------
        OptionError
            If nothing fits.
        """
        session = self._levels.base
        changes = knock_out(session, self.forward, kind, path, head)
        graph = self._levels.graph
        what = kind if head is None else f"{kind} {head}"
        made = Patch(tuple(map(graph.path, changes)), what, graph, changes, changes)
        return self._add(made, self.patches)

    def _add(self, patch: Patch, others: Iterable[Patch]) -> Patch:
        patch._undo = self._remove
        self._set([*others, patch])
        return patch

    def _remove(self, patch: Patch) -> None:
        self._set([other for other in self._levels.patches if other is not patch])

    @undone_on_error
    def _set(self, patches: list[Patch]) -> None:
        self._levels.set_patches(patches)
        if self._index >= 0:
            self._current = self._levels.step(self._detail, self._index)
        for watch in self._watches:
            watch.expect()
        self._arrived()

    def _state(self) -> tuple[Any, ...]:
        return (*super()._state(), self._levels.patches)

    def _restore(self, state: tuple[Any, ...]) -> None:
        *others, patches = state
        if self._levels.patches != patches:
            self._levels.set_patches(list(patches))
        super()._restore(tuple(others))


def _changes(patch: Patch, detail: Detail, nodes: Iterable[Node]) -> bool:
    """Say whether a patch changes a node of a level: itself, or the value it is of."""
    if patch.graph is detail.graph:
        return not patch.changes.keys().isdisjoint(nodes)
    parts = (detail.parts[node] for node in nodes)
    return any(part.at is not None and part.node in patch.lifted for part in parts)
