"""The arrays of two runs: those that are given, and the same random ones for both."""

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.diagnose.comparing.alignment import Alignment
from cutaway.diagnose.comparing.subject import Subject
from cutaway.graph import ContractError, FeedError, Graph, Input, Node, Parameter, evaluate, show
from cutaway.graph.legal import sizes_in
from cutaway.ops import Take
from cutaway.run import example_sizes, initialize
from cutaway.run.compile import Array
from cutaway.run.sizes import Shown, learn

NEAR = (2, 3, 4, 5, 6, 8, 10, 12)  # sizes that are tried; unlike sizes let no wrong axis pass
TRIES = 300
NOISE = 0.1  # of what is drawn as 0 or 1 otherwise: a bias that is forgotten is to be seen


def sizes_for(graphs: tuple[Graph, ...], known: Mapping[str, int], seed: int) -> dict[str, int]:
    """Return sizes that fit several graphs: as unlike each other as can be found.

    Raises
    ------
    ContractError
        If no small sizes fit the conditions of all.
    """
    both = Graph([node for graph in graphs for node in graph.outputs])
    given = sizes_in(both, known)
    missing = sorted(both.symbols - given.keys())
    random = np.random.default_rng(seed)
    best: dict[str, int] = {}
    for _ in range(TRIES if missing else 0):
        tried = given | {name: int(random.choice(NEAR)) for name in missing}
        if len(set(tried.values())) > len(set(best.values())) and _holds(both, tried):
            best = tried
    return best or example_sizes(both, given)


def _holds(graph: Graph, sizes: Mapping[str, int]) -> bool:
    asked = (*graph.conditions, *graph.declared)
    return all(c.holds(sizes) for c in asked if c.symbols <= sizes.keys())


def tied(
    left: Graph, sizes: Mapping[str, int], right: Graph, known: Mapping[str, int]
) -> dict[str, int]:
    """Return sizes at which leaves of one name have one shape, whatever their sizes are called.

    Empty, where the shapes of two such leaves can't be the same.
    """
    here = {node.path: node for node in _leaves(left)}
    given = sizes_in(right, known)
    for leaves in (_leaves(right), right.inputs):
        facts = [
            Shown(node, axis, length)
            for node in leaves
            if node.path in here and here[node.path].rank == node.rank
            for axis, length in enumerate(_shape(here[node.path], sizes))
        ]
        try:
            found = learn(right, facts, given)
        except (ContractError, FeedError):
            continue
        if _holds(right, {**sizes, **found}):
            return found
    return {}


def shared(
    left: Subject,
    right: Subject,
    alignment: Alignment,
    sizes: tuple[Mapping[str, int], Mapping[str, int]],
    seed: int,
    dtype: npt.DTypeLike,
) -> tuple[dict[Node, Array], dict[Node, Array]]:
    """Return an array for every leaf of both graphs.

    A leaf that has none takes its partner's, or one that is drawn by its path.
    """
    mine, theirs = given(left), given(right)
    back = {other: node for node, other in alignment.pairs.items()}
    for node in _leaves(left.graph):
        if node not in mine:
            other = alignment.pairs.get(node)
            shape = _shape(node, sizes[0])
            found = None if other is None else _fitting(theirs.get(other), shape)
            if found is None:
                limit = None if other is None else _rows(right.graph, other, sizes[1])
                found = _draw(left.graph, node, sizes[0], seed, dtype, limit)
            mine[node] = found
    for node in _leaves(right.graph):
        if node not in theirs:
            found = _fitting(mine.get(back.get(node, node)), _shape(node, sizes[1]))
            theirs[node] = (
                _draw(right.graph, node, sizes[1], seed, dtype, None) if found is None else found
            )
    return mine, theirs


def _leaves(graph: Graph) -> tuple[Node, ...]:
    return (*graph.inputs, *graph.parameters)


def given(subject: Subject) -> dict[Node, Array]:
    """Return the arrays of leaves that a subject has."""
    if subject.values is not None:
        return {n: subject.values[n] for n in _leaves(subject.graph) if n in subject.values}
    found = {n: subject.feeds[n.name] for n in subject.graph.inputs if n.name in subject.feeds}
    found |= {
        n: subject.params[n.path] for n in subject.graph.parameters if n.path in subject.params
    }
    return {node: np.asarray(array) for node, array in found.items()}


def _fitting(array: Array | None, shape: tuple[int, ...]) -> Array | None:
    """Return an array if it has a shape, or is a matrix whose transpose has it."""
    if array is None or array.shape == shape:
        return array
    return array.T if array.ndim == 2 and array.T.shape == shape else None


def _shape(node: Node, sizes: Mapping[str, int]) -> tuple[int, ...]:
    lengths = [evaluate(dim, sizes) for dim in node.shape]
    for dim, length in zip(node.shape, lengths, strict=True):
        if length.denominator != 1:
            raise ContractError(f"{node.path}: {show(dim)} = {length} is no length of an axis")
    return tuple(map(int, lengths))


def _draw(
    graph: Graph,
    node: Node,
    sizes: Mapping[str, int],
    seed: int,
    dtype: npt.DTypeLike,
    limit: int | None,
) -> Array:
    """Draw a leaf's array, by its path."""
    random = np.random.default_rng([seed, zlib.crc32(node.path.encode())])
    shape = _shape(node, sizes)
    if isinstance(node.op, Parameter):
        needed = sizes_in(graph, sizes)
        array = initialize(Graph(node), needed, seed, dtype)[node.path]
        plain = node.op.init in ("zeros", "ones")
        noise = NOISE * random.standard_normal(shape) if plain else 0.0
        return np.asarray(array + noise, dtype)
    assert isinstance(node.op, Input)
    if node.dtype == "float":
        return np.asarray(random.standard_normal(shape), dtype)
    if node.dtype == "bool":
        return _flags(random, shape)
    own = _rows(graph, node, sizes)
    rows = [found for found in (own, limit) if found is not None]
    if rows:
        return np.asarray(random.integers(0, min(rows), shape))
    return _flags(random, shape).astype(np.int64)


def _flags(random: Any, shape: tuple[int, ...]) -> Array:
    """Draw what a mask may be: mostly true, and in every row the first."""
    found = np.asarray(random.random(shape) < 0.75)
    if shape:
        found[..., 0] = True
    return found


def _rows(graph: Graph, node: Node, sizes: Mapping[str, int]) -> int | None:
    """Return how many rows the smallest table has that is indexed by a node."""
    found = [
        int(evaluate(reader.inputs[0].shape[reader.op.axis], sizes))
        for reader in graph.readers[node]
        if isinstance(reader.op, Take) and reader.inputs[1] is node
    ]
    return min(found, default=None)
