"""What was built and reaches no output: a branch of parameters, a mask, positions."""

from collections.abc import Collection, Iterable, Iterator

from cutaway.diagnose.attention import attentions
from cutaway.diagnose.finding import Finding
from cutaway.graph import Graph, Input, Node, Parameter, Scope, Shape
from cutaway.ops import Add, Arange, CausalMask, Subtract, Where
from cutaway.shapes.reading import Reading


def unused(
    graph: Graph, built: Iterable[Node], found: Collection[Finding] = ()
) -> Iterator[Finding]:
    """Give what was made of parameters, masks or positions while a graph was built, and not read.

    Named is where the branch ends: the last value that was computed and never read. A causal mask
    that no attention has is a finding of that kind, unless it is among what was ``found`` already.

    Examples
    --------
    >>> import cutaway as ca
    >>> from cutaway.graph.built import recording
    >>> x = ca.input("x", "T D")
    >>> with recording() as built:
    ...     gate = ca.ops.sigmoid(x @ ca.parameter("gate", "D D"))
    >>> [finding.path for finding in unused(ca.Graph(x), built)]
    ['sigmoid']
    """
    inside = set(graph.nodes)
    branch: dict[Node, Node] = {}  # what is made of such a parameter, and which
    read: set[Node] = set()
    for node in built:
        if node in inside:
            continue
        made_of = [
            branch[source]
            for source in node.inputs
            if source in branch and (node.dtype == "bool" or not _is_flags(branch[source]))
        ]
        made = isinstance(node.op, Parameter | CausalMask | Arange | Input)
        if made or (_is_flags(node) and not inside.isdisjoint(node.inputs)):
            branch[node] = node
        elif made_of:
            branch[node] = made_of[0]
        read.update(node.inputs)
    shared = _shared(graph)
    for node, leaf in branch.items():
        if node not in read and node.rank:
            key, at = _key(graph, node, leaf), node
            mixing = shared.get((node.scope, node.shape))
            if mixing is not None and isinstance(leaf.op, Parameter):
                key, at = "values.keys", mixing
            if key != "causal.unused" or all(other.kind != "causal" for other in found):
                source, words = at.source, {"name": leaf.path, "op": node.op.name}
                kind, known = key.partition(".")[0], at if at in inside else None
                yield Finding(kind, at.path, known, source.file, source.line, words, key)


def _is_flags(node: Node) -> bool:
    """Say whether a value is flags made of others: a mask. Losses make some that go unread."""
    return node.dtype == "bool" and bool(node.inputs)


def _key(graph: Graph, node: Node, leaf: Node) -> str:
    if isinstance(leaf.op, Parameter):
        return "unused.parameter"
    if isinstance(leaf.op, CausalMask) and _unmasked(graph):
        return "causal.unused"
    return "unused.made" if node is leaf else "unused.value"


def _shared(graph: Graph) -> dict[tuple[Scope, Shape], Node]:
    """Return the attentions whose values are their keys or queries, by scope and shape of these."""
    found: dict[tuple[Scope, Shape], Node] = {}
    for attention in attentions(Reading(graph)):
        values = attention.mixing.inputs[1]
        if values in (
            *attention.product.inputs,
            *(n for s in attention.product.inputs for n in s.inputs),
        ):
            found[values.scope, values.shape] = attention.mixing
    return found


def _unmasked(graph: Graph) -> bool:
    """Say whether some attention of a graph has no mask."""
    found = attentions(Reading(graph))
    return any(not any(isinstance(n.op, Add | Subtract | Where) for n in a.way) for a in found)
