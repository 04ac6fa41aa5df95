"""Where a model is run to see what is wrong: sizes, inputs and weights that are not given."""

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any

import numpy as np

from cutaway.graph import (
    Condition,
    ContractError,
    Graph,
    Input,
    Node,
    Parameter,
    check_sizes,
    evaluate,
)
from cutaway.graph.dims import symbols_of
from cutaway.ops import Cast, CrossEntropy, OneHot, ScatterAdd, Take
from cutaway.ops.compare import Equal, NotEqual
from cutaway.run import example_sizes
from cutaway.run.compile import Array, Arrays
from cutaway.run.sizes import Shown, learn
from cutaway.shapes.connected import connected
from cutaway.shapes.numbers import tester
from cutaway.shapes.search import smallest

WIDTHS = (16, 32, 24, 8, 40, 12, 4)
LENGTHS = (6, 7, 5, 8, 4)
BATCHES = (3, 2)
HEADS = (2, 4)
ROWS = (29, 31)
TRIES = 20_000  # sets of sizes that are looked at
PADS = ("pad", "ignore", "exclude", "hide", "hidden", "block", "drop")  # True: not attended to


def sizes_of(
    graph: Graph, given: Mapping[str, int], feeds: Arrays, params: Arrays
) -> dict[str, int]:
    """Return a size for every symbol: given, shown by an array, or one that tells things apart.

    Widths, lengths and batches get different sizes, so that what is mixed up does not fit by
    luck, and wide enough for what is wrong to be seen.

    Raises
    ------
    FeedError, ContractError
        If what is given does not fit, or no small sizes do.
    """
    known = learn(graph, _shown(graph, feeds, params), given)
    check_sizes(graph, known)
    wished = _wishes(graph)
    found = dict(known)
    groups = connected(graph.conditions)
    for group in groups:
        spoken = sorted(set().union(*(c.symbols for c in group)) - known.keys())
        met = _search(spoken, wished, group, known)
        if met is None and known.keys().isdisjoint(spoken):
            least = smallest(spoken, group)
            met = None if least is None else least.sizes
        if met is None:
            return example_sizes(graph, known)
        found |= met
    for name in sorted(graph.symbols - found.keys()):
        found[name] = wished[name][0]
    return found if _legal(graph, found) else example_sizes(graph, known)


def _shown(graph: Graph, feeds: Arrays, params: Arrays) -> Iterator[Shown]:
    for node in (*graph.inputs, *graph.parameters):
        arrays, name = (feeds, node.name) if isinstance(node.op, Input) else (params, node.path)
        if name in arrays:
            lengths = np.shape(arrays[name])
            yield from (Shown(node, axis, n) for axis, n in enumerate(lengths[: node.rank]))


def _legal(graph: Graph, sizes: Mapping[str, int]) -> bool:
    try:
        check_sizes(graph, sizes)
    except ContractError:
        return False
    return True


def _search(
    names: list[str],
    wished: Mapping[str, tuple[int, ...]],
    group: list[Condition],
    known: Mapping[str, int],
) -> dict[str, int] | None:
    """Return the first sizes, by preference, that meet conditions."""
    tests = [tester(condition) for condition in group]
    choices = product(*(dict.fromkeys((*wished[name], *WIDTHS, 2, 1)) for name in names))
    for chosen in islice(choices, TRIES):
        sizes = dict(zip(names, chosen, strict=True))
        if all(test({**known, **sizes}) for test in tests):
            return sizes
    return None


