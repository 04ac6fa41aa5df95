"""Sizes and feeds to try a graph with, where the caller gives none."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from cutaway.graph import ContractError, Graph, Node, check_sizes, evaluate, show
from cutaway.graph.errors import explain
from cutaway.ops import Take
from cutaway.run.compile import Array
from cutaway.run.sizes import Shown, learn

TRIES = (4, 8, 2, 12, 16, 32, 64, 1)


def example_sizes(
    graph: Graph,
    given: Mapping[str, int] | None = None,
    feeds: Mapping[str, Array] | None = None,
    usual: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Return a size for every symbol: given, shown by a feed, else usual, else a small one.

    Raises
    ------
    ContractError
        If no small sizes fit the conditions: then the caller has to choose.
    """
    shown = [
        Shown(node, axis, length)
        for node in graph.inputs
        if node.name in (feeds or {})
        for axis, length in enumerate(np.shape((feeds or {})[node.name])[: node.rank])
    ]
    known = learn(graph, shown, given or {})
    check_sizes(graph, known)
    missing = sorted(graph.symbols - known.keys())
    known.update({name: size for name, size in (usual or {}).items() if name in missing})
    check_sizes(graph, known)
    missing = sorted(graph.symbols - known.keys())
    for size in TRIES:
        sizes = {**known, **dict.fromkeys(missing, size)}
        if all(condition.holds(sizes) for condition in graph.conditions):
            return sizes
    raise ContractError(
        explain(
            f"no small sizes were found for {', '.join(missing)}",
            required=" and ".join(map(str, graph.conditions)),
            fix="give sizes that fit, such as --dim " + f"{missing[0]}=6",
        )
    )


def example_feeds(graph: Graph, sizes: Mapping[str, int], seed: int = 0) -> dict[str, Array]:
    """Return random feeds: normal floats, indices that exist, and True for bools."""
    random = np.random.default_rng(seed)
    return {node.name: _draw(graph, node, sizes, random) for node in graph.inputs}


def _draw(graph: Graph, node: Node, sizes: Mapping[str, int], random: Any) -> Array:
    lengths = [evaluate(dim, sizes) for dim in node.shape]
    for dim, length in zip(node.shape, lengths, strict=True):
        if length.denominator != 1:
            raise ContractError(f"{node.name}: {show(dim)} = {length} is no length of an axis")
    shape = tuple(map(int, lengths))
    if node.dtype == "float":
        return np.asarray(random.standard_normal(shape))
    if node.dtype == "bool":
        return np.ones(shape, dtype=bool)
    rows = [
        int(evaluate(reader.inputs[0].shape[reader.op.axis], sizes))
        for reader in graph.nodes
        if isinstance(reader.op, Take) and reader.inputs[1] is node
    ]
    return np.asarray(random.integers(0, min(rows, default=2), shape))
