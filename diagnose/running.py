"""Running a model forward and backward, and what its numbers show."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cutaway.diagnose.backward import backward
from cutaway.diagnose.case import Case, Seen, started
from cutaway.diagnose.diagnosis import Note
from cutaway.diagnose.nonfinite import bad_leaf, first_bad, leaf
from cutaway.diagnose.point import feeds_of, picked
from cutaway.diagnose.rules.depth import by_layer, too_large
from cutaway.diagnose.rules.drowned import drowned
from cutaway.diagnose.rules.lookahead import leaks, uncausal
from cutaway.diagnose.rules.masks import masks
from cutaway.diagnose.rules.positions import misplaced, positions
from cutaway.diagnose.rules.rotary import turning
from cutaway.diagnose.rules.saturation import constant_rows, dead, flat, one_key, sure
from cutaway.diagnose.rules.silent import silent
from cutaway.diagnose.rules.weights import large, zeros
from cutaway.graph import CutawayError, GradError, Graph, Node, evaluate
from cutaway.graph.legal import sizes_in
from cutaway.run import initialize
from cutaway.run.compile import Array, Arrays
from cutaway.shapes.reading import Findings

Rule = Callable[[Case], Findings]
OF_THE_VALUES: tuple[Rule, ...] = (
    masks, uncausal, leaks, positions, misplaced,
    turning, large, one_key, sure, drowned, dead, flat,
    constant_rows, too_large,
)  # fmt: skip
OF_THE_SLOPES: tuple[Rule, ...] = (by_layer, silent)
OF_DOMAINS = ("nan.log", "nan.root", "inf.log", "inf.zero", "nan.zero")


@dataclass(frozen=True, slots=True)
class Given:
    """What a caller gives for a run, and what draws the rest."""

    feeds: Arrays
    params: Arrays
    seed: int
    dtype: np.dtype[Any]


def numbers(case: Case, given: Given, notes: list[Note]) -> Iterator[Seen]:
    """Run a case; give what its numbers show, and note what was not looked at."""
    case.given = frozenset({*given.feeds, *given.params})
    broken = _broken(case, given.params)
    if broken is not None:
        yield broken
        return
    with np.errstate(all="ignore"):
        bad = _run(case, given, notes)
        if bad is not None:
            yield bad
        if not case.values:
            return
        blank = zeros(case)
        if blank is not None:
            yield blank
            return
        for rule in OF_THE_VALUES:
            yield from rule(case)
        if bad is not None:
            return
        try:
            bad = backward(case, given.seed)
        except GradError as error:
            op = str(error).partition(" ")[0]
            notes.append(Note("underived", {"op": op}))
            return
        if bad is not None:
            yield bad
            return
        for rule in OF_THE_SLOPES:
            yield from rule(case)


def _run(case: Case, given: Given, notes: list[Note]) -> Seen | None:
    """Fill in the values of a case; return the first bad node, if there is one.

    An input whose logarithm is taken is meant to be positive: where drawn numbers leave the
    domain of an op, positive ones are tried, and that is noted.
    """
    drawn = feeds_of(case.graph, case.sizes, given.seed, given.dtype)
    weights = _weights(case, given)
    bad: Seen | None = None
    left: Seen | None = None
    for feeds in (drawn, _positive(drawn)):
        arrays = {**feeds, **given.feeds}
        case.run = started(case.graph, arrays, {**weights, **given.params}, case.sizes)
        bad = _fill(case, given.feeds) or bad_leaf(case) or first_bad(case, case.values)
        if bad is None or bad.text not in OF_DOMAINS:
            break
        left = left or bad
    if left is not None and bad is None:
        words = {"op": left.node.op.name, "where": left.node.source}
        notes.append(Note("positive", words))
    return bad


def _positive(feeds: Mapping[str, Array]) -> dict[str, Array]:
    return {
        name: np.abs(array) + array.dtype.type(0.5) if array.dtype.kind == "f" else array
        for name, array in feeds.items()
    }


def _fill(case: Case, feeds: Arrays) -> Seen | None:
    """Compute the values of a case; return the node that cannot be computed, if there is one.

    An index that is fed and does not exist is the caller's: that error goes on.
    """
    assert case.run is not None
    values: dict[Node, Any] = {}
    for node in case.graph.nodes:
        try:
            found = case.run(node, *[values[source] for source in node.inputs])
        except CutawayError:
            if any(n.name in feeds for n in case.graph.inputs if n in node.inputs):
                raise
            return Seen("index", node, _missed(case, node, values))
        values[node] = np.asarray(found)
    case.values = values
    return None


def _missed(case: Case, node: Node, values: Mapping[Node, Any]) -> dict[str, int]:
    """Return which indices an op was given, and how many rows there are."""
    found = picked(node)
    assert found is not None  # no other op refuses numbers
    index, rows = found
    array = np.asarray(values[index])
    count = int(evaluate(rows, case.sizes))
    return {"least": int(array.min()), "most": int(array.max()), "rows": count}


def _weights(case: Case, given: Given) -> dict[str, Any]:
    """Return weights for the parameters that are not given."""
    missing = [node for node in case.graph.parameters if node.path not in given.params]
    if not missing:
        return {}
    sizes = sizes_in(case.graph, case.sizes)
    return initialize(Graph(missing), sizes, given.seed, given.dtype)


def _broken(case: Case, params: Arrays) -> Seen | None:
    """Return a given parameter that holds NaN: a run would refuse it."""
    for node in case.graph.parameters:
        if node.path in params:
            array = np.asarray(params[node.path])
            if array.dtype.kind == "f" and np.isnan(array).any():
                return leaf("nan.parameter", node, array, ~np.isfinite(array))
    return None
