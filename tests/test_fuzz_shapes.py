"""Random graphs over all ops at all small sizes: legal sizes run, illegal ones do not."""

import brute
import pytest
from hypothesis import HealthCheck, event, given, settings
from random_graphs import graphs, written

import cutaway as ca

LARGEST = 4
few = settings(max_examples=300, suppress_health_check=list(HealthCheck))
many = settings(max_examples=5000, suppress_health_check=list(HealthCheck))


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


@pytest.mark.slow
@many
@given(graphs(most=8))
def test_kernels_do_what_conditions_say_thousands(graph: ca.Graph) -> None:
    check_kernels(graph)
