"""Repeated blocks, found by their form: no names needed.

A stack of layers is ``x₁ = F(x₀, w₀)``, ``x₂ = F(x₁, w₁)``, …: the same form with other weights,
each reading the one before, and perhaps something that all share (a memory, a mask). So ``v``
ends a copy and ``u`` the copy before it if a walk backwards from both, in step, meets equal ops
until the walk from ``v`` comes upon ``u``; where the walk from ``u`` stands then, the copy before
that ended.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from cutaway.graph import Address, Graph, Input, Leaf, Node, Parameter, Repeat

NEAREST = 8  # earlier nodes of the same neighbourhood that are tried as the end of a copy
RADIUS = 2  # how far up a neighbourhood reaches
SMALLEST = 4  # ops in a copy: less is clearer drawn out

Pairs = dict[Node, Node]
Copy = tuple[Node, ...]
Copies = tuple[Copy, ...]


def find_repeats(graph: Graph, smallest: int = SMALLEST) -> tuple[Repeat, ...]:
    """Return the repeated blocks of a graph, each as large as it can be; none overlap.

    Parameters
    ----------
    smallest
        How many ops a copy has, at least.

    Examples
    --------
    >>> import cutaway as ca
    >>> y = ca.layers.encoder(ca.input("x", "B T D"), layers=3, heads="H", hidden="F")
    >>> [(len(repeat), len(repeat.copies[0])) for repeat in find_repeats(ca.Graph(y))]
    [(3, 48)]
    """
    places = {node: place for place, node in enumerate(graph.nodes)}
    fixed = fixed_nodes(graph)
    forms = _neighbourhoods(graph)
    readers = graph.readers
    alike: dict[int, list[Node]] = {}
    for node in graph.nodes:
        alike.setdefault(forms[node], []).append(node)
    rank = {node: n for group in alike.values() for n, node in enumerate(group)}
    found: list[Repeat] = []
    done: set[Node] = set()
    for last in reversed(graph.nodes):
        if last in done or last in fixed:
            continue
        earlier = alike[forms[last]][: rank[last]]
        for before in islice(reversed(earlier), NEAREST):
            copies = _chain(last, before, places, fixed)
            if copies:
                done.update(*copies)
                if sum(bool(node.inputs) for node in copies[0]) >= smallest:
                    found += [Repeat(run, common_scope(run[0])) for run in _runs(copies, readers)]
                break
    return _disjoint(found)


def _chain(last: Node, before: Node, places: Mapping[Node, int], fixed: set[Node]) -> Copies:
    """Follow copies back from two ends for as long as they fit; none if the first pair doesn't."""
    copies: list[Copy] = []
    taken: set[Node] = set()
    v, u = last, before
    while (step := _step(v, u, places, fixed)) is not None:
        start, pairs = step
        if not copies:
            copies.append(tuple(sorted(pairs, key=places.__getitem__)))
            taken.update(pairs)
        elif pairs.keys() != set(copies[-1]):  # what others share, these two don't
            break
        if not taken.isdisjoint(pairs.values()):  # weights by turns: a copy is more than this
            return ()
        copies.append(tuple(pairs[node] for node in copies[-1]))
        taken.update(pairs.values())
        v, u = u, start
    return tuple(reversed(copies)) if len(copies) > 1 else ()


def _step(
    v: Node, u: Node, places: Mapping[Node, int], fixed: set[Node]
) -> tuple[Node, Pairs] | None:
    """Walk back from ``v`` and ``u`` in step; return where ``u``'s copy begins, and the pairs."""
    pairs: Pairs = {}
    partners: set[Node] = set()
    start: Node | None = None
    stack = [(v, u)]
    while stack:
        new, old = stack.pop()
        if new is u:
            if start not in (None, old):
                return None
            start = old
        elif new is old:  # both read it: a memory, a mask
            continue
        elif new in pairs:
            if pairs[new] is not old:
                return None
        elif (
            old in partners
            or not _same_form(new, old)
            or (places[new] < places[u] and new not in fixed)  # beyond the end of the copy before
        ):
            return None
        else:
            pairs[new] = old
            partners.add(old)
            stack.extend(zip(new.inputs, old.inputs, strict=True))
    if start is None or start in pairs or start in partners:
        return None
    own = {new: old for new, old in pairs.items() if new not in fixed}
    return (start, pairs) if _same_scopes(own) else None


