"""The backward pass of a model: how long each gradient is, and the first that is NaN."""

import numpy as np

from cutaway.diagnose.birth import born
from cutaway.diagnose.case import Case, Seen, started
from cutaway.graph import Graph, Node
from cutaway.run.compile import Array
from cutaway.transform.backward import differentiate, float_leaves, output_seeds, owners


def backward(case: Case, seed: int) -> Seen | None:
    """Fill in the slopes of a case; return the first bad node, if there is one.

    What is differentiated is a scalar loss, or each output times random numbers.
    """
    ends = case.graph.outputs if case.loss is None else (case.loss,)
    seeds = output_seeds(dict.fromkeys(ends))
    if not seeds or not float_leaves(case.graph):
        return None
    found = differentiate(case.graph, seeds)
    both = Graph([*case.graph.outputs, *found.values()])
    feeds = {node.name: case.values[node] for node in case.graph.inputs}
    params = {node.path: case.values[node] for node in case.graph.parameters}
    random = np.random.default_rng(seed)
    for node, ct in seeds.items():
        shape = case.values[node].shape
        drawn = random.standard_normal(shape) if shape else np.ones(())
        feeds[ct.name] = drawn.astype(case.precision)
    run = started(both, feeds, params, case.sizes)
    wanted = set(found.values())
    lengths: dict[Node, float] = {}
    bad: list[Node] = []

    def rule(node: Node, *arrays: Array) -> Array:
        if node in case.values:
            return case.values[node]
        value = np.asarray(run(node, *arrays))
        if node in wanted:
            lengths[node] = float(np.sqrt(np.mean(np.square(value, dtype=np.float64))))
        if not bad and node.inputs and born(node, value, arrays):
            bad.append(node)
        return value

    values: dict[Node, Array] = {}
    with np.errstate(all="ignore"):
        for node in both.nodes:
            values[node] = rule(node, *[values[source] for source in node.inputs])
            for read in both.last_reads[node]:
                if read not in case.values:
                    del values[read]
    case.slopes.update({node: lengths[ct] for node, ct in found.items() if ct in lengths})
    if not bad:
        return None
    (made_by,) = bad
    node = _passed(case.graph, found, made_by)
    value = case.values[node]
    words = {
        "op": node.op.name,
        "backward": made_by.op.name,
        "least": float(np.min(value)),
        "most": float(np.max(value)),
    }
    return Seen("gradient.nan", node, words)


def _passed(graph: Graph, found: dict[Node, Node], inner: Node) -> Node:
    """Return the forward node whose rule made a node of the backward pass."""
    node = owners(graph, found).get(inner)
    if node is None:
        return inner
    for reader in graph.readers[node]:
        if reader.source == inner.source and reader.scope.backward.path == inner.scope.path:
            return reader
    return node
