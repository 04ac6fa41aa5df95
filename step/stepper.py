"""The stepper: walks a graph step by step, forward and backward in time."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cutaway.diagnose import Comparison, Subject, compare
from cutaway.graph import Graph, Node, Title, given_sizes, save
from cutaway.graph.legal import sizes_in
from cutaway.graph.title import LANGUAGES, checked_language
from cutaway.run.compile import Arrays
from cutaway.step.frame import Frame
from cutaway.step.gradients import gradients
from cutaway.step.inspector import Inspector
from cutaway.step.levels import Levels, Point
from cutaway.step.options import bytes_of, html_file, whole, words_of
from cutaway.step.page import Page, page
from cutaway.step.session import own
from cutaway.step.step_lists import too_long
from cutaway.step.turn import turn


class Stepper(Inspector):
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
        At level ``token``, the size along which tokens lie: T if not given, else S.
    backward
        Step through the gradients of a scalar loss, or of the sum of all outputs. The forward
        pass is run before.
    words
        What the places along an axis are called, by its size, one for each:
        ``{"T": ("I", "eat")}``. An axis of a fixed length, as of a vocabulary, is known by that:
        ``"96"``.
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
        For a level or a budget that there is not, or words that are not those of an axis.

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
        forward = Graph.of(graph)
        back = gradients(forward) if backward else None
        run = back.graph if back else forward
        sizes = given_sizes(run, {} if dims is None else dims)
        point = Point(own(feeds), params, sizes, axis, bytes_of(budget))
        super().__init__(Levels(run, point, back), level, forward, back)
        self._words = words_of(words, self._levels.base.sizes, run)
        self._other: Stepper | None = None

    @property
    def words(self) -> Mapping[str, tuple[str, ...]]:
        """What the places along an axis are called, by its size."""
        return self._words

    @property
    def too_long(self) -> bool:
        """Whether level ``token`` would take long to enter: its steps are very many."""
        return too_long(self._levels)

    def turned(self) -> "Stepper":
        """Return the stepper that walks the other way, at the same value, with the same patches.

        It is always the same one, with breakpoints and watches of its own. It stands where
        :meth:`~Cursor.goto` goes by the path of the forward pass; where a value has no gradient,
        at the nearest that has one, and from the gradient of what is given, at the first step
        that reads it. What is patched in the backward pass has no place in the forward pass, and
        waits.

        Raises
        ------
        GradError
            Where there is no gradient.

        Examples
        --------
        >>> import cutaway as ca
        >>> x = ca.input("x", "T")
        >>> stepper = Stepper((ca.ops.exp(x) * x).sum(), {"x": [0.0, 1.0]})
        >>> stepper.goto("exp").value.round(3).tolist()
        [1.0, 2.718]
        >>> back = stepper.turned()
        >>> back.current, back.turned() is stepper
        (<Step 2 ∇/multiply = [0, 1]>, True)
        """
        if self._other is None:
            at = self._levels.point
            self._other = Stepper(
                self.forward,
                at.feeds,
                at.params,
                at.dims,
                axis=at.axis,
                backward=not self.backward,
                words=self.words,
                budget=at.budget,
            )
            self._other._other = self
        turn(self, self._other)
        return self._other

    def _subject(self) -> Subject:
        """Return what ``ca.compare`` reads: the forward pass and all its values, patched.

        The budget doesn't hold here: all values are there at once.
        """
        nodes = self.forward.nodes
        values = self._levels.base.values(nodes)
        sizes = sizes_in(self.forward, self._levels.base.sizes)
        return Subject(self.forward, dims=sizes, values=dict(zip(nodes, values, strict=True)))

    def compare(
        self,
        other: Any,
        *,
        tolerance: float | None = None,
        names: Mapping[str, str] | None = None,
    ) -> Comparison:
        """Say where another run parts from this one, patches included; gradients too if stepped.

        Parameters
        ----------
        other
            A stepper, a trace, a graph or a tuple ``(graph, feeds, params, dims)``, which gets
            the inputs and weights of this one where it has none; or a reference from elsewhere:
            arrays by path, or a ``.npz`` or ``.safetensors`` file of them.
        tolerance, names
            As for ``ca.compare``.

        Examples
        --------
        >>> import cutaway as ca
        >>> x = ca.input("x", "T")
        >>> a, b = (ca.Stepper(ca.ops.softmax(x * 2.0), {"x": [0.0, 1.0]}) for _ in range(2))
        >>> a.compare(b)
        <Comparison: equal>
        >>> patch = b.patch("multiply", [0.0, 3.0])
        >>> a.compare(b)
        <Comparison: differs, first at multiply>
        """
        return compare(self, other, backward=self.backward, tolerance=tolerance, names=names)

    def tui(self, *, title: str | Title = "", lang: str = "en") -> None:
        """Open the terminal user interface, at the current step; ``?`` there lists the keys.

        It moves this stepper, and :meth:`turned`: what was set up before is there, and what is
        set up stays.

        Parameters
        ----------
        title
            What the model is called, as for :meth:`html`.
        lang
            ``en`` or ``zh``: in which language it begins.

        Raises
        ------
        OptionError
            Without a terminal, for another language, or where there are no steps.
        """
        from cutaway.step.terminal import open_terminal  # Textual takes a moment to import

        open_terminal(self, title=title, lang=lang)

    def html(self, *, title: str | Title = "", lang: str = "en") -> Page:
        """Return a page on which the reader steps: one file that loads nothing.

        It holds the graph at every level, its numbers, and what computes them again, so that a
        reader can change a value, or switch a part off, and see what follows. It begins at the
        current step. Both directions are there, whatever this stepper's is.

        Parameters
        ----------
        title
            What the page is called; the outputs' paths by default. A ``cutaway.graph.Title`` says
            it in English and in Chinese.
        lang
            ``en`` or ``zh``: in which language it begins.

        Raises
        ------
        OptionError
            For another language, or an op that a page cannot compute.
        """
        lang = checked_language(lang, LANGUAGES)
        graph = self._levels.graph
        changed = dict.fromkeys(
            (node, patch.what) for patch in self._levels.patches for node in patch.lifted
        )
        values = self._levels.base.values([node for node, _ in changed])
        return page(
            self.forward,
            self._levels.point,
            level=self.level,
            step=self._block.path if self._index >= 0 else "",
            backward=self.backward,
            changes=[
                (graph.path(node), what, value)
                for (node, what), value in zip(changed, values, strict=True)
            ],
            words=self.words,
            title=title,
            lang=lang,
        )

    def page(
        self, path: str | os.PathLike[str], *, title: str | Title = "", lang: str = "en"
    ) -> Path:
        """Write the page of :meth:`html` into a file.

        Raises
        ------
        OptionError
            As :meth:`html` does, and for a file that is called after another format.
        SaveError
            If the file cannot be written.
        """
        return save(html_file(path), self.html(title=title, lang=lang))

    def frame(self, *, height: int = 760, title: str | Title = "", lang: str = "en") -> Frame:
        """Return the page of :meth:`html` as a frame in a notebook; several may stand in one.

        Parameters
        ----------
        height
            In pixels.
        title, lang
            As for :meth:`html`.
        """
        html = self.html(title=title, lang=lang)
        return Frame(html, whole(height, "height"), html.name)

    def _repr_html_(self) -> str:
        return self.frame()._repr_html_()