def _same_scopes(pairs: Pairs) -> bool:
    """Say whether two copies have the same scopes, but for their names.

    Then no scope begins in one copy and ends in another: what the author named is a block before
    what is found by its form.
    """
    renamed: dict[Address, Address] = {}
    here: set[Address] = set()
    there: set[Address] = set()
    for new, old in dict.fromkeys((a.scope.names, b.scope.names) for a, b in pairs.items()):
        same = len(new) if len(new) == len(old) else len(common((new, old)))
        above = [(new[:depth], old[:depth]) for depth in range(same + 1)]
        if any(renamed.setdefault(*names) != names[1] for names in (*above, (new, old))):
            return False
        here.update(new[:depth] for depth in range(len(new) + 1))
        there.update(old[:depth] for depth in range(len(old) + 1))
    return len(set(renamed.values())) == len(renamed) and all(
        renamed.get(scope) == scope for scope in here & there
    )


def _runs(copies: Copies, readers: Mapping[Node, Iterable[Node]]) -> Iterator[Copies]:
    """Split copies where others read another part of them: a skip from the third of six.

    Of the last copy of a run, the end may be read besides.
    """
    around = [set(copy) | set(after) for copy, after in zip(copies, (*copies[1:], ()), strict=True)]
    read = [
        {n for n, node in enumerate(copy) if not near.issuperset(readers[node])}
        for copy, near in zip(copies, around, strict=True)
    ]
    end = {len(copies[0]) - 1}
    begin = 0
    for n in range(1, len(copies) + 1):
        if n < len(copies) and read[n - 1] == read[begin] and read[n] - end == read[begin] - end:
            continue
        if n - begin > 1:
            yield copies[begin:n]
        begin = n


def _same_form(a: Node, b: Node) -> bool:
    if isinstance(a.op, Input) or isinstance(b.op, Input):
        return False
    return a.shape == b.shape and len(a.inputs) == len(b.inputs) and a.op.form == b.op.form


def fixed_nodes(graph: Graph) -> set[Node]:
    """Return what no input reaches: weights, constants, and what is made of them alone."""
    found: set[Node] = set()
    for node in graph.nodes:
        if not isinstance(node.op, Input) and all(source in found for source in node.inputs):
            found.add(node)
    return found if graph.inputs else {node for node in graph.nodes if isinstance(node.op, Leaf)}


def _neighbourhoods(graph: Graph) -> dict[Node, int]:
    """Return a hash of every node's op, its inputs' ops, and so on, a few steps up."""
    own = {
        node: hash((type(node.op) if isinstance(node.op, Parameter) else node.op.form, node.shape))
        for node in graph.nodes
    }
    found = own
    for _ in range(RADIUS):
        found = {
            node: hash((own[node], *(found[source] for source in node.inputs)))
            for node in graph.nodes
        }
    return found


def _disjoint(found: list[Repeat]) -> tuple[Repeat, ...]:
    """Return repeats that don't overlap: those that cover most come first."""
    kept: list[Repeat] = []
    taken: set[Node] = set()
    for repeat in sorted(found, key=_worth, reverse=True):
        nodes = {node for copy in repeat.copies for node in copy}
        if not nodes & taken:
            kept.append(repeat)
            taken |= nodes
    return tuple(kept)


def _worth(repeat: Repeat) -> tuple[int, int]:
    return len(repeat) * len(repeat.copies[0]), len(repeat)


def common_scope(nodes: Iterable[Node]) -> Address:
    """Return the names of the innermost scope that holds all of the nodes."""
    return common(node.scope.names for node in nodes)


def common(addresses: Iterable[Address]) -> Address:
    """Return what all addresses begin with."""
    listed = tuple(addresses)
    least, most = min(listed), max(listed)
    depth = 0
    while depth < min(len(least), len(most)) and least[depth] == most[depth]:
        depth += 1
    return least[:depth]
