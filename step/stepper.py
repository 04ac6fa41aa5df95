"""The stepper: walks a graph step by step, forward and backward in time."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.graph import GradError, Graph, Node, OptionError, given_sizes, save
from cutaway.graph.errors import explain
from cutaway.run.compile import Array, Arrays
from cutaway.step.breakpoint import Breakpoint, check_kind
from cutaway.step.changes import Change, fixed
from cutaway.step.conditions import condition
from cutaway.step.cursor import Cursor
from cutaway.step.find import find_all, find_one, matching, one
from cutaway.step.frame import Frame
from cutaway.step.gradients import Gradients, gradients
from cutaway.step.house import House, Point
from cutaway.step.knockout import knock_out
from cutaway.step.options import bytes_of, whole
from cutaway.step.page import Page, page
from cutaway.step.patch import Patch
from cutaway.step.reasons import Reason, why
from cutaway.step.record import Step
from cutaway.step.session import own
from cutaway.step.watch import Watch


class Stepper(Cursor):
    """Walks a graph step by step: forward and back, over blocks and into them.

    A step is what is computed at once: an op, or at a coarser level a block of ops. Between steps
    it stands at one of them, :attr:`~Cursor.current`, whose value is there; at the start, at none.
    It is also an iterator of :class:`Step`.

    Parameters
    ----------
    graph
        A graph, its outputs, or one node.
    feeds, params, dims
        As for :func:`cutaway.run.evaluate`. Feeds are copied; parameters must not change meanwhile.
    level
        ``model``, ``layer``, ``sublayer``, ``op``, ``primitive`` or ``token``, as in figures.
    axis
        At level ``token``, the size along which tokens lie: T or S, if the graph has one of them.
    backward
        Step through the gradients of a scalar loss, or of the sum of all outputs. The forward
        pass is run before.
    words
        What the places along an axis are called, by its size: ``{"T": ("I", "eat")}``.
    budget
        How many bytes of computed values are held. What does not fit is computed again from
        checkpoints, by the same kernels: the values are the same to the bit. All are held by
        default. A step's own arrays, and a kernel's workspace, are not counted.

    Raises
    ------
    FeedError, ContractError
        As :func:`cutaway.run.evaluate` does.
    GradError
        With ``backward``, where there is no gradient.
    OptionError
        For a level or a budget that there is not.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "T D")
    >>> stepper = Stepper(ca.ops.softmax(x @ x.mT), {"x": [[1.0, 0.0], [0.0, 2.0]]})
    >>> [step.path for step in stepper]
    ['permute_dims', 'matmul', 'softmax']
    >>> step = stepper.back()
    >>> step.formula.text, step.value.tolist()
    ('x y', [[1.0, 0.0], [0.0, 4.0]])
    """

    def __init__(
        self,
        graph: Graph | Node | Iterable[Node],
        feeds: Arrays | None = None,
        params: Arrays | None = None,
        dims: Any = None,
        *,
        level: str = "op",
        axis: str = "",
        backward: bool = False,
        words: Mapping[str, Sequence[str]] | None = None,
        budget: int | None = None,
    ) -> None:
        self._forward = Graph.of(graph)
        self._gradients: Gradients | None = gradients(self._forward) if backward else None
        run = self._gradients.graph if self._gradients else self._forward
        sizes = given_sizes(run, {} if dims is None else dims)
        point = Point(own(feeds), params, sizes, axis, bytes_of(budget))
        super().__init__(House(run, point, self._gradients), level)
        self.words = {size: tuple(names) for size, names in (words or {}).items()}
        self._breakpoints: list[Breakpoint] = []
        self._watches: list[Watch] = []

    def value(self, target: Node | str) -> Array:
        """Return the value of any step, or any node, leaves too, wherever it stands.

        Raises
        ------
        OptionError
            If there is no such node, or several.
        """
        node = self._node(target)
        return self._house.session(self._floor).values([node])[0]

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
        node = find_one(self._forward, target)
        session = self._house.session(self._house.floor("op"))
        found = self._gradients.find(node, self._forward.path(node))
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
        >>> print(Stepper(x @ w, feeds).why("matmul", (0, 0)))
        matmul[0, 0] = -7
          −10 from x[0, 1] = 2
                 · w[1, 0] = -5
          +3 from x[0, 0] = 1
                · w[0, 0] = 3
        """
        if target is None and self._index < 0:
            raise OptionError("no step was taken yet: why(path, index)")
        node = self._now().node if target is None else self._node(target)
        place = (index,) if isinstance(index, int | np.integer) else tuple(index)
        return why(self._house.session(self._floor), node, place, whole(most), whole(size))

    def breakpoint(
        self,
        path: str = "*",
        *,
        op: str = "",
        when: str | Callable[[Array], Any] | None = None,
        changes: bool = False,
        except_: str | Sequence[str] | None = None,
    ) -> Breakpoint:
        """Add a breakpoint: where all that is given holds, :meth:`run` and :meth:`reverse` stop.

        Parameters
        ----------
        path
            A glob of ops' paths at this level.
        op
            A kind of op: its name, class or family, such as ``softmax``.
        when
            What its value has to meet: ``isnan``, ``isinf``, ``abs > 1e3``, ``max >= 1``, …, or a
            function of the array; one element is enough.
        changes
            Stop where a value is another than the last time it was passed, as after a patch.
        except_
            Globs of ops at which it does not stop. By default the -∞ that a mask puts into scores
            is no reason to stop; ``()`` excuses nothing.

        Raises
        ------
        OptionError
            If the path, the kind or an exception fits nothing, or the condition can't be read.
        """
        matching(path, self._op_paths())
        if op:
            check_kind(self.graph, op)
        excepted = (except_,) if isinstance(except_, str) else except_
        for glob in excepted or ():
            matching(glob, self._op_paths())
        found = Breakpoint(
            path,
            op,
            None if when is None else condition(when),
            changes,
            None if excepted is None else tuple(excepted),
            _owner=self._breakpoints,
        )
        self._breakpoints.append(found)
        return found

    @property
    def breakpoints(self) -> tuple[Breakpoint, ...]:
        """The breakpoints, those that are off too."""
        return tuple(self._breakpoints)

    def run(self) -> Step | None:
        """Go on to the next breakpoint.

        Returns
        -------
        Step or None
            None if there is none: then it stands at the last step.
        """
        return self._until(self._stops)

    def reverse(self) -> Step | None:
        """Go back to the breakpoint before.

        Returns
        -------
        Step or None
            None if there is none: then it stands at the start.
        """
        while self._index > 0:
            self._move(self._index - 1)
            if self._stops():
                return self._now()
        self.start()
        return None

    def watch(self, target: Node | str, read: Callable[[Array], Any] | None = None) -> Watch:
        """Follow a value while stepping.

        Parameters
        ----------
        target
            A node of this level's graph, its path or a glob.
        read
            What is noted of its value, such as ``np.max``; all of it by default.

        Raises
        ------
        OptionError
            If there is no such node, or several.
        """
        node = self._node(target)
        found = Watch(self.graph.path(node), node, read, _owner=self._watches)
        self._watches.append(found)
        self._arrived()
        return found

    @property
    def watches(self) -> tuple[Watch, ...]:
        """The watches."""
        return tuple(self._watches)

    def patch(
        self, target: Node | str, value: npt.ArrayLike | Callable[[Array], npt.ArrayLike]
    ) -> Patch:
        """Put another value in the place of a node's; what depends on it is computed again.

        Patches may be given in any order; a node takes one. One made at level ``primitive`` or
        ``token`` holds there; others hold at all levels.

        Parameters
        ----------
        target
            A node, its path or a glob, or the path of a step: what it computes.
        value
            An array of the node's shape, or a function of the array that is there.

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
        >>> stepper = Stepper(ca.ops.softmax(x) * 10.0, {"x": [0.0, 0.0]})
        >>> patch = stepper.patch("softmax", [0.9, 0.1])
        >>> stepper.goto("multiply").value
        array([9., 1.])
        >>> patch.remove()
        >>> stepper.current.value
        array([5., 5.])
        """
        node = self._node(target)
        path = self.graph.path(node)
        if callable(value):
            function = value
            change = Change("a function", function=lambda array, inputs: function(array))
        else:
            session = self._house.session(self._floor)
            change = fixed(path, node, value, session.sizes, session.dtype(node))
        return self._add(Patch((path,), change.what, self.graph, {node: change}))

    def unpatch(self, target: Node | str | None = None) -> None:
        """Take the patches of some nodes back; all patches by default.

        Raises
        ------
        OptionError
            If the target has none.
        """
        going = self._house.patches
        if target is not None:
            nodes = set(self._nodes(target))
            going = tuple(patch for patch in going if nodes & patch.changes.keys())
            if not going:
                raise OptionError(f"nothing is patched at {target!r}")
        self._set([patch for patch in self._house.patches if patch not in going])

    @property
    def patches(self) -> tuple[Patch, ...]:
        """The patches in force, knock-outs too."""
        return self._house.patches

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
        session = self._house.base
        changes = knock_out(session, self._forward, kind, path, head)
        graph = self._house.graph
        what = kind if head is None else f"{kind} {head}"
        return self._add(Patch(tuple(map(graph.path, changes)), what, graph, changes))

    def _node(self, target: Node | str) -> Node:
        return one(target, self._nodes(target), self.graph)

    def _nodes(self, target: Node | str) -> tuple[Node, ...]:
        """Return the nodes that are meant; the path of a block stands for what it computes."""
        for block in self._floor.blocks:
            if block.path == target:
                return (block.node,)
        return find_all(self.graph, target)

    def html(self, *, title: str = "", lang: str = "en") -> Page:
        """Return a page on which the reader steps: one file that loads nothing.

        It holds the graph at every level, its numbers, and what computes them again, so that a
        reader can change a value, or switch a part off, and see what follows. It begins at the
        current step. Both directions are there, whatever this stepper's is.

        Parameters
        ----------
        title
            What the page is called; the outputs' paths by default.
        lang
            ``en`` or ``zh``: in which language it begins.

        Raises
        ------
        OptionError
            For another language, or an op that a page cannot compute.
        """
        if lang not in ("en", "zh"):
            raise OptionError(explain(f"there is no language {lang!r}", required="en, zh"))
        own = [patch for patch in self._house.patches if patch.graph is self._house.graph]
        nodes = [(node, patch.what) for patch in own for node in patch.changes]
        values = self._house.base.values([node for node, _ in nodes])
        return page(
            self._forward,
            self._house.point,
            level=self.level,
            step=self._block.path if self._index >= 0 else "",
            backward=self._gradients is not None,
            changes=[
                (node, what, value) for (node, what), value in zip(nodes, values, strict=True)
            ],
            words=self.words,
            title=title,
            lang=lang,
        )

    def page(self, path: str | os.PathLike[str], *, title: str = "", lang: str = "en") -> Path:
        """Write the page of :meth:`html` into a file.

        Raises
        ------
        OptionError
            As :meth:`html` does.
        SaveError
            If the file cannot be written.
        """
        return save(path, self.html(title=title, lang=lang))

    def frame(self, *, height: int = 760, title: str = "", lang: str = "en") -> Frame:
        """Return the page of :meth:`html` as a frame in a notebook; several may stand in one.

        Parameters
        ----------
        height
            In pixels.
        title, lang
            As for :meth:`html`.
        """
        html = self.html(title=title, lang=lang)
        return Frame(html, whole(height), html.name)

    def _repr_html_(self) -> str:
        return self.frame()._repr_html_()

    def _add(self, patch: Patch) -> Patch:
        patch._undo = self._remove
        self._set([*self._house.patches, patch])
        return patch

    def _remove(self, patch: Patch) -> None:
        self._set([other for other in self._house.patches if other is not patch])

    def _set(self, patches: list[Patch]) -> None:
        self._house.set_patches(patches)
        self._current = None
        for watch in self._watches:
            watch.expect()
        self._arrived()

    def _stops(self) -> bool:
        floor, block = self._floor, self._floor.blocks[self._index]
        session, paths = self._house.session(floor), {n: floor.graph.path(n) for n in block.nodes}
        masked = self._house.masked(floor)
        stopping = [
            found.stops(paths, lambda node: session.values([node])[0], masked)
            for found in tuple(self._breakpoints)
        ]
        return any(stopping)

    def _op_paths(self) -> list[str]:
        return [self.graph.path(node) for block in self._floor.blocks for node in block.nodes]

    def _arrived(self) -> None:
        """Let the watches see what is computed by now."""
        if self._index < 0:
            return
        floor = self._floor
        now = floor.when[floor.blocks[self._index].node]
        for watch in self._watches:
            if watch.due and watch.node in floor.when and floor.when[watch.node] <= now:
                (value,) = self._house.session(floor).values([watch.node])
                watch.see(self._index, floor.level, value)
