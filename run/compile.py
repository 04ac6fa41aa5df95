"""Numbers: a plan made once, then run for any feeds."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.graph import FeedError, Graph, Leaf, Node, OptionError, given_sizes, show_shape, walk
from cutaway.graph.errors import explain
from cutaway.graph.leaves import Constant, kind_of
from cutaway.ops import Numpy
from cutaway.run.sizes import Shown, solve

Array = npt.NDArray[Any]
Arrays = Mapping[str, npt.ArrayLike]
PLANS = 64  # sets of shapes remembered by one compiled graph


@dataclass(frozen=True, slots=True)
class Plan:
    """How to run arrays of certain shapes: the kernels, and what depends on sizes alone."""

    xp: Numpy
    sizes: Mapping[str, int]
    kernels: dict[Node, Callable[..., Any]]
    fixed: dict[Node, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """A plan with arrays: the rule that :func:`cutaway.graph.walk` is given.

    Attributes
    ----------
    known
        What is there before the first kernel: feeds, parameters, what depends on sizes alone.
    """

    plan: Plan
    known: dict[Node, Array]

    def __call__(self, node: Node, *arrays: Any) -> Any:
        """Return the value of a node, given those of its inputs."""
        found = self.known.get(node)
        return self.plan.kernels[node](self.plan.xp, *arrays) if found is None else found


class Compiled:
    """A graph ready to run: ``f(feeds, params, dims)`` gives one array for each output.

    Sizes are solved and checked before the first kernel, once for each set of shapes, and what
    depends on them alone (masks, positions) is computed then. Every value is freed after its
    last reader.
    """

    def __init__(self, graph: Graph | Node | Iterable[Node], backend: str = "numpy") -> None:
        if backend != "numpy":
            raise OptionError(f"there is no backend {backend!r}; use 'numpy'")
        self.graph = Graph.of(graph)
        self._inputs = keyed(self.graph.inputs, lambda node: node.name, "inputs")
        self._parameters = keyed(self.graph.parameters, lambda node: node.path, "parameters")
        self._plans: dict[object, Plan] = {}

    def __call__(
        self, feeds: Arrays | None = None, params: Arrays | None = None, dims: Any = None
    ) -> list[Array]:
        """Run.

        Parameters
        ----------
        feeds
            An array for each input, by name; ints are taken for floats.
        params
            An array for each parameter, by path.
        dims
            Sizes that no array shows, by symbol or name.

        Raises
        ------
        FeedError
            For a missing, unknown or ill-fitting array, a NaN parameter, or a missing size.
        ContractError
            For sizes that break a condition.
        """
        values = self.trace(feeds, params, dims, keep=self.graph.outputs)
        taken = {id(array) for arrays in (feeds, params) for array in (arrays or {}).values()}
        return [_owned(values[output], taken) for output in self.graph.outputs]

    def trace(
        self,
        feeds: Arrays | None = None,
        params: Arrays | None = None,
        dims: Any = None,
        keep: Iterable[Node] | None = None,
    ) -> dict[Node, Array]:
        """Run, and return the values of the nodes in ``keep`` (all of them by default)."""
        run = self.start(feeds, params, dims)
        kept = None if keep is None else set(keep)
        with np.errstate(all="ignore"):
            found = walk(self.graph, run, kept)
        return {node: np.asarray(value) for node, value in found.items()}

    def start(
        self, feeds: Arrays | None = None, params: Arrays | None = None, dims: Any = None
    ) -> Run:
        """Check what is given, and return the rule that computes node by node."""
        given = {
            **_read(self._inputs, feeds or {}, "feed"),
            **_read(self._parameters, params or {}, "parameter"),
        }
        plan = self._plan(given, dims or {})
        arrays = {n: np.asarray(array, plan.xp.dtype_of(n.dtype)) for n, array in given.items()}
        return Run(plan, {**plan.fixed, **arrays})

    def _plan(self, given: Mapping[Node, Array], dims: Any) -> Plan:
        """Return the plan for arrays of these shapes: made once."""
        floats = {array.dtype for array in given.values() if array.dtype.kind == "f"}
        precision = np.result_type(*floats) if floats else np.dtype(np.float64)
        asked = given_sizes(self.graph, dims)
        shapes = tuple(array.shape for array in given.values())
        key = precision, shapes, tuple(sorted(asked.items()))
        if key not in self._plans:
            sizes = solve(self.graph, _shown(given), asked)
            while len(self._plans) >= PLANS:
                del self._plans[next(iter(self._plans))]
            self._plans[key] = _bound(self.graph, Numpy(precision), sizes)
        return self._plans[key]


def _bound(graph: Graph, xp: Numpy, sizes: Mapping[str, int]) -> Plan:
    """Bind every op to the sizes, and compute what depends on them alone."""
    plan = Plan(xp, sizes, {}, {})
    for node in graph.nodes:
        if isinstance(node.op, Leaf) and not isinstance(node.op, Constant):
            continue
        plan.kernels[node] = kernel = node.op.bind(sizes).kernel
        if all(source in plan.fixed for source in node.inputs):
            with np.errstate(all="ignore"):
                value = np.asarray(kernel(xp, *(plan.fixed[source] for source in node.inputs)))
            value.flags.writeable = False  # it serves every later call
            plan.fixed[node] = value
    return plan


def _owned(array: Array, taken: set[int]) -> Array:
    """Return an array that the caller may change: no feed, no view, nothing a plan keeps."""
    shared = id(array) in taken or not array.flags.owndata or not array.flags.writeable
    own = array.copy() if shared else array
    taken.add(id(own))  # one array may come out twice
    return own


def compile(graph: Graph | Node | Iterable[Node], backend: str = "numpy") -> Compiled:
    """Plan a graph once; the result is called as ``f(feeds, params, dims)``.

    Examples
    --------
    >>> import cutaway as ca
    >>> f = compile(ca.ops.softmax(ca.input("x", "T")))
    >>> f({"x": [0.0, 0.0]})
    [array([0.5, 0.5])]
    """
    return Compiled(graph, backend)


def evaluate(
    graph: Graph | Node | Iterable[Node],
    feeds: Arrays | None = None,
    params: Arrays | None = None,
    dims: Any = None,
) -> list[Array]:
    """Run a graph once; see :class:`~cutaway.run.Compiled` for what it takes and raises.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "T D")
    >>> evaluate(x @ x.mT, {"x": [[1.0, 2.0], [3.0, 4.0]]})
    [array([[ 5., 11.],
           [11., 25.]])]
    """
    return Compiled(graph)(feeds, params, dims)


def keyed(nodes: Iterable[Node], key: Callable[[Node], str], what: str) -> dict[str, Node]:
    """Return leaves by their key.

    Raises
    ------
    FeedError
        If two of them share it: one array could not serve both.
    """
    found: dict[str, Node] = {}
    for node in nodes:
        if key(node) in found:
            raise FeedError(
                explain(
                    f"two {what} are called {key(node)!r}",
                    came=f"{found[key(node)].source} and {node.source}",
                    fix='tell them apart with "with ca.scope(…):", or use the same node twice',
                )
            )
        found[key(node)] = node
    return found


def _read(nodes: Mapping[str, Node], arrays: Arrays, what: str) -> dict[Node, Array]:
    for name in arrays:
        if name not in nodes:
            near = difflib.get_close_matches(str(name), nodes, 1)
            raise FeedError(
                explain(
                    f"the graph has no {what} {name!r}",
                    required=", ".join(nodes) if len(nodes) < 20 else f"one of {len(nodes)} names",
                    fix=f"did you mean {near[0]!r}?" if near else "",
                )
            )
    return {node: _array(name, node, arrays, what) for name, node in nodes.items()}


def _array(name: str, node: Node, arrays: Arrays, what: str) -> Array:
    if name not in arrays:
        raise FeedError(
            explain(
                f"the {what} {name!r} is missing",
                required=f"{node.dtype} {show_shape(node.shape)}",
                where=str(node.source),
            )
        )
    try:
        array = np.asarray(arrays[name])
        kind = kind_of(array.dtype)
    except (TypeError, ValueError) as error:
        raise FeedError(f"the {what} {name!r} is no array of numbers: {error}") from None
    if kind != node.dtype and not (kind == "int" and node.dtype == "float"):
        raise FeedError(
            explain(f"the {what} {name!r} is of the wrong kind", required=node.dtype, came=kind)
        )
    if array.ndim != node.rank:
        raise FeedError(
            explain(
                f"the {what} {name!r} has the wrong number of axes",
                required=show_shape(node.shape),
                came=show_shape(array.shape),
            )
        )
    if what == "parameter" and np.isnan(array).any():
        place = tuple(int(axis[0]) for axis in np.nonzero(np.isnan(array)))
        raise FeedError(
            explain(
                f"the parameter {name!r} holds NaN",
                came=f"{int(np.isnan(array).sum())} of {array.size} numbers, first at {place}",
                fix="load or initialise it again; a learning rate too high also makes NaN",
            )
        )
    return array


def _shown(given: Mapping[Node, Array]) -> list[Shown]:
    return [
        Shown(node, axis, length)
        for node, array in given.items()
        for axis, length in enumerate(array.shape)
    ]
