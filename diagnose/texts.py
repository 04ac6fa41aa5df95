"""What findings say, in a language: a message, and what usually mends it."""

from collections.abc import Mapping
from typing import Any

from cutaway.diagnose.texts_en import ENGLISH
from cutaway.diagnose.texts_zh import CHINESE
from cutaway.graph.explanation import Language
from cutaway.shapes.lint_texts import TEXTS as LINTS

TEXTS: dict[Language, dict[str, tuple[str, str]]] = {"en": ENGLISH, "zh": CHINESE}
HEADINGS: dict[Language, dict[str, str]] = {
    "en": {
        "nothing": "nothing was found",
        "note": "note",
        "kind": "kind",
        "path": "path",
        "line": "line",
        "message": "what was seen",
        "fix": "what mends it",
        "budget": "its numbers were not looked at: they take about {need:.1f} GB, and the budget "
        "is {budget:.1f} GB; give smaller sizes, or a larger budget",
    },
    "zh": {
        "nothing": "没有发现问题",
        "note": "注",
        "kind": "类别",
        "path": "路径",
        "line": "行",
        "message": "看到了什么",
        "fix": "通常怎样修复",
        "budget": "没有查看数值：大约需要 {need:.1f} GB，而预算是 {budget:.1f} GB；"
        "请给出更小的尺寸，或更大的预算",
    },
}


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
