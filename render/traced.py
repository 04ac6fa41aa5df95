"""The values that a picture shows: of a run of its graph, or of the graph that was unrolled."""

from cutaway.graph import Graph, Node, OptionError, Trace
from cutaway.graph.errors import explain
from cutaway.graph.trace import Array
from cutaway.transform import Unrolled


def of_graph(trace: object, graph: Graph) -> Trace:
    """Return the values of a graph's nodes: the given ones, or the tokens' of the unrolled graph.

    Raises
    ------
    OptionError
        If it is no trace, or one of another graph or of fewer tokens.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "T")
    >>> graph = ca.Graph(ca.ops.relu(x))
    >>> unrolled = ca.transform.unroll(graph, "T", 2)
    >>> found = of_graph(ca.trace(graph, {"x": [-1.0, 2.0]}), unrolled)
    >>> [found[node].tolist() for node in unrolled.outputs]
    [[0.0, 2.0]]
    """
    if not isinstance(trace, Trace):
        raise OptionError(
            explain(
                "there are no values to show",
                required="a trace of the graph that is drawn",
                came=repr(trace)[:80],
                fix="trace=ca.trace(graph, {…})",
            )
        )
    found = trace
    if isinstance(graph, Unrolled) and trace.graph is not graph:
        found = Trace(graph, _tokens(trace, graph), trace.words)
    if trace and found.keys().isdisjoint(graph.nodes):
        raise OptionError(
            explain(
                "the trace is of another graph: it has no value of what is drawn",
                required="values of the graph that is drawn",
                came=f"values of {trace.graph!r}, and a picture of {graph!r}",
                fix="run the graph that is drawn: trace=ca.trace(graph, {…})",
            )
        )
    return found


def _tokens(trace: Trace, graph: Unrolled) -> dict[Node, Array]:
    """Return the values of an unrolled graph's nodes, out of those of the whole axes."""
    found: dict[Node, Array] = {}
    for node, (origin, at) in graph.origin.items():
        if origin not in trace:
            continue
        value = trace[origin]
        sizes = zip(map(str, origin.shape), value.shape, strict=True)
        if any(graph.lengths.get(name, size) != size for name, size in sizes):
            raise OptionError(
                explain(
                    "the trace has another number of tokens than are drawn",
                    required=", ".join(f"{name} = {n}" for name, n in graph.lengths.items()),
                    came=f"{trace.graph.path(origin)} of shape {value.shape}",
                    fix="draw as many tokens as were run",
                )
            )
        found[node] = value[tuple(slice(n, None if n is None else n + 1) for n in at)]
    return found
