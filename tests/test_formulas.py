"""Formulas of nodes and blocks: recognised, short, safe; LaTeX, MathML, terminal, outlines."""

import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from conftest import Golden
from drawing import Sample, instance
from limits import within
from samples import ROWS

import cutaway as ca
from cutaway import ops
from cutaway.graph import Formula, Graph, Node, Scope, apply, located
from cutaway.models.catalogue import MODELS
from cutaway.render.typeset import typeset
from cutaway.transform import Formulas, expand, rewrite

x = ca.input("x", "B T d_model")
q, k, v = (ca.input(name, "T D") for name in "qkv")
ATTENTION = r"\operatorname{softmax}\left(\frac{Q K^{\mathsf{T}}}{\sqrt{d_{k}}}\right) V"


def whole(formula: Formula) -> None:
    """Check that all forms of a formula can be read."""
    outline = typeset(formula)
    assert outline is not None
    assert min(outline.width, outline.height) > 0
    written(formula)


def written(formula: Formula) -> None:
    """Check that the forms of a formula that are text can be read."""
    ElementTree.fromstring(formula.mathml)
    assert formula.unicode.strip()
    assert "\n" not in formula.unicode


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_every_op_is_typeset(row: Sample) -> None:
    for seed, case in enumerate(row.cases):
        node = instance(case, seed).node
        op = Formulas(Graph(node)).op(node)
        whole(op)
        for formula in (op, ca.formula(node)):
            written(formula)
            assert not re.search(r"\\|&#|_\{", formula.unicode)


def stripped(graph: Graph) -> Graph:
    def strip(node: Node, *inputs: Node) -> Node:
        with located(Scope(), node.source):
            return apply(node.op, *inputs)

    return rewrite(graph, strip)


def test_attention_is_recognised_however_it_is_written() -> None:
    graph = Graph(ca.layers.scaled_dot_product_attention(q, k, v))
    for found in (graph, stripped(graph), expand(graph), expand(stripped(graph))):
        formula = ca.formula(found.outputs[0])
        assert formula == ATTENTION
        assert formula.unicode == "softmax(QKᵀ/√d_k)V"
    w = ca.parameter("w", "D D")
    assert ca.formula(ops.softmax((q @ w) @ (k @ w).mT / ops.sqrt(ops.dim("D"))) @ v) == ATTENTION
    wide = [ca.input(name, "T 64") for name in "qkv"]
    for scores in (wide[0] @ wide[1].mT / 8.0, (wide[0] @ wide[1].mT) * 0.125):
        assert ca.formula(ops.softmax(scores) @ wide[2]) == ATTENTION


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (ops.softmax(q @ k.mT / ops.sqrt(ops.dim("T"))) @ v, "softmax(QKᵀ/√T)V"),
        (ops.softmax(q @ k.mT / ops.dim("D")) @ v, "softmax(QKᵀ/D)V"),
        (ops.softmax(q @ k.mT) @ v, "softmax(QKᵀ)V"),
        (ops.softmax(q @ k.mT, axis=0) @ v, "softmax_(axis 0)(QKᵀ)V"),
        (ops.softmax(q @ k) @ v, "softmax(QKᵀ)V"),
        (ops.softmax(ops.where(ops.causal_mask("T"), q @ k.mT, -1e9)) @ v, "softmax(QKᵀ + M)V"),
        (ops.softmax(ops.where(ops.causal_mask("T"), -1e9, q @ k.mT)) @ v, "softmax(QKᵀ + M)V"),
        (
            ops.softmax(ops.where(ops.causal_mask("T"), q @ k.mT, 0.0)) @ v,
            "softmax({QKᵀ if M; 0 otherwise})V",
        ),
        (ops.softmax(q @ q.mT) @ q, "softmax(qqᵀ)q"),
        (ops.softmax(q @ k.mT), "softmax(qkᵀ)"),
    ],
)
def test_a_formula_says_what_is_computed(node: Node, text: str) -> None:
    """What is written otherwise than in the paper, or wrongly, looks otherwise."""
    assert ca.formula(node).unicode == text


LAYERS: dict[str, Callable[[], Node]] = {
    "single head": lambda: ca.layers.single_head_attention(x),
    "multi-head": lambda: ca.layers.multi_head_attention(x, heads="h"),
    "grouped heads": lambda: ca.layers.multi_head_attention(x, heads=8, kv_heads=2, bias=False),
    "two heads": lambda: ca.layers.multi_head_attention(x, heads=2),
    "feed-forward": lambda: ca.layers.feed_forward(x, "d_ff"),
    "feed-forward, GELU": lambda: ca.layers.feed_forward(x, "d_ff", "gelu", bias=False),
    "feed-forward, gated": lambda: ca.layers.feed_forward(x, "d_ff", "silu", gated=True),
    "feed-forward twice": lambda: ca.layers.feed_forward(ca.layers.feed_forward(x, "F"), "F"),
    "layer norm": lambda: ca.layers.layer_norm(x),
    "RMS norm": lambda: ca.layers.rms_norm(x),
    "encoder layer": lambda: ca.layers.encoder_layer(x, heads="h", hidden="d_ff"),
}


def told(name: str, formula: Formula | None) -> str:
    if formula is None:
        return f"{name}: none\n"
    return f"{name}: {formula.unicode}\n  {formula}\n  {formula.text}\n"


