"""What numpy does at given sizes when nobody checks: an oracle that knows of no proof.

Sizes are enumerated, conditions are evaluated in exact fractions, and kernels are run on arrays
of zeros without any check before them. It takes from cutaway what is judged (the shapes and the
conditions on the nodes) and the kernels, and nothing else.
"""

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, Literal

import numpy as np
import sympy

import cutaway as ca
from cutaway import ops
from cutaway.graph import Condition, Dim, Facts, Input, Op, Parameter, Shape

Sizes = Mapping[str, int]
Number = int | Fraction
Kind = Literal["runs", "another shape", "fails"]
Silent = Literal["one side is 1", "a slice clamps", "an axis of length 0"]


# Sizes -----------------------------------------------------------------------------------------


def every(names: Iterable[str], largest: int) -> list[dict[str, int]]:
    """Return all sizes up to ``largest``: the smallest sum first, then by name."""
    ordered = sorted(names)
    found = itertools.product(range(1, largest + 1), repeat=len(ordered))
    return [dict(zip(ordered, s, strict=True)) for s in sorted(found, key=lambda s: (sum(s), s))]


def box(names: Iterable[str]) -> list[dict[str, int]]:
    """Return all sizes up to a bound, which is smaller the more sizes there are."""
    count = len(set(names))
    return every(names, {0: 1, 1: 12, 2: 8, 3: 5, 4: 4, 5: 3, 6: 3}[count])


def of_sum(names: Iterable[str], total: int) -> Iterator[dict[str, int]]:
    """Return all sizes with that sum, by name."""
    ordered = sorted(names)
    for cuts in itertools.combinations(range(1, total), max(0, len(ordered) - 1)):
        edges = (0, *cuts, total)
        yield {name: edges[n + 1] - edges[n] for n, name in enumerate(ordered)}


@cache
def _reader(dim: Dim) -> Callable[[Sizes], Number]:
    """Return a function that gives the exact value of a dim."""
    if isinstance(dim, int):
        return lambda sizes: dim
    if dim.is_Symbol:
        name = dim.name
        return lambda sizes: sizes[name]
    if dim.is_Rational:
        number = Fraction(int(dim.p), int(dim.q))
        return lambda sizes: number
    parts = [_reader(argument) for argument in dim.args]
    if dim.is_Add:
        return lambda sizes: sum(part(sizes) for part in parts)
    if dim.is_Mul:
        return lambda sizes: math.prod(part(sizes) for part in parts)
    if dim.is_Pow:
        base, power = parts
        return lambda sizes: Fraction(base(sizes)) ** int(power(sizes))
    assert isinstance(dim, sympy.floor), dim
    return lambda sizes: math.floor(parts[0](sizes))


def value(dim: Dim, sizes: Sizes) -> Number:
    """Return the exact value of a dim."""
    return _reader(dim)(sizes)


# Legality --------------------------------------------------------------------------------------


def holds(condition: Condition, sizes: Sizes) -> bool:
    """Say whether a condition holds at these sizes."""
    left, right = value(condition.left, sizes), value(condition.right, sizes)
    if condition.relation == "|":
        return left != 0 and Fraction(right, left).denominator == 1
    return {"==": left == right, ">=": left >= right, "<=": left <= right}[condition.relation]


def legal(graph: ca.Graph, sizes: Sizes) -> bool:
    """Say whether every condition that a node stores holds."""
    return all(holds(c, sizes) for c in _asked(graph))


@lru_cache(maxsize=256)
def _asked(graph: ca.Graph) -> tuple[Condition, ...]:
    return tuple(dict.fromkeys(c for node in graph.nodes for c in node.conditions))


