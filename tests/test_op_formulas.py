"""Every op, by its row: its cost, its formula as LaTeX and text, and its titles."""

import re
from collections.abc import Callable

import numpy as np
import pytest
import sympy
from drawing import Sample, instance
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import ROWS
from scipy import special

import cutaway as ca
from cutaway import ops
from cutaway.graph import Leaf, evaluate

every_row = pytest.mark.parametrize("row", ROWS, ids=str)
x, y = ca.input("x", "B T D"), ca.input("y", "B 1 D")
q, k = ca.input("q", "B H T K"), ca.input("k", "B H S K")


@every_row
def test_flops_are_a_count(row: Sample) -> None:
    for seed in range(6):
        found = instance(row.cases[seed % len(row.cases)], seed)
        for node in ca.Graph(found.node).nodes:
            count = node.op.flops(*(source.shape for source in node.inputs), node.shape)
            assert isinstance(count, sympy.Expr)
            value = evaluate(count, found.sizes)
            assert value >= 0
            assert value.denominator == 1
            if node.op.cost == 0:
                assert value == 0


@pytest.mark.parametrize(
    ("node", "count"),
    [
        (q @ k.mT, "2*B*H*T*K*S"),
        (x @ ca.parameter("w", "D F"), "2*B*T*D*F"),
        (x + y, "B*T*D"),
        (x * 2, "B*T*D"),
        (ops.softmax(x), "5*B*T*D"),
        (ops.softmax(q @ k.mT), "2*B*H*T*K*S + 5*B*H*T*S"),
        (x.sum(-1), "B*T*D"),
        (ops.layer_norm(x), "8*B*T*D"),
        (x.mT.reshape("B D*T")[:, ::2], "0*B"),
        (ops.take(x, ca.input("i", "N", dtype="int"), axis=1), "0"),
    ],
)
def test_flops_by_hand(node: ca.Node, count: str) -> None:
    expected = sympy.sympify(count, {s.name: s for s in ca.dims("B H T K S D F")} | {})
    assert sympy.expand(ca.flops(ca.Graph(node)) - expected) == 0


@every_row
def test_titles(row: Sample) -> None:
    assert row.op.title.en.strip()
    assert row.op.title.zh.strip()
    assert re.fullmatch("[a-z_]+", row.op.name)


@every_row
def test_formula_is_written(row: Sample) -> None:
    for seed, case in enumerate(row.cases):
        found = instance(case, seed)
        formula = ca.formula(found.node)
        for text in (str(formula), formula.text):
            assert text.strip()
            assert not re.search(r"_\d_|None|Ellipsis|nan", text)
        balanced(formula)
        if not row.name and not isinstance(found.node.op, Leaf):  # others name what they share
            for name in (leaf.name for leaf in ca.Graph(found.node).inputs):
                assert re.search(rf"\b{name}", formula.text)


def balanced(latex: str) -> None:
    """Refuse LaTeX that does not compile: open braces, double superscripts."""
    assert latex.count(r"\left(") == latex.count(r"\right)")
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", latex):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert depth == 0
    flat = latex
    while (shorter := re.sub(r"(?<!\\)\{[^{}]*\}", "0", flat)) != flat:
        assert not re.search(r"\^ ?\w ?\^", flat), latex
        flat = shorter
    assert not re.search(r"\^ ?\w ?\^", flat), latex


a, b, c = (ca.input(name, (2, 2)) for name in "abc")


