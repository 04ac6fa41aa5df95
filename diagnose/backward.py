"""The backward pass of a model: how long each gradient is, and the first that is NaN."""

from collections.abc import Collection, Mapping

import numpy as np

from cutaway.diagnose.case import Case, Seen, started
from cutaway.diagnose.comparing.ran import fed
from cutaway.diagnose.nonfinite import born
from cutaway.graph import Graph, Node, walk
from cutaway.run.compile import Array, Run
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
    feeds, params = fed(case.graph, case.values)
    run = started(both, {**feeds, **_drawn(case, seeds, seed)}, params, case.sizes)
    lengths, bad = _measured(case, both, run, set(found.values()))
    case.slopes.update({node: lengths[ct] for node, ct in found.items() if ct in lengths})
    return None if bad is None else _told(case, found, bad)


def _drawn(case: Case, seeds: Mapping[Node, Node], seed: int) -> dict[str, Array]:
    """Return the cotangents: 1 for a scalar, else random numbers."""
    random = np.random.default_rng(seed)
    found: dict[str, Array] = {}
    for node, ct in seeds.items():
        shape = case.values[node].shape
        drawn = random.standard_normal(shape) if shape else np.ones(())
        found[ct.name] = drawn.astype(case.precision)
    return found


def _measured(
    case: Case, both: Graph, run: Run, wanted: Collection[Node]
) -> tuple[dict[Node, float], Node | None]:
    """Run the backward pass; return how long gradients are, and the first bad node."""
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

    with np.errstate(all="ignore"):
        walk(both, rule, keep=case.values)
    return lengths, bad[0] if bad else None


def _told(case: Case, found: Mapping[Node, Node], made_by: Node) -> Seen:
    """Say where a bad gradient arises, and from what value."""
    node = _passed(case.graph, found, made_by)
    value = case.values[node]
    words = {
        "op": node.op.name,
        "backward": made_by.op.name,
        "least": float(np.min(value)),
        "most": float(np.max(value)),
    }
    return Seen("gradient.nan", node, words)


def _passed(graph: Graph, found: Mapping[Node, Node], inner: Node) -> Node:
    """Return the forward node whose rule made a node of the backward pass."""
    node = owners(graph, found).get(inner)
    if node is None:
        return inner
    for reader in graph.readers[node]:
        if reader.source == inner.source and reader.scope.backward.path == inner.scope.path:
            return reader
    return node
