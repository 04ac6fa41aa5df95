"""The core: nodes, scopes, graphs, the walk, sources and formulas."""

import inspect
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cutaway as ca
from cutaway import ops
from cutaway.graph import Condition, current_scope, glob_pattern, walk
from cutaway.ops import MatMul
from cutaway.transform import expand

ROOT = Path(__file__).parent.parent


def here() -> int:
    """The caller's line."""
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def test_nodes_compare_by_identity_and_say_what_they_are() -> None:
    x, y = ca.input("x", "B T"), ca.input("x", "B T")
    assert x == x
    assert x != y
    assert repr(x + y) == "<add: float (B, T)>"
    assert len({x, y}) == 2
    with pytest.raises(TypeError, match="no value until"):
        bool(x > y)
    with pytest.raises(TypeError, match="iterated"):
        list(x)


def test_a_node_knows_the_users_line() -> None:
    x = ca.input("x", "B T D")
    y, line = ca.layers.linear(x, 3), here()
    assert (Path(y.source.file).name, y.source.line) == ("test_graph.py", line)


def test_a_backward_node_has_its_forward_nodes_line() -> None:
    x = ca.input("x", "N")
    y = ops.exp(x)
    slope = ca.grad(y.sum(), x)
    assert slope.source == y.source
    assert slope.scope.path.startswith("∇")


def test_numpy_on_the_left_builds_nodes() -> None:
    x = ca.input("x", "3")
    (value,) = ca.evaluate(np.array([1.0, 2.0, 3.0]) * x, {"x": [1.0, 1.0, 2.0]})
    np.testing.assert_array_equal(value, [1.0, 2.0, 6.0])


def test_shape_errors_name_both_shapes_the_scope_and_the_line() -> None:
    x, w = ca.input("x", "B D"), ca.parameter("w", "D 4*D")
    y = w @ w.mT @ w
    line = here() + 2
    with ca.scope("encoder"), pytest.raises(ca.ShapeError) as error:
        x + y
    text = str(error.value)
    assert "required" in text
    assert "D == 4*D" in text
    assert "(B, D) and (D, 4*D)" in text
    assert f"scope encoder, test_graph.py:{line}" in text


def test_a_symbol_never_broadcasts_by_luck() -> None:
    x, one, other = (ca.input(n, s) for n, s in (("x", "B T"), ("o", "B 1"), ("y", "B S")))
    assert (x + one).conditions == ()
    assert list(map(str, (x + other).conditions)) == ["S == T"]
    feeds = {"x": np.ones((2, 3)), "y": np.ones((2, 1))}
    with pytest.raises(ca.ContractError, match="S == T"):
        ca.evaluate(x + other, feeds)


def test_scopes_nest_and_carry_kinds() -> None:
    with ca.scope("encoder/layer.0", kind="layer"), ca.scope('a "strange" name\n'):
        scope = current_scope()
    assert scope.path == 'encoder/layer.0/a "strange" name\n'
    assert scope.kinds == ("part", "layer", "part")
    assert current_scope().path == ""


def test_a_block_declares_what_it_needs_in_the_callers_sizes() -> None:
    @ca.block(kind="sublayer", requires=["h | d"], sizes={"h": "heads", "d": "x[-1]"})
    def split(x: ca.Node, heads: Any) -> ca.Node:
        return x.reshape((x.shape[0], heads, x.shape[1] / heads))

    (n, d, g) = ca.dims("N D G")
    graph = ca.Graph(split(ca.input("x", (n, d)), g))
    assert [str(c) for c in graph.declared] == ["G | D"]
    assert graph.outputs[0].scope.path == "split"
    assert graph.outputs[0].scope.kinds == ("sublayer",)
    with pytest.raises(ca.ShapeError, match=r"h = 5.*d = 12"):
        split(ca.input("x", (n, 12)), 5)


def test_paths_are_unique_and_found_by_glob() -> None:
    x = ca.input("x", "N")
    with ca.scope("a[0]"):
        y = x + x + x
    graph = ca.Graph(y)
    assert [graph.path(node) for node in graph.nodes] == ["x", "a[0]/add", "a[0]/add.1"]
    assert graph.find("a[0]/*") == graph.nodes[1:]
    assert graph.find("*.1") == (y,)
    assert graph.find("?") == (x,)
    assert graph.find("a*a?d*") == graph.nodes[1:]
    assert graph.find("*d") == graph.nodes[1:2]


def test_a_glob_of_many_stars_takes_no_time() -> None:
    assert glob_pattern("*a" * 30 + "*b").fullmatch("a" * 60) is None
    assert glob_pattern("*a" * 30 + "*b").fullmatch("a" * 60 + "b") is not None
    assert glob_pattern("*" * 50).fullmatch("layer.0/add\n") is not None


