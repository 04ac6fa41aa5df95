"""Scopes that paths leave and come back to, taken apart: no box is before and after another."""

import itertools
from collections.abc import Collection, Sequence

import networkx

from cutaway.graph import Address, Input, Node, Parameter, View

Numbers = tuple[int, ...]  # of a node: for each scope around it, which piece of that scope


def in_pieces(view: View) -> dict[Node, Address]:
    """Return where the shown nodes stand when every scope is in pieces.

    Around a pre-norm sublayer, a path leaves the scope of the norm and comes back for the sum:
    the first piece keeps the scope's name, the second gets ``.1``, or the next that is free.
    """
    numbers = _numbers(view)
    taken: dict[Address, set[str]] = {}  # names of the scopes in a scope
    for node in numbers:
        for scope in _prefixes(view.address(node)):
            taken.setdefault(scope[:-1], set()).add(scope[-1])
    known: dict[Address, dict[int, str]] = {}
    addresses: dict[Node, Address] = {}
    for node, pieces in numbers.items():
        names: Address = ()
        for scope, piece in zip(_prefixes(view.address(node)), pieces, strict=True):
            order = known.setdefault((*names, scope[-1]), {})
            if piece not in order:
                others = taken[scope[:-1]].union(order.values())
                order[piece] = free_name(scope[-1], others) if order else scope[-1]
            names = (*names, order[piece])
        addresses[node] = names
    return addresses


def free_name(name: str, taken: Collection[str]) -> str:
    """Return a name, with ``.1``, ``.2``, … if it is taken.

    Examples
    --------
    >>> free_name("norm", {"norm", "norm.1"})
    'norm.2'
    """
    names = itertools.chain((name,), (f"{name}.{number}" for number in itertools.count(1)))
    return next(found for found in names if found not in taken)


def _numbers(view: View) -> dict[Node, Numbers]:
    """Number the pieces.

    Every node carries, for each scope above it, twice the number of the scope's latest piece,
    and one more where the path has left the scope since.
    """
    last = {}
    for node in view.nodes:
        for scope in _prefixes(view.address(view.first.get(node, node))):
            last[scope] = node
    found: dict[Node, Numbers] = {}
    above: dict[Node, dict[Address, int]] = {}
    fixed: set[Node] = set()
    for node in view.nodes:
        address = view.address(view.first.get(node, node))
        latest: dict[Address, int] = {}
        for source in node.inputs:
            common = _common(address, view.address(view.first.get(source, source)))
            for scope, mark in above[source].items():
                left = len(scope) > common or scope != address[: len(scope)]
                latest[scope] = max(latest.get(scope, 0), mark | left)
        if all(source in fixed for source in node.inputs) and not isinstance(node.op, Input):
            fixed.add(node)
        else:
            for scope in _prefixes(address):
                mark = latest.get(scope, 0)
                latest[scope] = mark + mark % 2
        if node not in view.first:
            found[node] = tuple(latest.get(scope, 0) // 2 for scope in _prefixes(address))
        above[node] = {scope: mark for scope, mark in latest.items() if last[scope] is not node}
        for read in view.last_reads[node]:
            del above[read]
    _place_fixed(view, found, fixed)
    return found


def _place_fixed(view: View, found: dict[Node, Numbers], fixed: set[Node]) -> None:
    """Put weights, and what is made of them alone, into the piece of their first reader."""
    for node in reversed(view.nodes):
        if node not in fixed or node not in found:
            continue
        address = view.address(node)
        numbers = list(found[node])
        for depth in range(1, len(address) + 1):
            inside = [
                found[reader][depth - 1]
                for reader in view.readers[node]
                if reader in found and view.address(reader)[:depth] == address[:depth]
            ]
            numbers[depth - 1] = min(inside, default=0)
        found[node] = tuple(numbers)


def _prefixes(address: Address) -> list[Address]:
    return [address[:depth] for depth in range(1, len(address) + 1)]


def _common(a: Address, b: Address) -> int:
    depth = 0
    while depth < min(len(a), len(b)) and a[depth] == b[depth]:
        depth += 1
    return depth


def independent(view: View, nodes: Sequence[Node]) -> list[tuple[Node, ...]]:
    """Tell apart what a scope does with different things: one table, two kinds of token.

    Nodes are together if one reads the other, or both read the same from outside; weights, and
    what is made of them alone, go with their first reader. What comes after a repeated block
    reads the copy that is shown.
    """
    links = networkx.Graph()
    fixed: set[Node] = set()
    sources = {node: [view.first.get(s, s) for s in node.inputs] for node in nodes}
    for node in nodes:
        reads = [s for s in sources[node] if s not in fixed and not isinstance(s.op, Parameter)]
        if reads or isinstance(node.op, Input):
            links.add_node(node)
            links.add_edges_from((node, source) for source in reads)
        else:
            fixed.add(node)
    parts = list(networkx.connected_components(links))
    if len(parts) < 2:
        return [tuple(nodes)]
    owner = {node: number for number, part in enumerate(parts) for node in part}
    for node in reversed(nodes):
        part = owner.setdefault(node, 0)  # of what nobody reads here
        owner.update({source: part for source in sources[node] if source in fixed})
    return [tuple(n for n in nodes if owner[n] == part) for part in range(len(parts))]
