"""What was built and reaches no output: a branch of parameters, a mask, positions."""

from collections.abc import Collection, Iterable, Iterator

from cutaway.diagnose.attention import attentions
from cutaway.diagnose.finding import Finding
from cutaway.graph import Graph, Node, Parameter
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
        made_of = [branch[source] for source in node.inputs if source in branch]
        if isinstance(node.op, Parameter | CausalMask | Arange):
            branch[node] = node
        elif made_of:
            branch[node] = made_of[0]
        read.update(node.inputs)
    for node, leaf in branch.items():
        if node not in read and node.rank:
            key = _key(graph, node, leaf)
            if key != "causal.unused" or all(other.kind != "causal" for other in found):
                source, words = node.source, {"name": leaf.path, "op": node.op.name}
                kind = key.partition(".")[0]
                yield Finding(kind, node.path, None, source.file, source.line, words, key)


def _key(graph: Graph, node: Node, leaf: Node) -> str:
    if isinstance(leaf.op, Parameter):
        return "unused.parameter"
    if isinstance(leaf.op, CausalMask) and _unmasked(graph):
        return "causal.unused"
    return "unused.made" if node is leaf else "unused.value"


def _unmasked(graph: Graph) -> bool:
    """Say whether some attention of a graph has no mask."""
    found = attentions(Reading(graph))
    return any(not any(isinstance(n.op, Add | Subtract | Where) for n in a.way) for a in found)
