"""Where an axis comes from, as plain data and in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cutaway.graph.dims import Dim, Shape
from cutaway.graph.show import show
from cutaway.graph.source import Source
from cutaway.graph.title import Language

if TYPE_CHECKING:
    from cutaway.graph.node import Node

Happening = Literal[
    "begins",
    "made",
    "carried",
    "contracted",
    "merged",
    "split",
    "regrouped",
    "joined",
    "cut",
    "padded",
]


@dataclass(frozen=True, slots=True)
class Step:
    """What one op did to make an axis.

    Attributes
    ----------
    node, axis
        Which axis of which value.
    path
        The node's, unique in the graph that was explained.
    happened
        ``begins`` (a leaf has it), ``made`` (the op adds it), ``carried`` (from an input, as it
        is), ``contracted`` (length 1 is left of what was worked along), ``merged`` (of several
        axes), ``split`` (a part of one), ``regrouped`` (parts of several), ``joined``, ``cut``
        or ``padded``.
    sources
        The steps that it comes from, by their place in the explanation.
    """

    node: "Node"
    axis: int
    path: str
    happened: Happening
    sources: tuple[int, ...] = ()

    @property
    def op(self) -> str:
        """The op's name."""
        return self.node.op.name

    @property
    def shape(self) -> Shape:
        """The node's shape."""
        return self.node.shape

    @property
    def dim(self) -> Dim:
        """The length of the axis."""
        return self.node.shape[self.axis]

    @property
    def source(self) -> Source:
        """The user's line."""
        return self.node.source


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where an axis of a node comes from.

    The first step is the axis itself; what it comes from follows, an axis that is reached twice
    stands once.

    Examples
    --------
    >>> import cutaway as ca
    >>> with ca.scope("up"):
    ...     y = ca.input("x", "B T D") @ ca.parameter("weight", "D 4*D") + ca.parameter("b", "4*D")
    >>> for part in ca.explain(y, y, -1).words().split(", ")[:2]:
    ...     print(part)
    axis 2 (4*D) of up/add: carried from up/matmul axis 2
    begins as axis 1 of parameter up/weight
    """

    steps: tuple[Step, ...]

    @property
    def node(self) -> "Node":
        """The node that is explained."""
        return self.steps[0].node

    @property
    def axis(self) -> int:
        """The axis that is explained."""
        return self.steps[0].axis

    @property
    def dim(self) -> Dim:
        """Its length."""
        return self.steps[0].dim

    @property
    def nodes(self) -> tuple["Node", ...]:
        """The nodes on the way, the explained one first."""
        return tuple(dict.fromkeys(step.node for step in self.steps))

    @property
    def ends(self) -> tuple[Step, ...]:
        """Where it begins."""
        return tuple(step for step in self.steps if not step.sources)

    def words(self, lang: Language = "en") -> str:
        """Say it in short sentences, in English or Chinese; a line for every branch."""
        return "\n".join(_lines(self.steps, _WORDS[lang]))

    def __str__(self) -> str:
        return self.words()


@dataclass(frozen=True, slots=True)
class _Words:
    """One language: ``{0}`` is a path, ``{1}`` an axis, ``{2}`` its size."""

    head: str
    axis: str
    of: str  # {1}: axes
    carried: str
    through: str
    begins: str
    line: str
    above: str  # what a line above has told already
    comma: str
    both: str
    happened: dict[Happening, str]  # {0}: the axes it comes from
    leaves: dict[str, str]


_WORDS: dict[Language, _Words] = {
    "en": _Words(
        head="axis {1} ({2}) of {0}: ",
        axis="axis {1} ({2})",
        of="{1} of {0}",
        carried="carried from {0} axis {1}",
        through="carried through {3} ops from {0} axis {1}",
        begins="begins as axis {1} of {3}{0}",
        line="{0}, {1}",
        above="see above",
        comma=", ",
        both=" and ",
        happened={
            "made": "made by {1}",
            "contracted": "length 1 is left by {1}",
            "merged": "merged from {0}",
            "split": "split from {0}",
            "regrouped": "regrouped from {0}",
            "joined": "joined from {0}",
            "cut": "cut from {0}",
            "padded": "padded from {0}",
        },
        leaves={"input": "input ", "parameter": "parameter ", "constant": ""},
    ),
    "zh": _Words(
        head="{0} 的轴 {1}（{2}）：",
        axis="轴 {1}（{2}）",
        of="{0} 的{1}",
        carried="沿用 {0} 的轴 {1}",
        through="经 {3} 个算子沿用 {0} 的轴 {1}",
        begins="始于{3} {0} 的轴 {1}",
        line="{0}，{1}",
        above="同上",
        comma="，",
        both="、",
        happened={
            "made": "由 {1} 新建",
            "contracted": "经 {1} 归约后剩长度 1",
            "merged": "由 {0}合并而成",
            "split": "从 {0}拆出",
            "regrouped": "由 {0}重新分组而成",
            "joined": "由 {0}拼接而成",
            "cut": "从 {0}切出",
            "padded": "由 {0}填充而成",
        },
        leaves={"input": "输入", "parameter": "参数", "constant": "常量"},
    ),
}


def _lines(steps: tuple[Step, ...], words: _Words) -> Iterator[str]:
    """Write a line for the first step, and for every branch that merging and joining open."""
    waiting, told = [0], set[int]()
    while waiting:
        start = number = waiting.pop(0)
        parts: list[str] = []
        while number not in told:
            told.add(number)
            run, step = _carried(steps, number)
            if run:
                form = words.through if len(run) > 1 else words.carried
                parts.append(form.format(*_name(run[-1]), len(run)))
            parts.append(_happened(steps, step, words))
            if len(step.sources) != 1:
                waiting += step.sources
                break
            (number,) = step.sources
        else:
            parts.append(words.above)
        yield words.head.format(*_name(steps[start])) + words.comma.join(parts)


def _carried(steps: tuple[Step, ...], number: int) -> tuple[list[Step], Step]:
    """Follow an axis while it is carried: what carries it (the start and a leaf apart), the end."""
    step, run = steps[number], list[Step]()
    while step.happened == "carried":
        step = steps[step.sources[0]]
        run.append(step)
    if step.happened == "begins":
        run = run[:-1]
    return run, step


def _happened(steps: tuple[Step, ...], step: Step, words: _Words) -> str:
    """Say what a step does, and at which line."""
    if step.happened == "begins":
        text = words.begins.format(*_name(step), words.leaves.get(step.op, ""))
    else:
        named = _axes([steps[number] for number in step.sources], words)
        text = words.happened[step.happened].format(named, step.op)
    return words.line.format(text, step.source)


def _axes(sources: list[Step], words: _Words) -> str:
    """Name axes; those of one value together."""
    paths: dict[str, list[str]] = {}
    for source in sources:
        paths.setdefault(source.path, []).append(words.axis.format(*_name(source)))
    named = (words.of.format(path, words.both.join(axes)) for path, axes in paths.items())
    return words.both.join(named)


def _name(step: Step) -> tuple[str, int, str]:
    return step.path, step.axis, show(step.dim)
