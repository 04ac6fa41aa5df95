"""Attention and norms are recognised by what is computed, whatever the scopes are called."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoped_graphs import graphs

import cutaway as ca
from cutaway.graph import Graph, Node, Scope, apply, located
from cutaway.ops.linear import MatMul
from cutaway.ops.softmax import Softmax
from cutaway.transform import attention_roles, expand, residual_edges
from cutaway.transform.recognise import is_causal, is_padding, norm_placement


def bare(graph: Graph) -> Graph:
    def strip(node: Node, *inputs: Node) -> Node:
        with located(Scope(), node.source):
            return apply(node.op, *inputs)

    return ca.transform.rewrite(graph, strip)


def counted(graph: Graph) -> Counter[str]:
    return Counter(attention_roles(graph).values())


def attention(masked: str, scaled: bool, dropped: bool) -> Graph:
    q, k, v = (ca.input(name, "T D") for name in "qkv")
    scores = q @ k.mT
    if scaled:
        scores = scores / ca.ops.sqrt(ca.ops.dim("D"))
    if masked == "bool":
        scores = ca.ops.where(ca.ops.causal_mask("T"), scores, -1e9)
    elif masked == "hidden":
        scores = ca.ops.where(ca.ops.logical_not(ca.ops.causal_mask("T")), -1e9, scores)
    elif masked == "filled":  # with as many numbers as there are scores
        scores = ca.ops.where(ca.input("hide", "T T", "bool"), ca.input("bias", "T T"), scores)
    elif masked == "less":
        scores = scores - 1e9 * ca.input("bias", "T T")
    elif masked == "left":
        scores = ca.input("bias", "T T") + scores
    elif masked == "right":
        scores = scores + ca.input("bias", "T T")
    weights = ca.ops.softmax(scores)
    if dropped:
        weights = ca.ops.dropout(weights, 0.1, ca.input("seed", (), "int"))
    return Graph(weights @ v)


MASKS = ("", "bool", "hidden", "filled", "less", "left", "right")


@given(st.sampled_from(MASKS), st.booleans(), st.booleans(), st.booleans())
@settings(max_examples=56)
def test_attention_by_hand(masked: str, scaled: bool, dropped: bool, opened: bool) -> None:
    graph = attention(masked, scaled, dropped)
    graph = expand(graph) if opened else graph
    roles = attention_roles(graph)
    told = {(role, node.inputs[place].name) for (node, place), role in roles.items()}
    assert ("query", "q") in told
    assert ("key", "k") in told
    assert ("value", "v") in told
    assert ("mask" in roles.values()) == bool(masked)


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_scopes_do_not_matter(norm: Any) -> None:
    x, memory = ca.input("x", "B T D"), ca.input("memory", "B S D")
    mask = ca.ops.causal_mask("T")
    y = ca.layers.decoder(x, memory, layers=2, heads="H", hidden="F", mask=mask, norm=norm)
    graph = Graph(y)
    found = counted(graph)
    assert (found["query"], found["value"], found["mask"]) == (4, 4, 2)
    assert counted(bare(graph)) == found
    assert counted(expand(graph)) == found


def test_a_softmax_alone_is_no_attention() -> None:
    x, w = ca.input("x", "T D"), ca.parameter("w", "D D")
    for y in (
        ca.ops.softmax(x @ w),  # a classifier: nothing is weighed by it
        ca.ops.softmax(ca.ops.relu(x)) @ w,  # not of a product
        ca.ops.softmax(x) * x,
        x @ ca.ops.softmax(w @ w),  # the weights come second
    ):
        assert attention_roles(Graph(y)) == {}


@given(graphs())
@settings(max_examples=60)
def test_roles_belong_to_a_softmax_between_products(graph: Graph) -> None:
    for found in (graph, expand(graph)):
        roles = attention_roles(found)
        assert set(roles) <= {(n, k) for n in found.nodes for k in range(len(n.inputs))}
        if "value" in roles.values():
            assert {"query", "key"} <= set(roles.values())
        for (node, _), role in roles.items():
            assert role not in ("query", "value") or isinstance(node.op, MatMul)
    if not any(isinstance(node.op, Softmax) for node in graph.nodes):
        assert attention_roles(graph) == {}


def test_masks() -> None:
    causal = ca.ops.causal_mask("T")
    padding = ca.input("tokens", "B T", "int") > 0
    assert (is_causal(causal), is_padding(causal)) == (True, False)
    assert (is_causal(padding), is_padding(padding)) == (False, True)
    relu = ca.input("x", "T D") > 0.0
    assert (is_causal(relu), is_padding(relu)) == (False, False)
    both = causal & padding[:, None, :]
    assert (is_causal(both), is_padding(both)) == (True, True)


def placement(y: Node, *more: Node) -> str | None:
    graph = Graph([y, *more])
    block = Graph(y).nodes
    return norm_placement(block, residual_edges(graph), graph.readers)


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_where_norms_stand(norm: Any) -> None:
    x = ca.input("x", "B T D")
    y = ca.layers.encoder_layer(x, heads="H", hidden="F", norm=norm)
    assert placement(y) == norm
    assert placement(y, *ca.grad((y * y).sum(), wrt=[x])) == norm
    one = ca.layers.layer_norm
    half = x + ca.ops.relu(one(x)) if norm == "pre" else one(x + ca.ops.relu(x))
    assert placement(half) == norm
    assert placement(half, ca.ops.exp(half)) == norm


def test_no_norm_or_no_sum_has_no_place() -> None:
    x = ca.input("x", "T D")
    assert placement(x + ca.ops.relu(x)) is None
    assert placement(ca.layers.layer_norm(x)) is None
