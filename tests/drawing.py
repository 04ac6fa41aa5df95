"""Rows of the op tests; random shapes, axes and arrays, the same with symbols and with numbers.

A :class:`Draw` made with a seed alone gives symbolic sizes. Made again with that seed and the
sizes, it repeats every choice with ints, so that a case builds the very same node concretely.
"""

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

import cutaway as ca
from cutaway.graph import Dim, Kind, Op, Shape, evaluate

Array = npt.NDArray[Any]
Reference = Callable[..., Any]
Built = tuple[ca.Node, Reference]
Case = Callable[["Draw"], Built]
Gradient = Literal["checked", "none", "zero", "no inputs"]
Error = tuple[Callable[[], object], type[Exception], str]
STEPS = 8192  # floats are distinct points of a grid, so that no two tie and none is at a kink
LARGEST = 4
NAMES = "ABCDEFGHJKLMPQRTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A leaf and where its values lie."""

    node: ca.Node
    low: float
    high: Dim | float

    def array(self, sizes: Mapping[str, int], random: np.random.Generator, grid: Array) -> Array:
        """Draw an array; floats take their points from ``grid``."""
        shape = tuple(int(evaluate(dim, sizes)) for dim in self.node.shape)
        if self.node.dtype == "bool":
            return np.asarray(random.integers(0, 2, shape) == 1)
        if self.node.dtype == "int":
            high = self.high if isinstance(self.high, float) else evaluate(self.high, sizes)
            return random.integers(int(self.low), int(high), shape)
        count = int(np.prod(shape))
        return self.low + (float(self.high) - self.low) * grid[:count].reshape(shape)


class Draw:
    """The choices of one case."""

    def __init__(self, seed: int, sizes: Mapping[str, int] | None = None) -> None:
        self.seed = seed
        self.random = np.random.default_rng([seed, 0])
        self.given = sizes
        self.leaves: list[Drawn] = []
        self._names = iter(NAMES)

    def symbol(self) -> Dim:
        """Return a new size: a symbol, or its number."""
        name = next(self._names)
        return ca.dims(name)[0] if self.given is None else self.given[name]

    def size(self) -> Dim:
        """Return a new size, sometimes a literal 1 or 3."""
        literal = int(self.random.choice([0, 0, 0, 0, 1, 3]))
        return literal or self.symbol()

    def shape(self, low: int = 0, high: int = 3) -> Shape:
        """Return a shape of a random rank."""
        return tuple(self.size() for _ in range(self.random.integers(low, high + 1)))

    def broadcast(self, count: int, low: int = 0, high: int = 3) -> tuple[Shape, ...]:
        """Return shapes that broadcast: leading axes missing, others a literal 1."""
        base = self.shape(low, high)
        return tuple(
            tuple(
                1 if self.random.random() < 0.25 else dim
                for dim in base[int(self.random.integers(len(base) + 1)) if n else 0 :]
            )
            for n in range(count)
        )

    def axis(self, rank: int) -> int:
        """Return an axis, counted from the front or from the end."""
        return int(self.random.integers(-rank, rank))

    def axes(self, rank: int) -> tuple[int, ...]:
        """Return some axes (at least one), in any order."""
        count = int(self.random.integers(1, rank + 1))
        return tuple(int(n) for n in self.random.permutation(rank)[:count])

    def flag(self) -> bool:
        """Toss a coin."""
        return bool(self.random.integers(2))

    def integer(self, low: int, high: int) -> int:
        """Return a whole number of ``[low, high)``."""
        return int(self.random.integers(low, high))

    def floats(self, shape: Shape, low: float = -2.0, high: float = 2.0) -> ca.Node:
        """Declare an input of floats."""
        return self._leaf(shape, "float", low, high)

    def ints(self, shape: Shape, below: Dim = 5, low: int = 0) -> ca.Node:
        """Declare an input of ints of ``[low, below)``."""
        return self._leaf(shape, "int", low, below)

    def bools(self, shape: Shape) -> ca.Node:
        """Declare an input of bools."""
        return self._leaf(shape, "bool", 0, 2)

    def parameter(self, shape: Shape) -> ca.Node:
        """Declare a parameter."""
        node = ca.parameter(string.ascii_lowercase[len(self.leaves)], shape)
        self.leaves.append(Drawn(node, -1.0, 1.0))
        return node

    def _leaf(self, shape: Shape, kind: Kind, low: float, high: Dim | float) -> ca.Node:
        node = ca.input(string.ascii_lowercase[len(self.leaves)], shape, kind)
        self.leaves.append(Drawn(node, low, high))
        return node


