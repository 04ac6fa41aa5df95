"""What tells one graph from another, across runs and machines."""

import hashlib

from cutaway.graph import Constant, Graph, Node, show_shape


def fingerprint(graph: Graph) -> str:
    """Return a digest of what a graph computes: ops, their statics, who reads whom, names, sizes.

    Examples
    --------
    >>> import cutaway as ca
    >>> def model(scale):
    ...     return ca.Graph(ca.input("x", "T D") @ ca.parameter("w", "D D") * scale)
    >>> fingerprint(model(2.0)) == fingerprint(model(2.0))
    True
    >>> fingerprint(model(2.0)) == fingerprint(model(3.0))
    False
    """
    number = {node: n for n, node in enumerate(graph.nodes)}
    digest = hashlib.sha256()
    for node in (*graph.nodes, *graph.outputs):
        sources = " ".join(str(number[source]) for source in node.inputs)
        line = f"{number[node]} {node.path} {_static(node)} {show_shape(node.shape)} {sources}\n"
        digest.update(line.encode("utf-8", "backslashreplace"))
    return digest.hexdigest()


def _static(node: Node) -> str:
    """Return an op with its statics; an array is told by its bytes."""
    if isinstance(node.op, Constant):
        value = node.op.value
        content = hashlib.sha256(value.tobytes()).hexdigest()
        return f"constant {value.dtype.str} {value.shape} {content}"
    return repr(node.op)
