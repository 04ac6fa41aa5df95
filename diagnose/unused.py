"""What was built and reaches no output: a branch of parameters, a mask, positions."""

from collections.abc import Iterable, Iterator

from cutaway.diagnose.finding import Finding
from cutaway.graph import Graph, Node, Parameter
from cutaway.ops import Arange, CausalMask


def unused(graph: Graph, built: Iterable[Node]) -> Iterator[Finding]:
    """Give what was made of parameters, masks or positions while a graph was built, and not read.

    Named is where the branch ends: the last value that was computed and never read.

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
            source, words = node.source, {"name": leaf.path, "op": node.op.name}
            key = "unused.parameter" if isinstance(leaf.op, Parameter) else "unused.value"
            yield Finding("unused", node.path, None, source.file, source.line, words, key)
