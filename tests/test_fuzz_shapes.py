"""Random graphs over all ops at all small sizes.

Legal sizes run, illegal ones do not; and what is proved of the graph is what an enumeration of
sizes finds.
"""

from typing import Any

import brute
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from random_graphs import graphs, written

import cutaway as ca
from cutaway.graph import Condition, parse_condition

LARGEST = 4
few = settings(max_examples=300, suppress_health_check=list(HealthCheck))
fewer = settings(max_examples=100, suppress_health_check=list(HealthCheck))
many = settings(max_examples=5000, suppress_health_check=list(HealthCheck))
enough = settings(max_examples=1000, suppress_health_check=list(HealthCheck))  # minutes


def check_kernels(graph: ca.Graph) -> None:
    """Sound and tight, as the architecture defines them."""
    steps = brute.steps_of(graph)
    for sizes in brute.every(graph.symbols, LARGEST):
        outcome = brute.run(steps, sizes)
        if brute.legal(graph, sizes):
            right = outcome.kind == "runs"
        else:
            right = outcome.kind != "runs" or bool(outcome.silent)
        assert right, f"{sizes}: {outcome}{written(graph)}"
        event(f"{'legal' if brute.legal(graph, sizes) else 'illegal'}, {outcome.kind}")


@few
@given(graphs())
def test_kernels_do_what_conditions_say(graph: ca.Graph) -> None:
    check_kernels(graph)


def test_rows_that_are_as_many_as_indices_are_no_rows_of_them() -> None:
    values, indices = ca.input("values", "A B"), ca.input("indices", "2 A", dtype="int")
    graph = ca.Graph(ca.ops.scatter_add(indices, values, "A"))
    assert brute.run(brute.steps_of(graph), {"A": 2, "B": 2}).kind == "runs"
    assert brute.run(brute.steps_of(graph), {"A": 3, "B": 2}).kind != "runs"


@pytest.mark.slow
@many
@given(graphs(most=8))
def test_kernels_do_what_conditions_say_thousands(graph: ca.Graph) -> None:
    check_kernels(graph)


ASSUMED = (
    "A == B", "A >= 2", "B >= 3", "A <= 3", "B | A", "A | C", "2 | A", "C == A + B", "A == 2*B",
    "C <= B", "A*B == C", "A >= B + 1", "C == 1", "A // 2 == B",
)  # fmt: skip


@st.composite
def promises(draw: Any, graph: ca.Graph) -> list[Condition]:
    """Return a few conditions on the sizes of a graph, some of them its own."""
    pool = [*map(parse_condition, ASSUMED), *graph.conditions]
    known = [c for c in pool if isinstance(c, Condition) and c.symbols <= graph.symbols]
    return draw(st.lists(st.sampled_from(known), max_size=2)) if known else []


def check_contract(graph: ca.Graph, assume: list[Condition], other: list[Condition]) -> None:
    """The verdict, the conditions, the shapes and what follows are those of an enumeration."""
    every = brute.every(graph.symbols, LARGEST)
    promised = [s for s in every if all(brute.holds(c, s) for c in assume)]
    message = f"assume {[str(c) for c in assume]}{written(graph)}"
    try:
        contract = ca.verify(graph, assume)
    except ca.ContractError:
        assert not promised, message
        return
    legal = [sizes for sizes in every if brute.legal(graph, sizes)]
    met = [s for s in every if all(brute.holds(c, s) for c in contract.conditions)]
    message = f"{contract!r} {contract.conditions} {message}"
    event(contract.verdict)
    if contract.verdict == "invalid":
        assert not [sizes for sizes in promised if brute.legal(graph, sizes)], message
    else:
        assert met == legal, message
    assert contract.verdict != "valid" or not contract.conditions
    for condition, sizes in contract.counterexamples.items():
        assert not brute.holds(condition, sizes), message
        assert not brute.legal(graph, sizes), message
    for sizes in legal:
        for node, shape in contract.shapes.items():
            found = [brute.value(dim, sizes) for dim in shape]
            assert found == [brute.value(dim, sizes) for dim in node.shape], message
    if contract.implies(other):
        assert all(brute.holds(c, sizes) for c in other for sizes in met), message


@fewer
@given(st.data())
def test_contracts_are_what_an_enumeration_finds(data: st.DataObject) -> None:
    graph = data.draw(graphs(most=3))
    check_contract(graph, data.draw(promises(graph)), data.draw(promises(graph)))


@pytest.mark.slow
@enough
@given(st.data())
def test_contracts_are_what_an_enumeration_finds_in_larger_graphs(data: st.DataObject) -> None:
    graph = data.draw(graphs(most=8))
    check_contract(graph, data.draw(promises(graph)), data.draw(promises(graph)))
