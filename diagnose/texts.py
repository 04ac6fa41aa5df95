"""What findings say, in a language: a message, and what usually mends it."""

from collections.abc import Mapping
from typing import Any

from cutaway.diagnose.texts_en import ENGLISH
from cutaway.diagnose.texts_zh import CHINESE
from cutaway.graph import Title
from cutaway.graph.errors import explain
from cutaway.graph.title import Language
from cutaway.shapes.lint_texts import TEXTS as LINTS

TEXTS: dict[Language, dict[str, tuple[str, str]]] = {"en": ENGLISH, "zh": CHINESE}
HEADINGS = {
    "nothing": Title("nothing was found", "没有发现问题"),
    "note": Title("note: {}", "注：{}"),
    "kind": Title("kind", "类别"),
    "path": Title("path", "路径"),
    "line": Title("line", "行"),
    "message": Title("what was seen", "看到了什么"),
    "fix": Title("what mends it", "通常怎样修复"),
    "underived": Title("{op} has no gradient", "{op} 没有梯度"),
    "positive": Title(
        "{op} ({where}) leaves its domain for inputs of either sign: it was run with positive ones",
        "输入有正有负时，{op}（{where}）会超出定义域：运行时只用了正的输入",
    ),
    "budget": Title(
        "its numbers were not looked at: they take about {need:.1f} GB, and the budget is "
        "{budget:.1f} GB; give smaller sizes, or a larger budget",
        "没有查看数值：大约需要 {need:.1f} GB，而预算是 {budget:.1f} GB；"
        "请给出更小的尺寸，或更大的预算",
    ),
}


def laid_out(lang: Language, what: str, where: str, fix: str) -> str:
    """Return what was seen, where, and what mends it, one below the other.

    Examples
    --------
    >>> print(laid_out("zh", "scale: 分数未经缩放", "matmul, model.py:3", "先除以它"))
    scale: 分数未经缩放
      位置：matmul, model.py:3
      修复：先除以它
    """
    if lang == "zh":
        return "\n".join([what, f"  位置：{where}", *([f"  修复：{fix}"] if fix else [])])
    return explain(what, where=where, fix=fix)


def message_of(key: str, lang: Language, words: Mapping[str, Any]) -> tuple[str, str]:
    """Return a message and its fix, filled in.

    Examples
    --------
    >>> message_of("mask.self", "en", {})[0]
    'no position sees itself, and the first sees nothing'
    """
    table = TEXTS[lang] if key in TEXTS[lang] else LINTS[lang]
    message, fix = table[key]
    return message.format(**words), fix.format(**words)