def test_two_parameters_of_one_path_cannot_be_fed() -> None:
    graph = ca.Graph(ca.parameter("w", "2") + ca.parameter("w", "2"))
    with pytest.raises(ca.FeedError, match="two parameters are called 'w'"):
        ca.initialize(graph)


def test_networkx_sees_every_edge() -> None:
    graph = ca.Graph(ca.layers.encoder_layer(ca.input("x", "B T D"), heads="H", hidden="F"))
    net = graph.to_networkx()
    assert net.number_of_nodes() == len(graph.nodes)
    assert net.number_of_edges() == sum(len(node.inputs) for node in graph.nodes)


def test_walk_notes_where_an_error_arose() -> None:
    with ca.scope("layer.0"):
        y = ops.exp(ca.input("x", "B T"))

    def rule(node: ca.Node, *values: object) -> int:
        if node is y:
            raise RuntimeError("broken")
        return 0

    with pytest.raises(RuntimeError) as error:
        walk(ca.Graph(y), rule)
    (note,) = error.value.__notes__
    assert "layer.0/exp (exp of (B, T))" in note
    assert "test_graph.py" in note


def test_walk_frees_what_nobody_reads_any_more() -> None:
    x = ca.input("x", "N")
    y = ops.exp(ops.exp(ops.exp(x)))
    live: list[int] = []

    class Value:
        count = 0

        def __init__(self) -> None:
            Value.count += 1

        def __del__(self) -> None:
            Value.count -= 1

    def rule(node: ca.Node, *values: Value) -> Value:
        live.append(Value.count)
        return Value()

    kept = walk(ca.Graph(y), rule, keep=[y])
    assert list(kept) == [y]
    assert max(live) <= 2


@pytest.fixture(scope="module")
def chain() -> tuple[ca.Node, ca.Node]:
    x = y = ca.input("x", "N")
    for _ in range(20_000):
        y = y * 1.0001
    return x, y


def test_a_chain_of_20000_nodes_runs_differentiates_and_is_written_as_dot(
    chain: tuple[ca.Node, ca.Node],
) -> None:
    x, y = chain
    graph = ca.Graph(y)
    (value,) = ca.evaluate(graph, {"x": np.ones(3)})
    np.testing.assert_allclose(value, 1.0001**20_000)
    slope = ca.grad(y.sum(), x)
    (found,) = ca.evaluate([slope, y], {"x": np.ones(3)})[:1]
    np.testing.assert_allclose(found, 1.0001**20_000)
    assert ca.verify(graph).verdict == "valid"
    assert ca.flops(graph, {"N": 2}) == 40_000
    assert len(ca.formula(y)) > 0
    assert ca.draw(graph).dot.count("->") == 20_000  # constants stand in their readers' boxes
    assert len(expand(graph).nodes) == len(graph.nodes)


def test_building_does_not_slow_down_with_depth() -> None:
    def seconds(layers: int) -> float:
        begun = time.process_time()
        y = ca.layers.encoder(ca.input("x", "B T D"), layers=layers, heads="H", hidden="F")
        ca.verify(ca.Graph(y))
        return time.process_time() - begun

    seconds(2)  # fills the caches
    assert min(seconds(48) for _ in range(3)) < 40 * min(seconds(6) for _ in range(3))


def test_a_newcomers_reading_is_short() -> None:
    files = [ROOT / "graph" / "node.py", ROOT / "transform" / "grad.py"]
    lines = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)
    assert lines + len(inspect.getsource(MatMul).splitlines()) <= 300


def test_formulas_have_the_parentheses_they_need() -> None:
    a, b, c = (ca.input(name, "N") for name in "abc")
    assert ca.formula((a + b) * c).text == "(a + b)*c"
    assert ca.formula(a - (b - c)).text == "a - (b - c)"
    assert ca.formula(ops.sigmoid(a + b)).text.count("(a + b)") == 1
    q, k = ca.input("q", "T K"), ca.input("k", "S K")
    formula = ca.formula(ops.softmax(q @ k.mT / ops.sqrt(ops.dim("K"))))
    assert formula == r"\operatorname{softmax}\left(\frac{q k^{\mathsf{T}}}{\sqrt{K}}\right)"


def test_conditions_say_who_asks() -> None:
    x = ca.input("x", "B T D")
    with ca.scope("here"):
        y = x[:, 1:]
    graph = ca.Graph(y)
    ((condition, node),) = graph.conditions.items()
    assert isinstance(condition, Condition)
    assert str(condition) == "T >= 2"
    assert graph.path(node) == "here/slice"
