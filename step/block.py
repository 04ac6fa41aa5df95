"""What one step is at a level of detail: an op, or several as one block."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import networkx

from cutaway.graph import Graph, Group, Leaf, Node, View


@dataclass(frozen=True, eq=False)
class Block:
    """The ops of one step, in the order of evaluation.

    Attributes
    ----------
    path
        The op's path, or the scope's.
    nodes
        The ops.
    node
        The one whose value the step shows.
    """

    path: str
    nodes: tuple[Node, ...]
    node: Node

    @cached_property
    def entering(self) -> tuple[Node, ...]:
        """The values that the block reads: those of its operands, if it is one op."""
        inside = set(self.nodes)
        read = (source for node in self.nodes for source in node.inputs)
        return tuple(dict.fromkeys(source for source in read if source not in inside))


def single_blocks(graph: Graph, hidden: Collection[Node]) -> tuple[Block, ...]:
    """Return every op as a block of its own; leaves are no steps."""
    return tuple(
        Block(graph.path(node), (node,), node)
        for node in graph.nodes
        if not isinstance(node.op, Leaf) and node not in hidden
    )


def folded_blocks(view: View, hidden: Collection[Node]) -> tuple[Block, ...]:
    """Return the boxes of a folded graph as blocks, each after those that it reads."""
    found: list[Block] = []
    taken: dict[str, int] = {}
    for box in _in_order(view):
        nodes = [n for n in view.stands_for[box] if not isinstance(n.op, Leaf) and n not in hidden]
        if nodes:
            found.append(_block(view, box, nodes, taken))
    return tuple(found)


def _block(view: View, box: Node | Group, nodes: Sequence[Node], taken: dict[str, int]) -> Block:
    if isinstance(box, Node):
        return Block(view.path(box), (box,), box)
    path = "/".join(box.address)
    number = taken.get(path, 0)  # a scope may be several boxes
    taken[path] = number + 1
    leaving = [node for node in view.leaving(box) if node in set(nodes)]
    return Block(f"{path}.{number}" if number else path, tuple(nodes), (leaving or nodes)[-1])


def _in_order(view: View) -> list[Node | Group]:
    """Return boxes, each after those that it reads; else by when they are ready."""
    places = {node: place for place, node in enumerate(view.nodes)}
    ready = {box: places[nodes[-1]] for box, nodes in view.stands_for.items()}
    links = networkx.DiGraph()
    links.add_nodes_from(ready)
    links.add_edges_from((edge.tail, edge.head) for edge in view.edges)
    return list(networkx.lexicographical_topological_sort(links, key=ready.__getitem__))
