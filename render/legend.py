"""The legend: what shapes and lines mean, once, and only those there are."""

from typing import NamedTuple

from cutaway.render.measure import text_width
from cutaway.render.scene import Language, Scene

SIZE = 10.0
SWATCH = 24.0
ROW = 16.0
GAP = 14.0
WORDS = {
    "input": ("input", "输入"),
    "parameter": ("parameter", "参数"),
    "constant": ("constant", "常量"),
    "op": ("operation", "运算"),
    "data": ("data", "数据"),
    "residual": ("residual", "残差"),
}


class Entry(NamedTuple):
    """A sign and its words, from the legend's top left corner."""

    kind: str
    words: str
    x: float
    y: float
    width: float


def legend(scene: Scene, width: float) -> tuple[Entry, ...]:
    """Return the entries of a scene's legend, in rows that are no wider than asked for.

    A single entry may be wider: see :func:`extent`.
    """
    kinds: dict[str, None] = dict.fromkeys(box.role for box in scene.boxes)
    kinds |= dict.fromkeys("residual" if arrow.residual else "data" for arrow in scene.arrows)
    found: list[Entry] = []
    x = y = 0.0
    for kind in (known for known in WORDS if known in kinds):
        words = _words(kind, scene.lang)
        wide = SWATCH + 5 + text_width(words, SIZE)
        if x and x + wide > width:
            x, y = 0.0, y + ROW
        found.append(Entry(kind, words, x, y, wide))
        x += wide + GAP
    return tuple(found)


def extent(entries: tuple[Entry, ...]) -> tuple[float, float]:
    """Return width and height of a legend."""
    if not entries:
        return 0.0, 0.0
    return max(e.x + e.width for e in entries), max(e.y for e in entries) + ROW


def _words(kind: str, lang: Language) -> str:
    en, zh = WORDS[kind]
    return {"en": en, "zh": zh, "both": f"{zh} {en}"}[lang]