@dataclass(frozen=True, slots=True)
class Instance:
    """A case, built with symbols and with ints, and arrays for it."""

    node: ca.Node
    concrete: ca.Node
    reference: Reference
    leaves: tuple[Drawn, ...]
    arrays: tuple[Array, ...]
    sizes: dict[str, int]

    @property
    def feeds(self) -> dict[str, Array]:
        """The arrays of the inputs, by name."""
        return self._arrays("input")

    @property
    def params(self) -> dict[str, Array]:
        """The arrays of the parameters, by name."""
        return self._arrays("parameter")

    def _arrays(self, what: str) -> dict[str, Array]:
        pairs = zip(self.leaves, self.arrays, strict=True)
        return {leaf.node.name: array for leaf, array in pairs if leaf.node.op.name == what}

    @property
    def wrt(self) -> list[ca.Node]:
        """The float leaves."""
        return [leaf.node for leaf in self.leaves if leaf.node.dtype == "float"]

    def run(self, *nodes: ca.Node, precision: npt.DTypeLike = np.float64) -> list[Array]:
        """Evaluate nodes; the leaves stand beside them, so that they show every size."""
        outputs = [*nodes, *(leaf.node for leaf in self.leaves)]
        known = ca.Graph(outputs).symbols
        sizes = {name: size for name, size in self.sizes.items() if name in known}
        feeds, params = (
            {k: a.astype(precision) if a.dtype.kind == "f" else a for k, a in arrays.items()}
            for arrays in (self.feeds, self.params)
        )
        return ca.evaluate(outputs, feeds, params, sizes)[: len(nodes)]


def instance(case: Case, seed: int) -> Instance:
    """Build a case from a seed, with random sizes that fit its conditions."""
    draw = Draw(seed)
    node, _ = case(draw)
    random = np.random.default_rng([seed, 1])
    graph = ca.Graph([node, *(leaf.node for leaf in draw.leaves)])
    names = sorted(graph.symbols | set(NAMES))
    for _ in range(2000):
        sizes = {name: int(random.integers(1, LARGEST + 1)) for name in names}
        if all(condition.holds(sizes) for condition in graph.conditions):
            break
    else:
        raise AssertionError(f"no sizes fit {[str(c) for c in graph.conditions]}")
    grid = (random.permutation(STEPS) + 0.5) / STEPS
    arrays: list[Array] = []
    for leaf in draw.leaves:
        arrays.append(leaf.array(sizes, random, grid))
        grid = grid[arrays[-1].size :]
    concrete, reference = case(Draw(seed, sizes))
    return Instance(node, concrete, reference, tuple(draw.leaves), tuple(arrays), sizes)


@dataclass(frozen=True, slots=True)
class Sample:
    """A row of the tests in ``test_ops*.py``.

    Attributes
    ----------
    op
        The class it samples.
    cases
        Each builds a node from a :class:`Draw`, and says what numpy gives for the leaves' arrays.
    errors
        Calls that raise, the class they raise, and a text of the message.
    gradient
        ``checked`` against differences to order 2; ``none``: its vjp raises GradError; ``zero``:
        nothing flows back; ``no inputs``: there is nothing to differentiate.
    name
        For a function without a class of its own.
    """

    op: type[Op]
    cases: tuple[Case, ...]
    errors: tuple[Error, ...] = ()
    gradient: Gradient = "checked"
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.op.__name__


def tensor(*shape: Dim | str, kind: Kind = "float") -> ca.Node:
    """Return an input for an error row: ``tensor("B", 3)``."""
    return ca.input("x", tuple(ca.dims(d)[0] if isinstance(d, str) else d for d in shape), kind)


FLOAT, INT, BOOL = (tensor("N", kind=kind) for kind in ("float", "int", "bool"))
KIND, MISFIT = "operand", "shapes that can never fit"
