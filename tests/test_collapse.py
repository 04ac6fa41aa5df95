"""Folding: the boxes hold every node once, none is before and after another, N× is true."""

import networkx
import pytest
from hypothesis import given, settings
from scoped_graphs import graphs

import cutaway as ca
from cutaway.graph import Group, View
from cutaway.models.catalogue import MODELS
from cutaway.transform.collapse import LEVELS, Level, collapse
from cutaway.transform.repeats import fixed_nodes

SMALL = [name for name in MODELS if not name.startswith("paper")]


def check(graph: ca.Graph, view: View) -> None:
    """Assert that a view's groups partition the nodes and that its boxes are in an order."""
    grouped = [node for group in view.groups for node in group.nodes]
    assert len(grouped) == len(set(grouped))
    assert set(view.groups) <= set(view.boxes)
    assert all(isinstance(box, Group) or view.box(box) is box for box in view.boxes)
    told = [node for nodes in view.stands_for.values() for node in nodes]
    assert len(told) == len(graph.nodes)
    assert set(told) == set(graph.nodes)
    boxes = networkx.DiGraph((edge.tail, edge.head) for edge in view.edges)
    assert networkx.is_directed_acyclic_graph(boxes)
    for address, times in view.times.items():
        shown = {n for n in graph.nodes if view.address(n)[: len(address)] == address}
        computed = {n for n in shown if n not in fixed_nodes(graph)}
        [repeat] = [repeat for repeat in view.repeats if repeat.address == address]
        assert len(repeat) == times
        assert computed <= {node for copy in repeat.copies for node in copy}


@pytest.mark.parametrize("level", LEVELS)
@given(graph=graphs())
@settings(max_examples=60)
def test_random_graphs(level: Level, graph: ca.Graph) -> None:
    for fold in (True, False):
        check(graph, collapse(graph, level, fold=fold))
