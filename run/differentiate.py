"""Gradients as numbers, and their check against finite differences."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from cutaway.graph import FeedError, GradError, Graph, Input, Node, Parameter, input
from cutaway.graph.errors import explain
from cutaway.run.compile import Array, Arrays, Compiled
from cutaway.transform import grad

Gradients = dict[str, Array]
Wrt = Literal["parameters"] | Iterable[Node]


def value_and_grad(
    graph: Graph | Node | Iterable[Node], wrt: Wrt = "parameters"
) -> Callable[..., tuple[Array, Gradients]]:
    """Return ``f(feeds, params, dims) -> (value, {path: gradient})`` of a scalar, planned once.

    Parameters
    ----------
    wrt
        ``"parameters"`` for all of them, or float nodes.

    Raises
    ------
    GradError
        If the graph's only output is not a float scalar.
    """
    run = with_gradients(graph, wrt)

    def function(
        feeds: Arrays | None = None, params: Arrays | None = None, dims: Any = None
    ) -> tuple[Array, Gradients]:
        value, slopes, _ = run(feeds, params, dims)
        return value, slopes

    return function


def with_gradients(
    graph: Graph | Node | Iterable[Node], wrt: Wrt = "parameters", also: Iterable[Node] = ()
) -> Callable[..., tuple[Array, Gradients, list[Array]]]:
    """Return :func:`value_and_grad`'s function, with the values of other nodes as a third result.

    All of them come from one run, which computes what they have in common once.
    """
    graph = Graph.of(graph)
    if len(graph.outputs) != 1:
        raise GradError(f"value_and_grad: one scalar output is required, not {len(graph.outputs)}")
    nodes = graph.parameters if isinstance(wrt, str) else tuple(wrt)
    if isinstance(wrt, str) and wrt != "parameters":
        raise GradError(f"wrt is 'parameters' or a list of nodes, not {wrt!r}")
    (loss,) = graph.outputs
    run = Compiled([loss, *grad(loss, nodes), *also])
    paths = [node.path for node in nodes]

    def function(
        feeds: Arrays | None = None, params: Arrays | None = None, dims: Any = None
    ) -> tuple[Array, Gradients, list[Array]]:
        value, *found = run(feeds, params, dims)
        slopes = dict(zip(paths, found, strict=False))
        return value, slopes, found[len(paths) :]

    return function


@dataclass(frozen=True, slots=True)
class GradCheck:
    """What :func:`check_grads` found: the largest difference of each order, relative."""

    orders: tuple[float, ...]


def check_grads(
    graph: Graph | Node | Iterable[Node],
    feeds: Arrays | None = None,
    params: Arrays | None = None,
    dims: Any = None,
    order: int = 2,
    *,
    tolerance: float = 1e-6,
    step: float = 1e-4,
    directions: int = 2,
    seed: int = 0,
) -> GradCheck:
    """Check gradients with respect to all floats against differences, in float64.

    Outputs are summed with random weights; the derivative along random directions is compared
    with a central difference of fourth order. The next order differentiates that derivative.

    Parameters
    ----------
    order
        1 checks gradients, 2 gradients of gradients too.
    tolerance
        Relative to the size of the derivative and of the value.

    Raises
    ------
    GradError
        If a derivative and its difference disagree, or if there is nothing to differentiate.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "N")
    >>> check_grads(ca.ops.tanh(x), {"x": [0.3, -1.0]}, order=2).orders[1] < 1e-6
    True
    """
    graph = Graph.of(graph)
    leaves = [node for node in (*graph.inputs, *graph.parameters) if node.dtype == "float"]
    outputs = [node for node in graph.outputs if node.dtype == "float"]
    if not leaves or not outputs:
        raise GradError("check_grads: a float output of a float input is required")
    random = np.random.default_rng(seed)
    point = {node: _given(node, feeds, params) for node in leaves}
    fixed = {node.name: (feeds or {})[node.name] for node in graph.inputs if node not in point}
    shapes = Compiled(graph).trace(feeds, params, dims, keep=outputs)
    loss, extra = _weigh(outputs, [shapes[node].shape for node in outputs], random, "weight")
    found: list[float] = []
    for level in range(1, order + 1):
        slopes = grad(loss, leaves)
        run = Compiled([loss])
        name = f"direction{level}."
        worst = 0.0
        for _ in range(directions):
            sides = [point[node].shape for node in leaves]
            slope, along = _weigh(slopes, sides, random, name, unit=True)
            (value,) = _run(Compiled(slope), point, {**fixed, **extra, **along}, dims)
            at = [
                _moved(run, point, along.values(), distance * step, {**fixed, **extra}, dims)
                for distance in (-2, -1, 0, 1, 2)
            ]
            difference = (8 * (at[3] - at[1]) - (at[4] - at[0])) / (12 * step)
            scale = abs(float(value)) + abs(difference) + 1e-3 * abs(at[2]) + 1e-6
            worst = max(worst, abs(float(value) - difference) / scale)
        found.append(worst)
        if not worst <= tolerance:
            raise GradError(
                explain(
                    f"check_grads: order {level} disagrees with finite differences",
                    required=f"a relative difference of at most {tolerance:g}",
                    came=f"{worst:.3g}",
                    fix="check the vjp of the ops used; near a kink finite differences are wrong",
                )
            )
        loss, extra = slope, {**extra, **along}
    return GradCheck(tuple(found))


def _moved(
    run: Compiled,
    point: Mapping[Node, Array],
    along: Iterable[Array],
    distance: float,
    fixed: Mapping[str, Any],
    dims: Any,
) -> float:
    """Return a scalar graph's value at some distance from a point along a direction."""
    moved = {
        node: array + distance * side
        for (node, array), side in zip(point.items(), along, strict=True)
    }
    return float(_run(run, moved, fixed, dims)[0])


def _given(node: Node, feeds: Arrays | None, params: Arrays | None) -> Array:
    fed = isinstance(node.op, Input)
    array = (feeds or {}).get(node.name) if fed else (params or {}).get(node.path)
    if array is None:
        raise FeedError(f"check_grads: {node.name if fed else node.path!r} is missing")
    return np.asarray(array, dtype=np.float64)


def _weigh(
    nodes: list[Node],
    shapes: Iterable[tuple[int, ...]],
    random: np.random.Generator,
    name: str,
    unit: bool = False,
) -> tuple[Node, dict[str, Array]]:
    """Add the nodes up with random weights, which are inputs: fixed, whatever is moved.

    Directions have length 1 together, so that a step along one rarely crosses a kink.
    """
    arrays = {f"{name}{n}": random.standard_normal(shape) for n, shape in enumerate(shapes)}
    if unit:
        length = np.sqrt(sum(float(np.sum(np.square(array))) for array in arrays.values()))
        arrays = {key: array / length for key, array in arrays.items()}
    terms = [(node * input(key, node.shape)).sum() for node, key in zip(nodes, arrays, strict=True)]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total, arrays


def _run(
    run: Compiled, point: Mapping[Node, Array], extra: Mapping[str, Any], dims: Any
) -> list[Array]:
    """Run a graph with what it reads of feeds, parameters and sizes."""
    inputs = {node.name: a for node, a in point.items() if isinstance(node.op, Input)}
    params = {node.path: a for node, a in point.items() if isinstance(node.op, Parameter)}
    arrays = {**extra, **inputs}
    return run(
        {node.name: arrays[node.name] for node in run.graph.inputs},
        {node.path: params[node.path] for node in run.graph.parameters},
        {name: size for name, size in (dims or {}).items() if str(name) in run.graph.symbols},
    )
