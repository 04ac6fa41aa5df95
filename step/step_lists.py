"""The steps of each level as data, in the numbers of a program's values."""

from collections.abc import Mapping

from cutaway.graph import Leaf, Node, OptionError
from cutaway.graph.graph import topological
from cutaway.render.text import clean
from cutaway.render.tokens import token_axis
from cutaway.step.block import Block
from cutaway.step.detail import LEVELS, OWN, Detail, Indices, Level
from cutaway.step.levels import Levels
from cutaway.step.packed import Data

MOST = 3_000  # steps of a level; of one with more, a reader would see no end
MOST_PIECES = 10_000  # nodes by tokens: of more, it takes long to take them apart


def offered(levels: Levels) -> tuple[dict[Level, Detail], tuple[Level, ...]]:
    """Return the levels that a page offers, and those that it leaves out: they are too long.

    Parameters
    ----------
    levels
        The levels: of the forward pass, or of the backward pass.
    """
    found: dict[Level, Detail] = {}
    left_out: list[Level] = []
    for level in LEVELS:
        if level == "token" and too_long(levels):
            left_out.append(level)
            continue
        try:
            detail = levels.detail(level)
        except OptionError:  # there is no axis along which tokens lie
            continue
        if len(detail.blocks) > MOST:
            left_out.append(level)
        elif detail.blocks:
            found[level] = detail
    return found, tuple(left_out)


def too_long(levels: Levels) -> bool:
    """Say whether it would take long to take the tokens of a graph apart, which has many."""
    axis = token_axis(levels.graph, levels.point.axis)
    return len(levels.graph.nodes) * levels.base.sizes.get(axis, 1) > MOST_PIECES


def step_lists(
    levels: Levels, details: Mapping[Level, Detail], program: Data
) -> dict[str, list[Data]]:
    """Return the steps of some levels.

    A step has its ``path``; the ``node`` whose value it shows, and of it the part ``at``; the
    same of its ``inputs``; all ``nodes`` that it computes; the ``span`` of the given graph's
    nodes that they belong to; ``of``: those whose gradients they are. ``box`` is what a drawing
    of this level calls it, ``formula`` that of a block.

    Parameters
    ----------
    levels
        The levels: of the forward pass, or of the backward pass.
    details
        Those of which steps are returned.
    program
        The values, as :func:`cutaway.step.program.program` numbers them.
    """
    number = numbers(levels, program)
    found: dict[str, list[Data]] = {}
    for level, detail in details.items():
        steps = _StepList(levels, detail, program, number)
        found[level] = [steps.step(block) for block in detail.blocks if steps.is_held(block)]
    return found


def numbers(levels: Levels, program: Data) -> dict[Node, int]:
    """Return the numbers of the given graph's nodes."""
    paths = {data["path"]: data["id"] for data in program["nodes"] if not data["inner"]}
    return {node: paths[levels.graph.path(node)] for node in levels.graph.nodes}


class _StepList:
    """The steps of one level.

    A value is a node's, or of a part of one: of a token, or of a primitive in a composite.
    """

    def __init__(
        self, levels: Levels, detail: Detail, program: Data, number: Mapping[Node, int]
    ) -> None:
        self._levels, self._detail, self._number = levels, detail, number
        self._inner = _inner(detail, program, number) if detail.level == "primitive" else {}

    def is_held(self, block: Block) -> bool:
        """Say whether the program has the value."""
        part = self._detail.parts[block.node]
        return part.at is not None or block.node in self._inner

    def step(self, block: Block) -> Data:
        """Write one step."""
        span = {self._detail.parts[node].node for node in block.nodes}
        owners = {self._levels.owner(node): None for node in span}
        node, at = self._value(block.node)
        held = (source for source in block.entering if self._is_value(source))
        own = self._detail.level in OWN
        found: Data = {
            "path": block.path,
            "node": node,
            "inputs": [list(self._value(source)) for source in held],
            "nodes": sorted(
                {self._value(inner)[0] for inner in block.nodes if self._is_value(inner)}
            ),
            "span": sorted(self._number[inner] for inner in span),
            "of": sorted(self._number[owner] for owner in owners if owner is not None),
        }
        formula = self._formula(block)
        more = {
            "at": at,
            "box": clean(block.path) if own else None,
            "formula": formula,
        }
        return found | {key: value for key, value in more.items() if value is not None}

    def _formula(self, block: Block) -> str | None:
        """Return the formula of a block; an op has its own in the program."""
        if len(block.nodes) > 1:
            found = self._levels.formulas(self._detail).block(block.nodes)
            return found.mathml if found else None
        if block.node in self._inner:
            return self._levels.formulas(self._detail).op(block.node).mathml
        return None

    def _is_value(self, node: Node) -> bool:
        return node in self._inner or self._detail.parts[node].at is not None

    def _value(self, node: Node) -> tuple[int, list[int | None] | None]:
        """Return the number of the value that a node is, or is a part of, and which part."""
        if node in self._inner:
            return self._inner[node], None
        part = self._detail.parts[node]
        assert part.at is not None
        return self._number[part.node], _places(part.at)


def _places(at: Indices) -> list[int | None] | None:
    found = [place.start for place in at]
    return found if any(start is not None for start in found) else None


def _inner(detail: Detail, program: Data, number: Mapping[Node, int]) -> dict[Node, int]:
    """Return the numbers of primitives inside of composites: both were opened alike."""
    ids: dict[str, list[Data]] = {}
    for data in program["nodes"]:
        if data["inner"]:
            ids.setdefault(data["path"], []).append(data)
    paths = {place: program["nodes"][place]["path"] for place in number.values()}
    found: dict[Node, int] = {}
    for node, whole in _opened(detail).items():
        inside = [inner for inner in whole if detail.parts[inner].at is None]
        opened = ids.get(paths[number[node]], [])[: len(inside)]
        if [data["op"] for data in opened] == [inner.op.name for inner in inside]:
            found |= {inner: data["id"] for inner, data in zip(inside, opened, strict=True)}
    return found


def _opened(detail: Detail) -> dict[Node, list[Node]]:
    """Return the primitives of each composite, in the order in which they are computed."""
    found: dict[Node, list[Node]] = {}
    for inner, part in detail.parts.items():
        found.setdefault(part.node, []).append(inner)
    return {
        node: [n for n in topological([inside[-1]], lambda n: n.inputs) if n in set(inside)]
        for node, inside in found.items()
        if len(inside) > 1 and not isinstance(node.op, Leaf)
    }
