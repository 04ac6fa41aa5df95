"""What is said of a node, line by line."""

from cutaway.graph import Constant, Input, Node, Parameter, show_shape
from cutaway.ops import Size
from cutaway.render.scene import Language, Line, Role

SMALL = 9.0


def role_of(node: Node) -> Role:
    """Return what kind of box a node is."""
    if isinstance(node.op, Input):
        return "input"
    if isinstance(node.op, Parameter):
        return "parameter"
    return "constant" if isinstance(node.op, Constant | Size) else "op"


def label(node: Node, lang: Language, formula: str = "") -> tuple[Line, ...]:
    """Return a node's title or name, then its formula if it has one, then its shape.

    Examples
    --------
    >>> import cutaway as ca
    >>> [line.text for line in label(ca.ops.softmax(ca.input("x", "T S")), "both")]
    ['Softmax', '(T, S)']
    >>> [line.text for line in label(ca.input("x", "T S"), "zh")]
    ['x', '(T, S)']
    """
    role, op = role_of(node), node.op
    if role in ("input", "parameter"):
        lines = [Line(node.name)]
    elif isinstance(op, Size) or (isinstance(op, Constant) and op.value.size == 1):
        lines = [Line(op.text())]
    else:
        lines = bilingual(op.title.en, op.title.zh, lang)
    if role == "op" and node.name != op.name:
        lines.append(Line(node.name))
    if formula:
        lines.append(Line(formula, size=SMALL + 1))
    if role != "constant" or node.shape:
        lines.append(Line(show_shape(node.shape), size=SMALL + 1))
    return tuple(lines)


def bilingual(en: str, zh: str, lang: Language) -> list[Line]:
    """Return a text in a language; in both, Chinese first and English smaller."""
    if lang == "en" or en == zh:
        return [Line(en, "en")]
    chinese = Line(zh, "zh-CN")
    return [chinese] if lang == "zh" else [chinese, Line(en, "en", SMALL)]
