"""Graphs in which nothing has the same name are paired by their form."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from differing import build

import cutaway as ca
from cutaway.diagnose.comparing.align import align
from cutaway.diagnose.comparing.subsequence import heaviest
from cutaway.graph import Input, Leaf, Node, Parameter, Scope, apply, located
from cutaway.models import MODELS

GRAPHS = {name: MODELS[name].graph() for name in ("encoder-layer", "decoder-layer", "bert")}
GRAPHS["plain ops"] = build()
SIZES = {"h": 4, "d_k": 3, "V": 11, "d_ff": 8, "B": 2, "T": 5}


def rewritten(graph: ca.Graph, dropped: Node | None = None, goes_on: int = 0) -> ca.Graph:
    """Return a graph with other names everywhere, and without one op: an operand goes on."""
    new: dict[Node, Node] = {}
    for place, node in enumerate(graph.nodes):
        inputs = [new[source] for source in node.inputs]
        if node is dropped:
            new[node] = inputs[goes_on]
            continue
        leaf = isinstance(node.op, Input | Parameter)
        with located(_other(node.scope), node.source):
            new[node] = apply(node.op, *inputs, name=f"leaf{place}" if leaf else "")
    return ca.Graph([new[output] for output in graph.outputs])


def _other(scope: Scope) -> Scope:
    return replace(scope, path="/".join(f"my_{part[::-1]}" for part in scope.names))


def droppable(graph: ca.Graph) -> Iterator[tuple[Node, int]]:
    """Give the ops that may be left out, with the operand that can stand for each."""
    for node in graph.nodes:
        for place, source in enumerate(node.inputs):
            fits = (source.shape, source.dtype) == (node.shape, "float")
            if fits and node.rank and not isinstance(source.op, Leaf | ca.ops.Dropout):
                yield node, place


@pytest.mark.parametrize("name", GRAPHS)
def test_other_names_are_no_difference(name: str) -> None:
    graph = GRAPHS[name]
    other = rewritten(graph)
    assert not {graph.path(n) for n in graph.parameters} & {other.path(n) for n in other.nodes}
    assert ca.compare(graph, other).equal


@pytest.mark.parametrize("name", GRAPHS)
def test_an_op_that_is_left_out_is_named_where_all_names_are_others(name: str) -> None:
    graph = GRAPHS[name]
    cases = list(droppable(graph))
    assert len(cases) > 15
    for node, place in cases:
        found = ca.compare(graph, rewritten(graph, node, place))
        assert [each.path for each in found.divergences] == [graph.path(node)]


def test_an_op_that_is_left_out_is_named_in_b_too() -> None:
    graph = GRAPHS["plain ops"]
    for node, place in droppable(graph):
        found = ca.compare(rewritten(graph, node, place), graph)
        assert [each.path for each in found.divergences] == [graph.path(node)]


def test_an_op_that_is_left_out_in_every_layer_is_all_that_has_no_partner() -> None:
    healthy, broken = build(layers=12), rewritten(build(layers=12, scale=""))
    only = align(healthy, broken, SIZES, SIZES).only(healthy)
    assert len(only) == 36
    assert {healthy.path(node).split("/")[1] for node in only} == {"dim", "sqrt", "divide"}


def test_what_crosses_is_paired() -> None:
    def model(first: str, second: str) -> ca.Node:
        x = ca.input("x", "T D")
        q, k = (ca.ops.tanh(x @ ca.parameter(name, "D D")) for name in (first, second))
        return ca.ops.concat([q, k], axis=0)

    found = ca.compare(model("q", "k"), model("k", "q"))
    pairs = {row.path: row.other for row in found.rows}
    assert (pairs["tanh"], pairs["tanh.1"]) == ("tanh.1", "tanh")
    assert [(each.kind, each.path) for each in found.divergences] == [("wiring", "concat")]


def test_the_heaviest_common_subsequence() -> None:
    random = np.random.default_rng(0)
    for rows, columns in ((3, 4), (4, 3), (5, 5), (0, 2), (1, 1)):
        weights = random.integers(0, 4, (rows, columns)).astype(np.float32)
        pairs = heaviest(weights)
        assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))
        assert sum(weights[pair] for pair in pairs) == _best(weights)


def _best(weights: npt.NDArray[Any]) -> float:
    """Try all ways."""
    if not weights.size:
        return 0.0
    taken = float(weights[0, 0]) + _best(weights[1:, 1:])
    return max(taken, _best(weights[1:]), _best(weights[:, 1:]))
