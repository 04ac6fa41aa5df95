"""Compare two runs: from what is given to what is found."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from cutaway.diagnose.comparing.align import align
from cutaway.diagnose.comparing.alignment import Alignment
from cutaway.diagnose.comparing.blame import Blame
from cutaway.diagnose.comparing.comparison import Comparison
from cutaway.diagnose.comparing.difference import Array, tolerance_of
from cutaway.diagnose.comparing.judge import judge
from cutaway.diagnose.comparing.ran import Ran, completed, fed, run, sizes_shown
from cutaway.diagnose.comparing.random_arrays import given, shared, sizes_for, tied
from cutaway.diagnose.comparing.reference import Reference
from cutaway.diagnose.comparing.slopes import drawn_seeds, slopes
from cutaway.diagnose.comparing.subject import Subject, subject_of
from cutaway.diagnose.comparing.traced import against
from cutaway.graph import FeedError, Node, OptionError
from cutaway.graph.errors import explain
from cutaway.run.compile import Arrays


def compare(
    a: Any,
    b: Any,
    *,
    feeds: Arrays | None = None,
    params: Arrays | None = None,
    dims: Mapping[Any, int] | None = None,
    seed: int = 0,
    backward: bool = False,
    tolerance: float | None = None,
    names: Mapping[str, str] | None = None,
) -> Comparison:
    """Say where two runs part: at which node, by how much, and why.

    Every op is computed again from the *other* run's inputs. So an op that only carries a
    difference on is not blamed, and each place where one begins is found.

    Parameters
    ----------
    a, b
        Each a graph, a tuple ``(graph, feeds, params, dims)``, a :class:`~cutaway.graph.Trace`, a
        stepper, or a loaded model. ``b`` may be a reference from elsewhere instead: arrays by
        path, or the path of a ``.npz`` or ``.safetensors`` file that holds them.
    feeds, params, dims
        For both. What is missing is drawn at random, the same for both.
    seed
        Draws what is not given.
    backward
        Compare gradients too: of the same random cotangents of the outputs (1 for a scalar loss).
        Those of a reference stand under ``grad/`` and the path; the cotangents of its outputs too,
        or they are ones.
    tolerance
        The relative difference that is none; by default 1e-9 in float64, 1e-5 in float32 and 0.01
        in float16.
    names
        What the names of a reference mean: ``{"h.*.mlp": "decoder/layer.*/feed_forward"}``.

    Returns
    -------
    Comparison
        It prints; ``.first`` is where a difference begins, ``.rows`` holds all nodes.

    Raises
    ------
    OptionError
        If one of them can't be compared.
    FeedError, ContractError
        If arrays or sizes fit neither.
    LoadError
        If a reference cannot be read, or nothing in it has a name that is known.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "T D")
    >>> a, b = (ca.ops.softmax(x @ x.mT, axis=axis) for axis in (-1, -2))
    >>> print(compare(a, b).first.message())
    softmax is not the same: A has softmax(axis=1), B has softmax(axis=0)
    """
    sizes = {str(name): int(size) for name, size in (dims or {}).items()}
    limit = _checked(tolerance)
    if Reference.of(a, {}) is not None:
        raise OptionError(
            explain("the reference stands first", fix="give the graph first: compare(graph, file)")
        )
    left = _with(subject_of(a), feeds, params, sizes)
    reference = Reference.of(b, names or {})
    if reference is not None:
        return against(left, reference, backward, limit)
    if names:
        raise OptionError(
            explain("there is nothing to rename", required="names= beside a reference's arrays")
        )
    right = _with(subject_of(b), feeds, params, sizes)
    _check_names((left, right), feeds, params)
    one, two, alignment = _run_both(left, right, seed)
    limit = tolerance_of(one.precision, two.precision) if limit is None else limit
    pairs = _slopes(one, two, alignment, seed) if backward else None
    return judge(one, two, alignment, Blame(one, two, alignment), limit, pairs)


def _checked(tolerance: float | None) -> float | None:
    good = isinstance(tolerance, int | float) and not isinstance(tolerance, bool)
    if tolerance is not None and (not good or not 0 <= tolerance < 1):
        raise OptionError(
            explain(
                "the tolerance is no relative difference",
                required="a number from 0 to 1",
                came=repr(tolerance),
            )
        )
    return tolerance


def _with(
    subject: Subject, feeds: Arrays | None, params: Arrays | None, dims: Mapping[str, int]
) -> Subject:
    """Add what is given for both, where a subject takes it and has none of its own."""
    names = {node.name for node in subject.graph.inputs}
    paths = {node.path for node in subject.graph.parameters}
    return replace(
        subject,
        feeds={**{n: f for n, f in (feeds or {}).items() if n in names}, **subject.feeds},
        params={**{p: a for p, a in (params or {}).items() if p in paths}, **subject.params},
        dims={**dims, **subject.dims},
    )


def _check_names(
    subjects: tuple[Subject, Subject], feeds: Arrays | None, params: Arrays | None
) -> None:
    """Refuse a feed or a parameter that neither graph has."""
    graphs = [subject.graph for subject in subjects]
    names = {node.name for graph in graphs for node in graph.inputs}
    paths = {node.path for graph in graphs for node in graph.parameters}
    for what, arrays, known in (("feed", feeds, names), ("parameter", params, paths)):
        for name in arrays or {}:
            if name not in known:
                raise FeedError(
                    explain(
                        f"neither graph has a {what} {name!r}",
                        required=", ".join(sorted(known)[:20]) or "none",
                    )
                )


def _run_both(left: Subject, right: Subject, seed: int) -> tuple[Ran, Ran, Alignment]:
    """Pair the nodes, give both the arrays that they lack, and run them."""
    one, two = given(left), given(right)
    mine = sizes_shown(left.graph, left.values or one, left.dims)
    theirs = sizes_shown(right.graph, right.values or two, right.dims)
    filled = {**right.usual, **left.usual, **theirs, **mine}
    if (left.graph.symbols | right.graph.symbols) - filled.keys():
        filled = sizes_for((left.graph, right.graph), filled, seed)
    sizes = ({**filled, **mine}, {**filled, **theirs})
    if left.graph is not right.graph:
        sizes = sizes[0], {**sizes[1], **tied(left.graph, sizes[0], right.graph, theirs), **theirs}
    alignment = align(left.graph, right.graph, *sizes)
    floats = {a.dtype for a in (*one.values(), *two.values()) if a.dtype.kind == "f"}
    dtype = np.result_type(*floats) if floats else np.dtype(np.float64)
    here, there = shared(left, right, alignment, sizes, seed, dtype)
    return _ran(left, here, sizes[0]), _ran(right, there, sizes[1]), alignment


def _ran(subject: Subject, arrays: Mapping[Node, Array], sizes: Mapping[str, int]) -> Ran:
    graph = subject.graph
    if subject.values is not None:
        return completed(graph, {**arrays, **subject.values}, sizes)
    feeds, params = fed(graph, arrays)
    return run(graph, {**feeds, **subject.feeds}, {**params, **subject.params}, sizes)


def _slopes(one: Ran, two: Ran, alignment: Alignment, seed: int) -> dict[Node, tuple[Array, Array]]:
    """Return the gradients of paired values; zeros where an output doesn't depend on one."""
    left, right = slopes(one, drawn_seeds(one, seed)), slopes(two, drawn_seeds(two, seed))
    found = {}
    for node, other in alignment.pairs.items():
        if node.dtype == "float" and (node in left or other in right):
            mine = left.get(node, np.zeros_like(one.values[node]))
            found[node] = mine, right.get(other, np.zeros_like(two.values[other]))
    return found
