"""The picture of a comparison: boxes in shades of how far they lie apart."""

from bisect import bisect_left
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cutaway.diagnose.comparing.difference import Difference
from cutaway.diagnose.comparing.texts import TEXTS
from cutaway.graph import Node, OptionError, Title
from cutaway.graph.errors import explain
from cutaway.render import Picture, Tint, draw

if TYPE_CHECKING:
    from cutaway.diagnose.comparing.comparison import Comparison

LIMITS = (1e-6, 1e-4, 1e-3, 0.01, 0.03, 0.1, 0.3)  # of relative differences: a shade up to each


def draw_comparison(
    found: "Comparison", level: str, lang: str, of: str, options: Mapping[str, Any]
) -> Picture:
    """Draw a comparison; see :meth:`Comparison.picture`."""
    if of not in ("value", "gradient"):
        raise OptionError(explain(f"there is no {of!r} to draw", required="value, gradient"))
    graph, tolerance = found.graph, found.tolerance
    rows = {row.path: row for row in found.rows if row.only != "b"}
    apart: dict[Node, Difference] = {}
    for node in graph.nodes:
        row = rows[graph.path(node)]
        difference = row.difference if of == "value" else row.gradient
        if difference is not None:
            apart[node] = difference
    if of == "gradient" and not apart:
        raise OptionError(explain("no gradients were compared", fix="compare(a, b, backward=True)"))
    first = found.first
    place = None if first is None else first.a if first.kind == "only-b" else first.at
    lit = [] if place is None else [place.path]
    only = [node for node in graph.nodes if rows[graph.path(node)].only == "a"]
    tint = Tint(
        {node: _step(each.relative, tolerance) for node, each in apart.items()},
        {
            **{node: _short(each) for node, each in apart.items() if each.relative > tolerance},
            **dict.fromkeys(only, TEXTS["only-a"]),
        },
        _legend(tolerance),
        TEXTS["first_here"],
    )
    chosen = {"fold": False, "title": found.title(lang), "highlight": lit, **options}
    return draw(graph, level, lang=lang, tint=tint, **chosen)


def _step(relative: float, tolerance: float) -> int:
    """Return the shade of a difference: none up to the tolerance."""
    return 0 if relative <= tolerance else 1 + bisect_left(LIMITS, relative)


def _short(found: Difference) -> Title:
    text = "≠" if found.shapes else f"Δ {found.relative:.1g}"
    return Title(text, text)


def _legend(tolerance: float) -> tuple[tuple[Title, int], ...]:
    """Return what the shades mean, those that there can be."""
    names = TEXTS["tint"]
    found = [(names.each(lambda text: f"{text} ≤ {tolerance:g}"), 0)]
    for number, most in enumerate(LIMITS, 1):
        if most > tolerance:
            found.append((Title(f"≤ {most:g}", f"≤ {most:g}"), number))
    return (*found, (TEXTS["more_than"], len(LIMITS) + 1))