# Kernels ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the kernels do at some sizes.

    Attributes
    ----------
    kind
        They run and give the predicted shapes; another shape; or one of them raises.
    at
        The first node that raises or has another shape.
    silent
        What numpy passes over in silence at these sizes.
    """

    kind: Kind
    at: int | None = None
    silent: frozenset[Silent] = frozenset()

    @property
    def fails(self) -> bool:
        """Whether a kernel raises."""
        return self.kind == "fails"


@dataclass(frozen=True, slots=True)
class Step:
    """An op, which steps its operands come from, and what shape is promised (None: nothing is)."""

    op: Op
    inputs: tuple[int, ...]
    shape: Shape | None


def steps_of(graph: ca.Graph) -> tuple[Step, ...]:
    """Return a graph as bare steps."""
    place = {node: n for n, node in enumerate(graph.nodes)}
    return tuple(
        Step(node.op, tuple(place[source] for source in node.inputs), node.shape)
        for node in graph.nodes
    )


def run(steps: tuple[Step, ...], sizes: Sizes) -> Outcome:
    """Run the kernels in order, each bound to the sizes, on zeros; nothing is checked."""
    arrays: list[Any] = []
    silent: set[Silent] = set()
    differs: int | None = None
    xp = ops.Numpy()
    with np.errstate(all="ignore"):
        for n, step in enumerate(steps):
            given = [arrays[i] for i in step.inputs]
            try:
                silent |= _passed_over(step, given, [steps[i].shape for i in step.inputs], sizes)
                found = np.asarray(_kernel(step.op, xp, sizes, given))
            except Exception:  # whatever numpy raises, it raises at the user
                return Outcome("fails", n, frozenset(silent))
            if 0 in found.shape:
                silent.add("an axis of length 0")
            if differs is None and step.shape is not None:
                promised = [value(dim, sizes) for dim in step.shape]
                differs = n if list(found.shape) != promised else None
            arrays.append(found)
    return Outcome("runs" if differs is None else "another shape", differs, frozenset(silent))


def _kernel(op: Op, xp: ops.Numpy, sizes: Sizes, given: list[Any]) -> Any:
    if isinstance(op, Input | Parameter):
        kind = op.kind if isinstance(op, Input) else "float"
        lengths = [max(0, _whole(dim, sizes)) for dim in op.dims]
        return np.zeros(lengths, xp.dtype_of(kind))
    if isinstance(op, ops.Take | ops.ScatterAdd | ops.CrossEntropy):  # values are not judged here
        given = [np.zeros_like(array) if array.dtype.kind == "i" else array for array in given]
    return bound(op, sizes).kernel(xp, *given)


def bound(op: Op, sizes: Sizes) -> Op:
    """Return the op with a whole number for every dim."""
    fields = {f.name: getattr(op, f.name) for f in dataclasses.fields(op)}  # type: ignore[arg-type]
    new = {name: _number(field, sizes) for name, field in fields.items()}
    changed = {name: field for name, field in new.items() if field is not fields[name]}
    return dataclasses.replace(op, **changed) if changed else op  # type: ignore[type-var]


def _number(field: Any, sizes: Sizes) -> Any:
    if isinstance(field, sympy.Expr):
        return _whole(field, sizes)
    if isinstance(field, tuple):
        found = tuple(_number(item, sizes) for item in field)
        return found if any(a is not b for a, b in zip(found, field, strict=True)) else field
    return field


def _whole(dim: Dim, sizes: Sizes) -> int:
    """Return a dim as numpy takes it: it refuses fractions as lengths and as bounds."""
    number = Fraction(value(dim, sizes))
    if number.denominator != 1:
        raise TypeError(f"{number} is no whole number")
    return int(number)


# What numpy passes over in silence -------------------------------------------------------------


def _passed_over(
    step: Step, given: list[Any], shapes: list[Shape | None], sizes: Sizes
) -> set[Silent]:
    op, found = step.op, set[Silent]()
    if any(
        len({length for _, length in axes}) > 1
        and any(dim != 1 and length == 1 for dim, length in axes)
        for axes in _matched(op, given, shapes, sizes)
    ):
        found.add("one side is 1")
    if isinstance(op, ops.Slice | ops.Place):
        lengths = given[0].shape if isinstance(op, ops.Slice) else _number(op.target, sizes)
        spans = _number(op.spans, sizes)
        if any(not _inside(span, length) for span, length in zip(spans, lengths, strict=False)):
            found.add("a slice clamps")
    if isinstance(op, ops.Size) and value(op.size, sizes) < 1:
        found.add("an axis of length 0")
    return found


Axis = tuple[Dim | None, int]  # as written, and how long it is


def _matched(
    op: Op, given: list[Any], shapes: list[Shape | None], sizes: Sizes
) -> Iterator[list[Axis]]:
    """Group the axes that an op takes to be one and the same."""
    axes: list[list[Axis]] = [
        list(
            zip(shape if shape and len(shape) == array.ndim else [None] * array.ndim, array.shape,
                strict=True)
        )
        for array, shape in zip(given, shapes, strict=True)
    ]  # fmt: skip
    lengths: list[list[Axis]] = [[(None, length) for length in array.shape] for array in given]
    if isinstance(op, ops.BroadcastTo):
        target: list[Axis] = [(dim, math.floor(value(dim, sizes))) for dim in op.target]
        yield from ([a, b] for a, b in zip(reversed(axes[0]), reversed(target), strict=False))
    elif isinstance(op, ops.Place):
        target = [(None, len(range(*span))) for span in _number(op.spans, sizes)]
        yield from ([a, b] for a, b in zip(lengths[0], target, strict=False))
    elif isinstance(op, ops.ScatterAdd):
        yield from ([a, b] for a, b in zip(*lengths, strict=False))
    else:
        try:
            signature = op.axes(*(array.ndim for array in given))
        except (NotImplementedError, ca.CutawayError, IndexError):
            return
        groups: dict[str, list[Axis]] = {}
        for names, operand in zip(signature.inputs, axes, strict=True):
            for name, (dim, length) in zip(names, operand, strict=False):
                carried = name not in signature.along  # where a literal 1 broadcasts by right
                groups.setdefault(name, []).append((dim if carried else None, length))
        yield from groups.values()


def _inside(span: tuple[int, int, int], length: int) -> bool:
    start, stop, step = span
    low, high = (start, stop) if step > 0 else (stop + 1, start + 1)
    return 0 <= low < high <= length


# Building without a guard ----------------------------------------------------------------------


def unguarded(patch: Any) -> None:
    """Let graphs be built whose conditions hold at no sizes: ``patch`` is pytest's monkeypatch."""
    guarded = Facts.require

    def require(self: Facts, condition: Any, *reason: Any, **more: Any) -> None:
        if condition is not False:
            guarded(self, condition, *reason, **more)

    patch.setattr(Facts, "require", require)


# Counterexamples -------------------------------------------------------------------------------

Rank = tuple[bool, bool, int, tuple[int, ...]]


def rank(steps: tuple[Step, ...], sizes: Sizes, keep: Iterable[Condition] = ()) -> Rank:
    """Order counterexamples, the best first.

    Those that keep the other conditions come first, then those where a kernel fails, then the
    smallest sum, then by name.
    """
    broken = not all(holds(condition, sizes) for condition in keep)
    by_name = tuple(sizes[name] for name in sorted(sizes))
    return broken, not run(steps, sizes).fails, sum(by_name), by_name


def up_to_sum(names: Iterable[str], total: int) -> Iterator[dict[str, int]]:
    """Return all sizes whose sum is at most that."""
    known = sorted(names)
    for n in range(len(known), total + 1):
        yield from of_sum(known, n)