def _wishes(graph: Graph) -> dict[str, tuple[int, ...]]:
    """Return, for every symbol, the sizes it may get, by what it is."""
    kinds: dict[str, list[str]] = {
        name: [] for name in ("rows", "heads", "widths", "lengths", "batches")
    }
    for node in graph.nodes:
        if isinstance(node.op, Take) and isinstance(node.inputs[0].op, Parameter):
            kinds["rows"] += symbols_of(node.inputs[0].shape[:1])
    for condition in graph.conditions:
        if condition.relation == "|":
            kinds["heads"] += symbols_of((condition.left,))
    for node in (*graph.parameters, *graph.inputs):
        own = node.shape if isinstance(node.op, Parameter) else node.shape[-1:]
        if node.dtype == "float":
            kinds["widths"] += sorted(symbols_of(own))
    square = [node for node in graph.nodes if node.rank > 1 and node.shape[-1] == node.shape[-2]]
    kinds["lengths"] = [name for node in square for name in symbols_of(node.shape[-1:])]
    kinds["batches"] = [name for node in graph.inputs for name in symbols_of(node.shape[:1])]
    pools = {"rows": ROWS, "heads": HEADS, "widths": WIDTHS, "lengths": LENGTHS}
    pools["batches"] = BATCHES
    found: dict[str, tuple[int, ...]] = {}
    for kind, names in kinds.items():
        for n, name in enumerate(n for n in dict.fromkeys(names) if n not in found):
            found[name] = _turned(pools[kind], n)
    rest = [name for name in sorted(graph.symbols) if name not in found]
    return found | {name: _turned(LENGTHS, n) for n, name in enumerate(rest)}


def _turned(pool: tuple[int, ...], n: int) -> tuple[int, ...]:
    """Return a pool that begins at another place: symbols of a kind differ."""
    return pool[n % len(pool) :] + pool[: n % len(pool)]


def feeds_of(graph: Graph, sizes: Mapping[str, int], seed: int, dtype: Any) -> dict[str, Array]:
    """Return feeds: normal floats, tokens that are no padding, and masks that hide nothing."""
    limits, avoided = _limits(graph, sizes)
    found: dict[str, Array] = {}
    for place, node in enumerate(graph.inputs):
        random = np.random.default_rng([seed, place])
        shape = tuple(int(evaluate(dim, sizes)) for dim in node.shape)
        hides = any(word in node.name.lower() for word in PADS)
        if node.dtype == "float":
            found[node.name] = random.standard_normal(shape).astype(dtype)
        elif node.dtype == "bool":
            found[node.name] = np.full(shape, not hides)
        elif node in limits:
            found[node.name] = _tokens(random, shape, limits[node], avoided.get(node, set()))
        else:
            found[node.name] = np.full(shape, int(not hides))
    return found


def _tokens(
    random: np.random.Generator, shape: tuple[int, ...], limit: int, avoided: set[int]
) -> Array:
    """Return rows of tokens, of which none comes twice where there are enough."""
    allowed = [n for n in range(limit) if n not in avoided] or [0]
    length = shape[-1] if shape else 1
    rows = [
        random.choice(allowed, length, replace=len(allowed) < length)
        for _ in range(int(np.prod(shape[:-1], dtype=int)))
    ]
    return np.array(rows, dtype=np.int64).reshape(shape)


def _limits(graph: Graph, sizes: Mapping[str, int]) -> tuple[dict[Node, int], dict[Node, set[int]]]:
    """Return how many rows the ints that are fed pick from, and what they are compared with."""
    behind: dict[Node, set[Node]] = {}
    limits: dict[Node, int] = {}
    avoided: dict[Node, set[int]] = {}
    for node in graph.nodes:
        if isinstance(node.op, Input):
            behind[node] = {node} if node.dtype == "int" else set()
            continue
        behind[node] = set().union(*(behind[n] for n in node.inputs)) if _whole(node) else set()
        rows = picked(node)
        if rows is not None:
            index, dim = rows
            for source in behind[index]:
                limits[source] = min(int(evaluate(dim, sizes)), limits.get(source, 1 << 62))
        elif isinstance(node.op, Equal | NotEqual):
            numbers = [n.op.value for n in node.inputs if hasattr(n.op, "value")]
            for source in set().union(*(behind[n] for n in node.inputs)):
                avoided.setdefault(source, set()).update(
                    int(n) for n in numbers if n.ndim == 0 and float(n).is_integer()
                )
    return limits, avoided


def _whole(node: Node) -> bool:
    return node.dtype == "int" and not isinstance(node.op, Cast | Take)


def picked(node: Node) -> tuple[Node, Any] | None:
    """Return what an op takes as indices, and how many there are."""
    if isinstance(node.op, Take):
        return node.inputs[1], node.inputs[0].shape[node.op.axis]
    if isinstance(node.op, OneHot):
        return node.inputs[0], node.op.depth
    if isinstance(node.op, CrossEntropy):
        return node.inputs[1], node.inputs[0].shape[-1]
    if isinstance(node.op, ScatterAdd):
        return node.inputs[0], node.op.length
    return None
