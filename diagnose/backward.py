"""The backward pass of a model: how long each gradient is, and the first that is NaN."""

import numpy as np

from cutaway.diagnose.birth import born
from cutaway.diagnose.case import Case, Seen, started
from cutaway.graph import Graph, Input, Node, Parameter, input, scope
from cutaway.graph.graph import topological
from cutaway.graph.scope import BACKWARD
from cutaway.run.compile import Array
from cutaway.transform import cotangents


def differentiate(case: Case, seed: int) -> Seen | None:
    """Fill in the slopes of a case; return the first bad node, if there is one.

    What is differentiated is a scalar loss, or each output times random numbers.
    """
    ends = case.graph.outputs if case.loss is None else (case.loss,)
    outputs = dict.fromkeys(n for n in ends if n.dtype == "float")
    leaves = {
        n for n in case.graph.nodes if isinstance(n.op, Input | Parameter) and n.dtype == "float"
    }
    if not outputs or not leaves:
        return None
    with scope(BACKWARD):
        seeds = {node: input(f"output.{n}", node.shape) for n, node in enumerate(outputs)}
    found = cotangents(seeds, leaves)
    owner = _owners(case.graph, found)
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
    bad: list[tuple[Node, Node]] = []

    def rule(node: Node, *arrays: Array) -> Array:
        if node in case.values:
            return case.values[node]
        value = np.asarray(run(node, *arrays))
        if node in wanted:
            lengths[node] = float(np.sqrt(np.mean(np.square(value, dtype=np.float64))))
        if not bad and node.inputs and born(node, value, arrays):
            bad.append((owner.get(node, node), node))
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
    node, made_by = bad[0]
    value = case.values[node]
    words = {
        "op": node.op.name,
        "backward": made_by.op.name,
        "least": float(np.min(value)),
        "most": float(np.max(value)),
    }
    return Seen("gradient.nan", node, words)


def _owners(graph: Graph, found: dict[Node, Node]) -> dict[Node, Node]:
    """Return the forward node whose rule made each node of the backward pass."""
    forward = frozenset(graph.nodes)
    owner: dict[Node, Node] = {}
    for node in reversed(graph.nodes):
        if node not in found:
            continue
        new = topological(
            [found[node]], lambda n: [s for s in n.inputs if s not in forward and s not in owner]
        )
        for inner in new:
            if inner not in forward and inner not in owner:
                owner[inner] = _reader(graph, node, inner)
    return owner


def _reader(graph: Graph, node: Node, inner: Node) -> Node:
    """Return who reads a value where a node of its gradient stands, or the value itself."""
    for reader in graph.readers[node]:
        if reader.source == inner.source and reader.scope.backward.path == inner.scope.path:
            return reader
    return node