def test_the_layers(golden: Golden) -> None:
    found = {name: ca.formula(make()) for name, make in LAYERS.items()}
    for formula in found.values():
        whole(formula)
    golden("formulas/layers.txt", "".join(told(*item) for item in found.items()))


@pytest.mark.parametrize("name", ["encoder-layer", "decoder", "gpt", "translator"])
def test_the_blocks(name: str, golden: Golden) -> None:
    graph = MODELS[name].graph()
    lines = []
    for level in ("layer", "sublayer", "op"):
        picture = ca.draw(graph, level, show=("formulas",))
        for box in picture.scene.boxes:
            if box.formula:
                whole(box.formula.formula)
            if box.role in ("op", "group"):
                said = box.formula.formula.unicode if box.formula else "none"
                lines.append(f"{level} {box.path}: {said}\n")
    golden(f"formulas/{name}.txt", "".join(lines))


def test_pre_norm() -> None:
    y = ca.layers.encoder_layer(x, heads="h", hidden="d_ff", norm="pre")
    nodes = [node for node in Graph(y).nodes if "feed_forward_norm" in node.scope.names]
    adds = [node for node in nodes if node.op.name == "add"]
    formula = Formulas(Graph(y)).block(adds)
    assert formula is not None
    assert formula.unicode == "x + Sublayer(LayerNorm(x))"


HOSTILE = [
    r"\input{/etc/passwd}",
    r"\def\x{\x\x}\x",
    "$x$ % # & ~ ^ _ { } ' \"",
    "}",
    "\\",
    "^",
    "'",
    "a'b",
    "\n\t\x00\ud800",
    "编码器\U0001f642\u202e",
    "<script>alert(1)</script>",
    "x" * 10_000,
    r"\left(",
    "&lt;",
]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_are_text(name: str) -> None:
    node = ops.relu(ca.input(name, "N")) ** ca.parameter(name, "N")
    node = ops.square(node + ca.input(name * 2, "N"))
    formula = ca.formula(node)
    assert len(formula) < 1000
    tree = ElementTree.fromstring(formula.mathml)
    assert {element.tag.partition("}")[2] for element in tree.iter()} <= {
        "math", "mrow", "mi", "mo", "mn", "mtext", "msup", "msub", "msubsup"
    }  # fmt: skip
    commands = set(re.findall(r"\\([A-Za-z]+)", formula))
    assert commands <= {"max", "left", "right", "mathrm", "backslash", "sim", "wedge"}
    typeset(formula)
    drawn = ca.draw(node, "op", show=("formulas",))
    assert all(box.formula for box in drawn.scene.boxes if box.role == "op")


def test_a_size_of_any_name() -> None:
    formula = ca.formula(x * ops.dim("d_model * 批"))
    ElementTree.fromstring(formula.mathml)
    assert typeset(formula) is None  # the font has no Chinese


@within(20)
def test_long_chains_and_shared_values_stay_short() -> None:
    steps: list[Callable[[Node], Node]] = [ops.gelu_tanh, ops.tanh, lambda y: y + y * y]
    for step in steps:
        node = ca.input("x", "N")
        for _ in range(2_000):
            node = step(node)
        formula = ca.formula(node)
        assert len(formula) < 2_000
        assert len(formula.unicode) < 2_000
        assert len(formula.mathml) < 100_000
    node = ca.input("x", "N")
    for _ in range(20_000):
        node = ops.gelu(node)
    assert len(ca.formula(node)) < 2_000


def test_what_is_too_deep_is_not_typeset() -> None:
    """Typesetting takes twice as long with each level: a formula in a picture is shallow."""
    node = ca.input("x", "N")
    for _ in range(12):
        node = ops.where(node > 0.0, ops.tanh(node), 0.0)
    with within(5):
        formula = ca.formula(node)
        written(formula)
        typeset(formula)


def test_many_operands() -> None:
    node = ops.concat([ca.input(f"x{n}", "N") for n in range(100)])
    assert ca.formula(node).unicode == "concat(x_0, x_1, x_2, x_3, x_4, x_5, …, x_99)"


def test_two_weights_of_one_name_are_told_apart() -> None:
    y = ca.layers.feed_forward(ca.layers.feed_forward(x, "F"), "F")
    found = re.findall(r"W_\{[\d,]+\}", ca.formula(y))
    assert len(set(found)) == 4


def test_mathml_is_for_reading_aloud() -> None:
    formula = ca.formula(ca.layers.multi_head_attention(x, heads="h"))
    assert ">head</mi>" in formula.mathml
    assert formula.mathml.startswith('<math xmlns="http://www.w3.org/1998/Math/MathML"')
    assert formula._repr_latex_() == f"$\\displaystyle {formula}$"


def test_a_transposed_weight_with_a_name_above_gets_parentheses() -> None:
    graph = ca.Graph(ca.layers.single_head_attention(ca.input("x", "T D"), width="K"))
    (weight,) = graph.find("query/weight")
    both = ca.Graph([*graph.outputs, turned := weight.mT])
    found = Formulas(both).op(turned)
    assert found == r"\left(W^{Q}\right)^{\mathsf{T}}"
    assert found.unicode == "(W^Q)ᵀ"
    assert "<msup>" in found.mathml
