"""A run beside a trace from elsewhere, which may hold a part of the values."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from cutaway.diagnose.comparing.comparison import Comparison
from cutaway.diagnose.comparing.difference import Array, Difference, difference, tolerance_of
from cutaway.diagnose.comparing.divergence import Divergence, Place
from cutaway.diagnose.comparing.judge import first_apart, row
from cutaway.diagnose.comparing.leaves import usable
from cutaway.diagnose.comparing.ran import Ran, completed, fed, run, sizes_shown
from cutaway.diagnose.comparing.random_arrays import given
from cutaway.diagnose.comparing.recomputed import Forced, forced
from cutaway.diagnose.comparing.reference import Found, Reference, found_in
from cutaway.diagnose.comparing.relation import relation
from cutaway.diagnose.comparing.slopes import noise_of, slopes
from cutaway.diagnose.comparing.subject import Subject
from cutaway.diagnose.comparing.texts import TEXTS
from cutaway.graph import FeedError, Graph, Input, Leaf, Node, Parameter, Title, show_shape
from cutaway.graph.errors import explain
from cutaway.run import initialize
from cutaway.transform.repeats import fixed_nodes

NAMED = 5  # names in a note


def against(
    subject: Subject, reference: Reference, backward: bool, tolerance: float | None
) -> Comparison:
    """Return where a run parts from a reference.

    What the subject lacks of inputs and parameters is taken from the reference.

    Raises
    ------
    FeedError
        If neither has the inputs.
    """
    graph = subject.graph
    found = found_in(reference, graph)
    ran, notes = _ran(subject, found, reference.where)
    theirs, faults = _fitting(ran, found)
    floats = [array.dtype for array in theirs.values() if array.dtype.kind == "f"]
    limit = tolerance_of(ran.precision, *floats) if tolerance is None else tolerance
    sound = frozenset(node for node, array in theirs.items() if not _nans(ran, node, array))
    seen = forced(ran, theirs, sound)
    begun = list(_begun(ran, seen, theirs, found.names, limit))
    back = _slopes(ran, found) if backward or found.slopes else {}
    if not begun:
        begun = _other(ran, seen, back, found.names, limit)
    rows = tuple(
        row(graph, node, found.names.get(node, "-"), seen, limit, back) for node in graph.nodes
    )
    missing = sum(not isinstance(n.op, Leaf) for n in graph.nodes if n not in theirs)
    notes += faults
    notes += [TEXTS["missing"].fill(missing)] if missing else []
    notes += [TEXTS["extra"].fill(_named(found.extra))] if found.extra else []
    return Comparison(graph, rows, tuple(begun), limit, tuple(notes), bool(faults))


def _ran(subject: Subject, found: Found, where: str) -> tuple[Ran, list[Title]]:
    """Run a subject on what it and the reference have; say which weights neither has."""
    graph, known = subject.graph, given(subject)
    shown = sizes_shown(graph, subject.values or known, subject.dims)
    fitting, learnt = usable(graph, found.values, shown)
    known = {**fitting, **known}
    sizes = {**subject.usual, **learnt}
    if subject.values is not None:
        return completed(graph, {**known, **subject.values}, sizes), []
    _check_inputs(graph, known, found, where)
    feeds, params = fed(graph, known)
    fresh = [node for node in graph.parameters if node not in known]
    params |= initialize(Graph(fresh), sizes) if fresh else {}
    notes = [TEXTS["fresh"].fill(_named([node.path for node in fresh]))] if fresh else []
    return run(graph, {**feeds, **subject.feeds}, {**params, **subject.params}, sizes), notes


def _check_inputs(graph: Graph, known: Mapping[Node, Array], found: Found, where: str) -> None:
    """Refuse a reference without the inputs; of one that doesn't fit, name the array."""
    lacking = [node for node in graph.inputs if node not in known]
    if not lacking:
        return
    unfit = [f"{found.names[n]} {found.shape(n)}" for n in lacking if n in found.values]
    raise FeedError(
        explain(
            "a run beside a reference needs the same inputs",
            required=_named([f"{graph.path(node)} {show_shape(node.shape)}" for node in lacking]),
            came=_named(unfit) or "neither given, nor in the reference",
            where=where,
            fix="give feeds, or write the inputs into the reference",
        )
    )


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")


