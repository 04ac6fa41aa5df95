"""Groups taken apart until no box is both before and after another."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import networkx

from cutaway.graph import Group, Node, View

Sources = Mapping[Node, Sequence[Node]]


def acyclic(view: View, groups: Sequence[Group]) -> list[Group]:
    """Return the groups, those of them in parts that lie on a circle of boxes.

    Two scopes may each hold something that the other reads, on paths that never meet: no path
    leaves either and comes back, and still neither box is before the other.

    Parameters
    ----------
    view
        Says what is shown, and what reads what.
    """
    if not groups:
        return []
    shown = [node for node in view.nodes if node not in view.first]
    sources: dict[Node, list[Node]] = {node: [] for node in shown}
    for edge in View(view, (), view.repeats).edges:
        sources[edge.reader].append(edge.value)
    owner = {node: group for group in groups for node in group.nodes}
    boxes = networkx.DiGraph()
    for node in shown:
        box = owner.get(node, node)
        boxes.add_node(box)
        tails = (owner.get(source, source) for source in sources[node])
        boxes.add_edges_from((tail, box) for tail in tails if tail is not box)
    apart: dict[Group, list[tuple[Node, ...]]] = {}
    for circle in networkx.strongly_connected_components(boxes):
        if len(circle) > 1:
            nodes = [node for node in shown if owner.get(node, node) in circle]
            for group, part in _Parts(nodes, owner, sources).parts():
                apart.setdefault(group, []).append(part)
    return [
        Group(group.address, group.kind, part)
        for group in groups
        for part in apart.get(group, [group.nodes])
    ]


class _Parts:
    """Assigns nodes, in order, to the latest part of their group, unless that closes a circle."""

    def __init__(
        self, nodes: Sequence[Node], owner: Mapping[Node, Group], sources: Sources
    ) -> None:
        self._owner = owner
        self._order = networkx.DiGraph()  # of the parts, by number
        self._part: dict[Node, int] = {}
        self._latest: dict[Group, int] = {}
        self._inside = set(nodes)
        self._sources = sources
        for atom in self._atoms(nodes):
            self._place(atom)

    def parts(self) -> Iterator[tuple[Group, tuple[Node, ...]]]:
        """Return the parts of the groups."""
        found: dict[int, list[Node]] = {}
        for node, part in self._part.items():
            found.setdefault(part, []).append(node)
        for nodes in found.values():
            if nodes[0] in self._owner:
                yield self._owner[nodes[0]], tuple(nodes)

    def _atoms(self, nodes: Iterable[Node]) -> Iterator[list[Node]]:
        """Return nodes in order, each after what it reads.

        What reads nothing on the circle, as weights do, comes with its first reader if it is of
        the same group, else before it.
        """
        free: dict[Node, int] = {}
        done: set[Node] = set()
        for node in nodes:
            if all(source in free for source in self._reads(node)):
                free[node] = len(free)
                continue
            before = self._above(node, free, done)
            done |= before
            listed = sorted(before, key=free.__getitem__)
            if len({self._owner.get(n, n) for n in (*listed, node)}) == 1:
                yield [*listed, node]
            else:
                yield from ([n] for n in (*listed, node))
        yield from ([node] for node in free if node not in done)

    def _reads(self, node: Node) -> Iterator[Node]:
        return (source for source in self._sources[node] if source in self._inside)

    def _above(self, node: Node, free: Collection[Node], done: Collection[Node]) -> set[Node]:
        found: set[Node] = set()
        stack = [node]
        while stack:
            new = {s for s in self._reads(stack.pop()) if s in free and s not in done} - found
            found |= new
            stack.extend(new)
        return found

    def _place(self, atom: Sequence[Node]) -> None:
        group = self._owner.get(atom[-1])
        before = {self._part[s] for n in atom for s in self._reads(n) if s in self._part}
        part = None if group is None else self._latest.get(group)
        if part is None or not before.isdisjoint(networkx.descendants(self._order, part)):
            part = len(self._order)
            self._order.add_node(part)
        if group is not None:
            self._latest[group] = part
        self._order.add_edges_from((tail, part) for tail in before if tail != part)
        self._part.update(dict.fromkeys(atom, part))
