"""The backward pass beside the forward pass: what mirrors what, and where gradients flow."""

from collections.abc import Iterable

from cutaway.graph import Address, Graph, Group, Input, Node, Shown, View
from cutaway.graph.scope import BACKWARD

Pair = tuple[Shown, Shown]


def is_backward(address: Address) -> bool:
    """Say whether what stands at an address is of the backward pass."""
    return address[:1] == (BACKWARD,)


def goes_round(total: Node) -> bool:
    """Say whether a residual goes round a block.

    In the backward pass many sums have both a value and what is made of it, as those inside of a
    norm do. One is the counterpart of a residual that adds what comes out of different scopes.
    """
    if not is_backward(total.scope.names):
        return True
    return len({source.scope.path for source in total.inputs}) > 1


def is_kept(view: View, tail: Shown, head: Shown) -> bool:
    """Say whether the backward pass reads a value of the forward pass."""
    return not is_backward(_address(view, tail)) and is_backward(_address(view, head))


def _address(view: View, shown: Shown) -> Address:
    return shown.address if isinstance(shown, Group) else view.address(shown)


def cotangents_of(graph: Graph) -> set[Node]:
    """Return the nodes that carry cotangents: what the backward pass makes of its seeds.

    Its seed is its first constant, or all of its inputs.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "N")
    >>> graph = ca.Graph(ca.grad(ca.ops.relu(x).sum(), wrt=x))
    >>> found = cotangents_of(graph)
    >>> [graph.path(node) for node in graph.nodes if node in found]
    ['∇/constant', '∇/expand_dims', '∇/broadcast_to', '∇/multiply']
    """
    leaves: dict[str, Node] = {}  # the first of each backward pass: gradients have gradients
    found: set[Node] = set()
    for node in graph.nodes:
        names = node.scope.names
        if not is_backward(names):
            continue
        seed = not node.inputs and set(names) == {BACKWARD}
        if seed and not isinstance(node.op, Input):
            seed = leaves.setdefault(node.scope.path, node) is node
        if seed or not found.isdisjoint(node.inputs):
            found.add(node)
    return found


def mirrored(view: View, boxes: Iterable[Shown]) -> tuple[Pair, ...]:
    """Return pairs of a forward box and a backward box that stand at the same height.

    A block and its backward block; and of scopes that are looked into, the last forward box and
    the first backward box, which are both at the end where the loss is.
    """
    blocks: dict[Address, Group] = {}
    last: dict[Address, Shown] = {}
    first: dict[Address, Shown] = {}
    pairs: list[Pair] = []
    for box in boxes:
        address = _address(view, box)
        if not is_backward(address):
            if isinstance(box, Group):
                blocks.setdefault(address, box)
            elif box.inputs:
                last[address] = box
        elif isinstance(box, Group):
            if address[1:] in blocks:
                pairs.append((blocks[address[1:]], box))
        elif box.inputs:
            first.setdefault(address, box)
    pairs += [(last[place[1:]], box) for place, box in first.items() if place[1:] in last]
    return tuple(pairs)
