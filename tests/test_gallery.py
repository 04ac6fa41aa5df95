"""The gallery of mistakes: what is said of each, as golden text, and that it is true.

Verdict, conditions and counterexamples are checked against an enumeration of sizes and against
what numpy's kernels do there (``brute.py``).
"""

from collections.abc import Iterable

import brute
import gallery
import pytest
from conftest import Golden

import cutaway as ca
from cutaway.graph import Condition, show_shape
from cutaway.shapes import Contract

SNIPPETS = gallery.snippets()
every_snippet = pytest.mark.parametrize("name", SNIPPETS)


def graph_of(name: str) -> ca.Graph | None:
    """Return a snippet's graph; None where it is refused while it is built."""
    try:
        return ca.Graph(SNIPPETS[name]())
    except ca.ShapeError:
        return None


def built(name: str) -> ca.Graph:
    """Return the graph of a snippet that can be built."""
    graph = graph_of(name)
    assert graph is not None
    return graph


BUILT = [name for name in SNIPPETS if graph_of(name) is not None]
REFUSED = [name for name in SNIPPETS if name not in BUILT]
every_built = pytest.mark.parametrize("name", BUILT)


# What is said ----------------------------------------------------------------------------------


def describe(contract: Contract) -> str:
    """Write down everything that a contract says."""
    lines = [f"verdict: {contract.verdict}"]
    lines += [f"condition: {c}, broken at {_sizes(contract, c)}" for c in contract.conditions]
    if contract.counterexample:
        lines.append(f"counterexample: {_written(contract.counterexample)}")
    for node in contract.graph.outputs:
        lines.append(f"output: {show_shape(contract.shapes[node])}")
    for error in contract.errors:
        lines += [f"error {error.code}, {_place(error.file, error.line)}:"]
        lines += _indented(error.message)
        for part in (error.left, error.right, error.fix):
            assert not part or part in error.message
    for lint in contract.warnings:
        lines += [f"warning {lint.code}, {_place(lint.file, lint.line)}:"]
        lines += _indented(f"{lint.message}\nfix: {lint.fix}")
    lines += [f"tried: {text}" for text in contract.tried]
    return "\n".join(lines) + "\n"


def _sizes(contract: Contract, condition: Condition) -> str:
    found = contract.counterexamples.get(condition)
    return _written(found) if found else "no sizes that were found"


def _written(sizes: brute.Sizes) -> str:
    return ", ".join(f"{name} = {sizes[name]}" for name in sorted(sizes))


def _place(file: str | None, line: int | None) -> str:
    return f"{(file or '').rpartition('/')[2]}:{line}"


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]


@every_snippet
def test_what_is_said(name: str, golden: Golden) -> None:
    snippet = SNIPPETS[name]
    try:
        text = describe(ca.verify(snippet()))
    except ca.ShapeError as error:
        text = (
            f"verdict: invalid\nrefused while it is built:\n{chr(10).join(_indented(str(error)))}\n"
        )
    golden(f"gallery/{name}.txt", f"{snippet.__doc__}\n\n{text}")


@every_snippet
def test_mistakes_are_told_from_what_is_healthy(name: str) -> None:
    graph = graph_of(name)
    if "healthy" in (SNIPPETS[name].__doc__ or ""):
        assert graph is not None
        contract = ca.verify(graph)
        assert contract.verdict in ("valid", "conditional")
        assert not contract.warnings
    elif graph is not None:
        contract = ca.verify(graph)
        assert contract.errors or contract.warnings


def test_the_gallery_is_large() -> None:
    assert len(SNIPPETS) >= 45
    assert sum("healthy" in (snippet.__doc__ or "") for snippet in SNIPPETS.values()) >= 20


# What is true ----------------------------------------------------------------------------------


@every_built
def test_kernels_run_exactly_at_legal_sizes(name: str) -> None:
    """Illegal sizes fail or give another shape, except where numpy is known to be silent."""
    graph = built(name)
    steps = brute.steps_of(graph)
    for sizes in brute.box(graph.symbols):
        outcome = brute.run(steps, sizes)
        if brute.legal(graph, sizes):
            assert outcome.kind == "runs", sizes
        else:
            assert outcome.kind != "runs" or outcome.silent, sizes


@every_built
def test_conditions_are_exactly_legality(name: str) -> None:
    graph = built(name)
    contract = ca.verify(graph)
    found = {brute.legal(graph, sizes) for sizes in brute.box(graph.symbols)}
    assert contract.verdict != "undecided", contract.tried
    if contract.verdict == "valid":
        assert found == {True}
        assert not contract.conditions
    elif contract.verdict == "invalid":
        assert found == {False}
    else:
        for sizes in brute.box(graph.symbols):
            met = all(brute.holds(condition, sizes) for condition in contract.conditions)
            assert met == brute.legal(graph, sizes), sizes


@every_built
def test_unified_shapes_are_no_longer_than_built_ones(name: str) -> None:
    contract = ca.verify(built(name))
    for node, shape in contract.shapes.items():
        assert len(show_shape(shape)) <= len(show_shape(node.shape)), node.path


@every_built
def test_counterexamples_break_what_they_should_and_are_the_smallest(name: str) -> None:
    graph = built(name)
    steps = brute.steps_of(graph)
    contract = ca.verify(graph)
    assert set(contract.counterexamples) == set(contract.conditions)
    for condition, sizes in contract.counterexamples.items():
        assert not brute.holds(condition, sizes)
        others = [other for other in contract.conditions if other != condition]
        candidates = [s for s in _near(sizes) if not brute.holds(condition, s)]
        _assert_best(steps, sizes, candidates, others)
    if contract.verdict == "valid":
        assert contract.counterexample is None
    else:
        smallest = contract.counterexample
        assert smallest is not None
        assert not brute.legal(graph, smallest)
        _assert_best(steps, smallest, [s for s in _near(smallest) if not brute.legal(graph, s)])


def _near(sizes: brute.Sizes) -> list[dict[str, int]]:
    """Return all sizes that could be better: those of a box, and those of a smaller sum."""
    found = [*brute.box(sizes), *brute.up_to_sum(sizes, sum(sizes.values()))]
    return [dict(pairs) for pairs in dict.fromkeys(tuple(sorted(s.items())) for s in found)]


def _assert_best(
    steps: tuple[brute.Step, ...],
    sizes: brute.Sizes,
    candidates: Iterable[brute.Sizes],
    keep: Iterable[Condition] = (),
) -> None:
    keep = tuple(keep)
    mine = brute.rank(steps, sizes, keep)
    better = [s for s in candidates if brute.rank(steps, s, keep) < mine]
    assert not better, f"{_written(better[0])} is a better counterexample than {_written(sizes)}"


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_fits_at_no_sizes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Built all the same, its kernels fail, or numpy is silent in a known way, at all sizes."""
    brute.unguarded(monkeypatch)
    graph = built(name)
    steps = brute.steps_of(graph)
    failed = False
    for sizes in brute.box(graph.symbols):
        outcome = brute.run(steps, sizes)
        assert outcome.kind != "runs" or outcome.silent, sizes
        failed |= outcome.kind != "runs"
    assert failed
