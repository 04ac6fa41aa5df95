"""Fold a graph to a level of detail: scopes to boxes, repeated blocks to one."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal, get_args

import networkx

from cutaway.graph import Address, Graph, Group, Input, Node, OptionError, Parameter, Repeat, View
from cutaway.graph.errors import explain
from cutaway.graph.graph import glob_pattern
from cutaway.transform.acyclic import acyclic
from cutaway.transform.pieces import free_name, in_pieces, independent
from cutaway.transform.repeats import common_scope, find_repeats, fixed_nodes

Level = Literal["model", "layer", "sublayer", "op"]
LEVELS: tuple[Level, ...] = get_args(Level)
KINDS = ("stack", "layer", "sublayer", "part")  # the kind that a level shows as a box, each
MASK = "mask"
BLOCK = "block"


def collapse(
    graph: Graph,
    level: Level = "layer",
    *,
    open: Sequence[str] = (),
    close: Sequence[str] = (),
    fold: bool = True,
    apart: Sequence[str] = (),
) -> View:
    """Return the graph folded to a level of detail.

    Scopes of the level's kind become one box each: stacks at level ``model``, then layers, then
    sublayers; other scopes do so where they hold nothing of that kind or a larger. Where paths
    leave a scope and come back, as around a pre-norm sublayer, it becomes several boxes. Masks
    are one box, whatever they are made of. At level ``op`` every op is shown.

    Parameters
    ----------
    open, close
        Scopes to look into, or to show as a box, whatever their kind; ``*`` stands for any
        text. What is opened shows the scopes directly inside it as boxes.
    fold
        Whether repeated blocks of the same form are shown once.
    apart
        Scopes of repeated blocks that are shown for themselves, not with the others: of six
        layers the first, say, and the other five as one.

    Raises
    ------
    OptionError
        For a level that there is not, or a path that fits no scope.

    Examples
    --------
    >>> import cutaway as ca
    >>> y = ca.layers.encoder(ca.input("x", "B T D"), layers=3, heads="H", hidden="F")
    >>> view = collapse(ca.Graph(y), "sublayer")
    >>> [group.name for group in view.groups]
    ['self_attention', 'self_attention_norm', 'feed_forward', 'feed_forward_norm']
    >>> view.times
    {('layer.0',): 3}
    """
    return Folding(graph, fold, apart).collapse(level, open=open, close=close)


class Folding:
    """Folds one graph again and again, to any level: what is the same each time is found once.

    Parameters
    ----------
    fold
        Whether repeated blocks of the same form are shown once.
    apart
        Scopes of repeated blocks that are shown for themselves.
    """

    def __init__(self, graph: Graph, fold: bool = True, apart: Sequence[str] = ()) -> None:
        self._graph = graph
        repeats = tuple(_without(find_repeats(graph) if fold else (), apart))
        self._repeats, addresses = _placed(graph, repeats)
        self._view = View(graph, (), self._repeats, addresses)
        self._shown = [node for node in graph.nodes if node not in self._view.first]
        self._pieces = in_pieces(self._view)
        self._addresses = addresses | self._pieces
        self._places = {node: place for place, node in enumerate(graph.nodes)}

    def collapse(
        self, level: Level = "layer", *, open: Sequence[str] = (), close: Sequence[str] = ()
    ) -> View:
        """Return the graph folded to a level of detail; see :func:`collapse`."""
        if level not in LEVELS:
            raise OptionError(explain(f"there is no level {level!r}", required=", ".join(LEVELS)))
        closed = _Closing(self._view, level, open, close)
        groups: list[Group] = []
        for (scope, kind), nodes in _closed(self._view, closed, self._pieces).items():
            groups += [Group(scope, kind, part) for part in independent(self._view, nodes)]
        view = View(self._graph, (), self._repeats, self._addresses)
        if level != "op":
            groups += _masks(view, self._shown, {node for group in groups for node in group.nodes})
        groups = acyclic(view, groups)
        if level != "op":
            groups = _with_constants(view, self._shown, groups)
        groups.sort(key=lambda group: self._places[group.nodes[0]])
        return View(self._graph, groups, self._repeats, self._addresses)


def _without(repeats: Iterable[Repeat], apart: Sequence[str]) -> Iterator[Repeat]:
    """Take blocks out of repeats; what is left of one, before and after them, is one each."""
    patterns = {glob: glob_pattern(glob.strip("/")) for glob in _paths(apart)}
    found = set[str]()
    for repeat in repeats:
        scopes = {copy: common_scope(copy) for copy in repeat.copies}
        own = {
            copy: {glob for glob, fits in patterns.items() if fits.fullmatch("/".join(scope))}
            for copy, scope in scopes.items()
        }
        found |= set[str]().union(*own.values())
        for alone, run in groupby(repeat.copies, key=lambda copy: bool(own[copy])):
            copies = tuple(run)
            if copies == repeat.copies:
                yield repeat
            elif not alone and len(copies) > 1:
                yield Repeat(copies, scopes[copies[0]])
    if lost := patterns.keys() - found:
        raise OptionError(
            explain(
                f"no repeated block fits {min(lost)!r}",
                required="the path of a block that is repeated; * stands for any text",
            )
        )


def _closed(
    view: View, closed: "_Closing", pieces: Mapping[Node, Address]
) -> dict[tuple[Address, str], list[Node]]:
    """Return the nodes of each piece of a scope that is shown as a box."""
    found: dict[tuple[Address, str], list[Node]] = {}
    for node, address in pieces.items():
        scope = closed.of(view.address(node))
        if scope is not None and not isinstance(node.op, Input):
            place = address[: len(scope)], closed.kind(scope)
            found.setdefault(place, []).append(node)
    return found


def _placed(
    graph: Graph, repeats: Sequence[Repeat]
) -> tuple[tuple[Repeat, ...], dict[Node, Address]]:
    """Give every repeat an address of its own, where no scope holds a copy and nothing more."""
    if not repeats:
        return (), {}
    fixed = fixed_nodes(graph)
    inside: dict[Address, int] = {}  # what is computed in each scope
    names: dict[Address, set[str]] = {}
    for node in graph.nodes:
        for depth in range(len(node.scope.names) + 1):
            scope = node.scope.names[:depth]
            inside[scope] = inside.get(scope, 0) + (node not in fixed)
            names.setdefault(scope[:-1], set()).update(scope[-1:])
    placed: list[Repeat] = []
    addresses: dict[Node, Address] = {}
    for repeat in repeats:
        copies, address = repeat.copies, repeat.address
        around = common_scope(node for copy in copies for node in copy)
        own = sum(node not in fixed for node in copies[0])
        if len(address) <= len(around) or inside[address] != own:
            address = (*around, free_name(BLOCK, names.setdefault(around, set())))
            names[around].add(address[-1])
            for copy in copies:
                for node in copy:
                    addresses[node] = (*address, *node.scope.names[len(around) :])
        placed.append(Repeat(copies, address))
    return tuple(placed), addresses


class _Closing:
    """Which scopes are shown as boxes."""

    def __init__(
        self,
        view: View,
        level: Level,
        open: Sequence[str],
        close: Sequence[str],
    ) -> None:
        self._kinds = view.kinds
        known = {**{address: address for address in self._kinds}, **view.shown_as}
        self._opened = _matching(open, known)
        self._closed = _matching(close, known)
        self._around = {a[:d] for a in self._opened for d in range(1, len(a) + 1)}
        place = LEVELS.index(level)
        self._wanted = set(KINDS[place:-1]) if level != "op" else set()
        self._holding = {
            address[:depth]
            for address, kind in self._kinds.items()
            if kind in KINDS[: place + 1]
            for depth in range(1, len(address))
        }
        self._op = level == "op"

    def of(self, address: Address) -> Address | None:
        """Return the scope whose box shows what stands at an address, if there is one."""
        for depth in range(1, len(address) + 1):
            if self._closes(address[:depth]):
                return address[:depth]
        return None

    def kind(self, address: Address) -> str:
        """Return the kind of the scope at an address."""
        return self._kinds[address]

    def _closes(self, address: Address) -> bool:
        if address in self._around:
            return False
        if address in self._closed or address[:-1] in self._opened:
            return True
        if self._op:
            return False
        return self._kinds[address] in self._wanted or address not in self._holding


def _matching(globs: Sequence[str], known: dict[Address, Address]) -> set[Address]:
    """Return the scopes that globs fit."""
    found: set[Address] = set()
    for glob in _paths(globs):
        pattern = glob_pattern(glob.strip("/"))
        fits = {shown for scope, shown in known.items() if pattern.fullmatch("/".join(scope))}
        if not fits:
            raise OptionError(
                explain(
                    f"no scope fits {glob!r}",
                    required="a scope's path; * stands for any text",
                    came="the scopes are " + _listed({"/".join(scope) for scope in known}),
                )
            )
        found |= fits
    return found


def _paths(value: object) -> Sequence[str]:
    """Return a path, or several, as a list."""
    listed = (value,) if isinstance(value, str) else value
    if not isinstance(listed, Collection) or not all(isinstance(path, str) for path in listed):
        raise OptionError(
            explain(
                "open and close take paths of scopes",
                required="a text, or a list of texts",
                came=repr(value)[:80],
                fix='open=("encoder/layer.0",); nothing: open=()',
            )
        )
    return tuple(listed)


def _listed(paths: set[str]) -> str:
    names = sorted(paths, key=lambda path: (path.count("/"), path))
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "") if names else "none"


def _masks(view: View, shown: Sequence[Node], taken: set[Node]) -> list[Group]:
    """Make a group of each connected mask that stands in no group: nodes of kind bool."""
    links = networkx.Graph()
    for node in shown:
        if node.dtype == "bool" and node not in taken and not isinstance(node.op, Input):
            links.add_node(node)
            sources = (view.first.get(source, source) for source in node.inputs)
            links.add_edges_from((node, source) for source in sources if source in links)
    places = {node: place for place, node in enumerate(shown)}
    found = [sorted(part, key=places.__getitem__) for part in networkx.connected_components(links)]
    return [Group((*view.address(nodes[-1]), MASK), MASK, tuple(nodes)) for nodes in found]


def _with_constants(view: View, shown: Sequence[Node], groups: list[Group]) -> list[Group]:
    """Put what is made of nothing into the group that alone reads it."""
    owner = {node: group for group in groups for node in group.nodes}
    readers: dict[Node, set[Group | None]] = {}
    for node in shown:
        for source in node.inputs:
            readers.setdefault(view.first.get(source, source), set()).add(owner.get(node))
    joining: dict[Group, list[Node]] = {}
    for node, read in readers.items():
        (group, *others) = read
        made_of_nothing = not node.inputs and not isinstance(node.op, Input | Parameter)
        if made_of_nothing and group and not others and node not in owner:
            joining.setdefault(group, []).append(node)
    return [
        Group(group.address, group.kind, (*joining.get(group, ()), *group.nodes))
        for group in groups
    ]