@pytest.mark.parametrize(
    ("node", "text", "latex"),
    [
        ((a + b) * c, "(a + b)*c", r"\left(a + b\right) \cdot c"),
        (a - (b + c), "a - (b + c)", r"a - \left(b + c\right)"),
        (a - b + c, "a - b + c", "a - b + c"),
        ((a * b) ** 2, "(a*b)**2", r"\left(a \cdot b\right)^{2}"),
        (ops.square(a + b), "(a + b)**2", r"\left(a + b\right)^{2}"),
        ((a**b) ** c, "(a**b)**c", r"{\left(a^{b}\right)}^{c}"),
        (-(a + b), "-(a + b)", r"- \left(a + b\right)"),
        (a * -b, "a*(-b)", r"a \cdot \left(- b\right)"),
        (ops.tanh(a + b), "tanh(a + b)", r"\tanh{\left(a + b \right)}"),
        (ops.sigmoid(a + b), "1/(1 + exp(-(a + b)))", None),
        (a / ops.sigmoid(b), "a/(1/(1 + exp(-b)))", r"\frac{a}{\frac{1}{1 + e^{- b}}}"),
        (ops.reciprocal(a) ** 2, "(1/a)**2", r"\left(\frac{1}{a}\right)^{2}"),
        ((a + b) / (c * a), "(a + b)/(c*a)", r"\frac{a + b}{c \cdot a}"),
        ((a @ b.mT) / 2, "(a bᵀ)/2", r"\frac{a b^{\mathsf{T}}}{2}"),
        ((a @ b) * c, "(a b)*c", r"\left(a b\right) \cdot c"),
        ((a * b) @ c, "(a*b) c", r"\left(a \cdot b\right) c"),
        (a @ b + c, "a b + c", "a b + c"),
        (ops.exp(a).mT, "(exp(a))ᵀ", r"\left(e^{a}\right)^{\mathsf{T}}"),
        (a.sum() * b, "sum(a)*b", r"\sum\left(a\right) \cdot b"),
        ((a < b) & (b < c), "(a < b) & (b < c)", None),
        (ops.logical_not(a < b), "~(a < b)", r"\neg \left(a < b\right)"),
        (ops.where(a < b, a, b), "where(a < b, a, b)", None),
        (a * ops.dim("D"), "a*D", r"a \cdot D"),
        (a * ops.dim("D + 1"), "a*(D + 1)", r"a \cdot \left(D + 1\right)"),
        (ops.softmax(a + b), "softmax(a + b)", r"\operatorname{softmax}\left(a + b\right)"),
    ],
)
def test_parentheses(node: ca.Node, text: str, latex: str | None) -> None:
    formula = ca.formula(node)
    assert formula.text == text
    balanced(formula)
    if latex is not None:
        assert str(formula) == latex


UNARY: list[Callable[[ca.Node], ca.Node]] = [
    ops.negative, ops.exp, ops.tanh, ops.sigmoid, ops.reciprocal, ops.rsqrt, ops.square,
    ops.gelu, ops.gelu_tanh, ops.silu, ops.softplus, ops.relu, ops.abs, ops.sqrt, ops.erf,
]  # fmt: skip
BINARY: list[Callable[[ca.Node, ca.Node], ca.Node]] = [
    ops.add, ops.subtract, ops.multiply, ops.divide, ops.maximum, ops.minimum,
    ops.pow, lambda u, v: ops.where(a < b, u, v),
]  # fmt: skip
expressions = st.recursive(
    st.sampled_from([a, b, c]),
    lambda inner: (
        st.builds(lambda f, u: f(u), st.sampled_from(UNARY), inner)
        | st.builds(lambda f, u, v: f(u, v), st.sampled_from(BINARY), inner, inner)
    ),
    max_leaves=5,
)
NAMES = {
    "exp": np.exp, "log": np.log, "tanh": np.tanh, "sqrt": np.sqrt, "erf": special.erf,
    "Abs": np.abs, "Max": np.maximum, "Min": np.minimum, "where": np.where, "pi": np.pi,
}  # fmt: skip


@settings(max_examples=400)
@given(expressions)
def test_text_means_what_the_graph_computes(node: ca.Node) -> None:
    """Read as Python, the text of a formula has the node's value: no parenthesis is missing."""
    balanced(ca.formula(node))
    text = ca.formula(node).text
    feeds = {"a": np.array([[0.3, 1.1]] * 2), "b": np.full((2, 2), 0.7), "c": np.full((2, 2), 1.9)}
    feeds = {leaf.name: feeds[leaf.name] for leaf in ca.Graph(node).inputs}
    (value,) = ca.evaluate(node, feeds)
    with np.errstate(all="ignore"):
        read = eval(text, {**NAMES, **feeds})
    usual = np.isfinite(value) & (np.abs(value) < 1e6)
    np.testing.assert_allclose(np.asarray(read)[usual], value[usual], rtol=1e-6)