def _fitting(ran: Ran, found: Found) -> tuple[dict[Node, Array], list[Title]]:
    """Return the arrays of the right shape; say which are not, and which hold NaN."""
    fitting: dict[Node, Array] = {}
    notes: list[Title] = []
    for node, array in found.values.items():
        if node not in ran.values:
            continue
        ours, name = ran.values[node], found.names[node]
        if array.shape != ours.shape:
            wanted = ours.shape[::-1] if node in found.turned else ours.shape
            notes.append(TEXTS["shape"].fill(name=name, theirs=found.shape(node), ours=wanted))
            continue
        fitting[node] = array
        count = int(np.isnan(array).sum()) if array.dtype.kind == "f" else 0
        if count and (isinstance(node.op, Leaf) or _nans(ran, node, array)):
            notes.append(TEXTS["nan"].fill(name=name, count=count, size=array.size))
    return fitting, notes


def _nans(ran: Ran, node: Node, array: Array) -> bool:
    """Say whether an array holds NaN where ours doesn't."""
    if array.dtype.kind != "f":
        return False
    return bool((np.isnan(array) & ~np.isnan(ran.values[node].astype(float))).any())


def _begun(
    ran: Ran,
    seen: Forced,
    theirs: Mapping[Node, Array],
    names: Mapping[Node, str],
    tolerance: float,
) -> Iterator[Divergence]:
    fixed = fixed_nodes(ran.graph)
    for node, own in seen.own.items():
        if min(own.relative, seen.apart[node].relative) <= tolerance:
            continue  # or it is equal, though something that it reads is not
        here, name, apart = _place(ran.graph, node), names[node], seen.apart[node]
        suspects = [inner for inner in seen.between[node] if inner not in fixed]
        if isinstance(node.op, Input):
            yield Divergence("input", here, here, name, apart)
        elif isinstance(node.op, Parameter):
            kind, detail = relation(ran.values[node], theirs[node], node.shape)
            reader = ran.graph.path(min(ran.graph.readers[node], key=ran.graph.nodes.index))
            yield Divergence(
                "parameter", here, here, name, apart, relation=kind, detail=detail, reader=reader
            )
        elif suspects:
            places = tuple(_place(ran.graph, inner) for inner in (*suspects, node))
            yield Divergence("between", here, here, name, apart, places)
        else:
            yield Divergence("op", here, here, name, apart)


def _other(
    ran: Ran,
    seen: Forced,
    back: Mapping[Node, Difference],
    names: Mapping[Node, str],
    tolerance: float,
) -> list[Divergence]:
    for node in first_apart(ran.graph.nodes, seen.apart, tolerance):
        here = _place(ran.graph, node)
        return [Divergence("rounding", here, here, names[node], seen.apart[node])]
    for node in first_apart(reversed(ran.graph.nodes), back, tolerance):
        here = _place(ran.graph, node)
        return [Divergence("gradient", here, here, names[node], back[node])]
    return []


def _place(graph: Graph, node: Node) -> Place:
    return Place.of(node, graph.path(node))


def _slopes(ran: Ran, found: Found) -> dict[Node, Difference]:
    """Return how far gradients are apart: of the cotangents of outputs that it has, or of ones."""
    seeds: list[Array | None] = [
        found.slopes.get(output, np.ones_like(ran.values[output]))
        if output.dtype == "float"
        else None
        for output in ran.graph.outputs
    ]
    ours = slopes(ran, seeds)
    begun = {output: [seed] for output, seed in zip(ran.graph.outputs, seeds, strict=True)
             if seed is not None}  # fmt: skip
    noise = noise_of(ran.graph, {**{node: [slope] for node, slope in ours.items()}, **begun})
    return {
        node: difference(ours.get(node, np.zeros_like(ran.values[node])), array, noise)
        for node, array in found.slopes.items()
    }
