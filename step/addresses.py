"""Where the steps of a level are: by path, glob, node or scope, backward by forward names too."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from cutaway.graph import Graph, Leaf, Node, OptionError
from cutaway.graph.errors import explain
from cutaway.graph.scope import BACKWARD
from cutaway.step.block import Block
from cutaway.step.detail import Detail, Indices
from cutaway.step.find import find_all, fits, is_in, matching, too_many
from cutaway.step.gradients import Gradients
from cutaway.step.kinds import NamedOp, kinds

Place = tuple[int | None, ...]


class Addresses:
    """Finds the steps of a level by what they are called.

    A step goes by its path and by those of its ops; where ops are taken apart, what computes the
    value of one, or a part of that, goes by the path of the op too. A step of the backward pass
    goes by the path of the forward value as well whose gradient it computes.

    Parameters
    ----------
    detail
        The level.
    graph
        The graph as it was given.
    gradients
        The backward pass, where that is stepped.
    """

    def __init__(self, detail: Detail, graph: Graph, gradients: Gradients | None) -> None:
        self._detail, self._graph, self._gradients = detail, graph, gradients

    def names(self, node: Node) -> tuple[str, ...]:
        """Return what an op goes by: its path first."""
        path, values = self._detail.graph.path, (node, *self._values.get(node, ()))
        given = (self._graph.path(op) for value in values for op in self._given(value))
        others = (name for name in given if name not in self._paths)  # which has that for itself
        return tuple(dict.fromkeys((*map(path, values), *others)))

    def ops(self, block: Block) -> list[NamedOp]:
        """Return the ops of a step.

        One is of the kind of the op whose value it computes, too; that of which a block of ops
        shows the value goes by the name of the block.
        """
        return [
            NamedOp(
                node,
                (*self.names(node), *(self._blocks(block) if node is block.node else ())),
                kinds(node).union(*map(kinds, self._given(node))),
            )
            for node in block.nodes
        ]

    def _given(self, node: Node) -> tuple[Node, ...]:
        """Return the op of the given graph of which a node has the value or a part, if one."""
        part = self._detail.parts[node]
        return () if part.at is None else (part.node,)

    @cached_property
    def _paths(self) -> frozenset[str]:
        return frozenset(map(self._detail.graph.path, self._detail.graph.nodes))

    @cached_property
    def every(self) -> tuple[tuple[str, ...], ...]:
        """What each step goes by."""
        return tuple(tuple(self._of(block)) for block in self._detail.blocks)

    def _of(self, block: Block) -> Iterator[str]:
        yield from self._blocks(block)
        for node in block.nodes:
            yield from self.names(node)

    def _blocks(self, block: Block) -> Iterator[str]:
        """Give what a step as a whole goes by."""
        yield block.path
        if (name := self.forward(block)) is not None:
            yield name

    def forward(self, block: Block) -> str | None:
        """Return the path of the block of which this is the backward pass."""
        is_scope = self._gradients is not None and len(block.nodes) > 1
        return block.path.removeprefix(f"{BACKWARD}/") if is_scope else None

    def pieces(self, node: Node, value: Node) -> list[str]:
        """Return the paths of the parts of a forward value whose gradient a node computes."""
        parts = self._detail.parts
        found = (other for other in self._values.get(node, ()) if parts[other].node is value)
        return list(map(self._detail.graph.path, found))

    def fitting(self, glob: str) -> set[int]:
        """Return the steps of which any name fits a glob: at least one.

        Raises
        ------
        OptionError
            If there is none.
        """
        found = set(matching(glob, (name for names in self.every for name in names)))
        return {place for place, names in enumerate(self.every) if not found.isdisjoint(names)}

    def find(self, target: Node | str) -> int:
        """Return the one step that is meant: by its own path first, then by those of its ops.

        Raises
        ------
        OptionError
            If there is none, or more than one.
        """
        blocks = self._detail.blocks
        for names in ({b.path: n for n, b in enumerate(blocks)}, self._scopes):
            if isinstance(target, str) and target in names:
                return names[target]
            if fits(target, names):
                return _one(target, {path: names[path] for path in matching(target, names)})
        nodes = self._nodes(target)
        steps = self._detail.place
        places = {steps[node] for node in nodes if node in steps} or {
            steps[self._computed[node]] for node in nodes if self._computed.get(node) in steps
        }
        if not places:
            raise self._no_step(nodes[0])
        return _one(target, {blocks[place].path: place for place in sorted(places)})

    def _nodes(self, target: Node | str) -> tuple[Node, ...]:
        """Return the nodes that are meant; of an op that is taken apart, what has its value."""
        if is_in(self._detail.graph, target):
            return find_all(self._detail.graph, target)
        if is_in(self._graph, target):
            ops = find_all(self._graph, target)
            return tuple(node for op in ops for node in self._detail.pieces(op)) or ops
        if isinstance(target, str):  # an error that lists what are steps
            matching(target, (name for names in self.every for name in names))
        return find_all(self._detail.graph, target)

    @cached_property
    def _scopes(self) -> dict[str, int]:
        names = map(self.forward, self._detail.blocks)
        return {name: place for place, name in enumerate(names) if name is not None}

    def _no_step(self, node: Node) -> OptionError:
        path, required = self._detail.graph.path(node), "an op"
        if self._gradients is not None:
            required = "an op of the backward pass, or a value whose gradient one computes"
        return OptionError(
            explain(
                f"{path} is no step",
                required=required,
                fix="look at it with stepper.value(…), or go to what reads it"
                if isinstance(node.op, Leaf)
                else "look at it with stepper.value(…)",
            )
        )

    def inside(self, scope: str) -> list[int]:
        """Return the steps that are wholly or partly in a scope; the outermost is empty.

        Raises
        ------
        OptionError
            If there is no such scope.
        """
        around = [set().union(*map(self._around, block.nodes)) for block in self._detail.blocks]
        known = dict.fromkeys(path for paths in around for path in sorted(paths) if path)
        wanted = {""} if isinstance(scope, str) and not scope else set(matching(scope, known))
        return [place for place, paths in enumerate(around) if not wanted.isdisjoint(paths)]

    def _around(self, node: Node) -> set[str]:
        """Return the scopes in which an op stands; also those of the value that it is about."""
        about = [node]
        if self._gradients is not None:
            owner = self._gradients.owner.get(self._detail.parts[node].node)
            about += [] if owner is None else [owner]
        return set().union(*map(_scopes, about))

    @cached_property
    def _values(self) -> Mapping[Node, list[Node]]:
        """The forward values, by what computes their gradients."""
        found: dict[Node, list[Node]] = {}
        for value, node in self._computed.items():
            found.setdefault(node, []).append(value)
        return found

    @cached_property
    def _computed(self) -> Mapping[Node, Node]:
        """What computes the gradient of each forward value, or of the part of one that it is."""
        if self._gradients is None:
            return {}
        pieces: dict[Node, dict[Place, Node]] = {}
        for node, part in self._detail.parts.items():
            if part.at is not None:
                pieces.setdefault(part.node, {})[_place(part.at)] = node
        found: dict[Node, Node] = {}
        for node, part in self._detail.parts.items():
            gradient = self._gradients.of.get(part.node)
            if part.at is not None and gradient is not None and gradient in pieces:
                *_, last = pieces[gradient].values()  # where there is no such part: all is there
                found[node] = pieces[gradient].get(_place(part.at), last)
        return found


def _place(at: Indices) -> Place:
    return tuple(axis.start for axis in at)


def _one(target: Node | str, places: Mapping[str, int]) -> int:
    if len(set(places.values())) > 1:
        raise too_many(target, places)
    return next(iter(places.values()))


def _scopes(node: Node) -> set[str]:
    """Return the scopes in which a node stands; the outermost is empty."""
    names = node.scope.names
    return {"/".join(names[:depth]) for depth in range(len(names) + 1)}
