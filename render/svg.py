"""The SVG writer: every text is measured, escaped and ours."""

from collections.abc import Iterator

from cutaway.render import glossary
from cutaway.render.caption import ROW, height, wrapped
from cutaway.render.caption import SIZE as CAPTION_SIZE
from cutaway.render.dot import LABEL
from cutaway.render.label import one_line
from cutaway.render.legend import SIZE as LEGEND_SIZE
from cutaway.render.legend import SWATCH, Entry, legend
from cutaway.render.legend import extent as legend_extent
from cutaway.render.measure import text_width
from cutaway.render.path import short
from cutaway.render.scene import (
    GAP,
    TAGS,
    Arrow,
    Bounds,
    Box,
    Frame,
    Language,
    Layout,
    Line,
    Point,
    Role,
    Scene,
    Sign,
)
from cutaway.render.text import shorten
from cutaway.render.theme import Theme
from cutaway.render.titles import titles
from cutaway.render.write import (
    DROP,
    WHOLE,
    arrowhead,
    attribute,
    bounds,
    glyphs,
    plain,
    points,
    text_line,
    tokens,
    write,
)

LATIN = "'Noto Sans',Helvetica,Arial,'Liberation Sans','DejaVu Sans'"
HAN = "'Noto Sans CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei','WenQuanYi Zen Hei'"
MARGIN = 8.0
SPACE = 10.0  # between picture and legend
TOLD = 200  # connections that <desc> names
CORNERS: dict[Role, float] = {"input": 14, "parameter": 0, "constant": 0, "op": 5, "group": 3}
DASHES = {
    "parameter": "1 2",
    "optional": "2 2",
    "residual": "5 3",
    "mask": "1.5 2.5",
    "weight": "7 2 1 2",
}
INSET = 6.0  # points under what stands in a box
DOT = 1.8  # the radius of a junction
BAND = 4.0  # points: the width of the band at the side of a box, which no text reaches


def extent(scene: Scene, layout: Layout) -> tuple[float, float]:
    """Return width and height of a drawing, legend and caption included."""
    wide, high = legend_extent(legend(scene.legend, layout.width))
    lines = wrapped(scene.caption, layout.width)
    wide = max(layout.width, wide, *(text_width(line, CAPTION_SIZE) for line in lines))
    return wide, layout.height + SPACE + high + height(lines)


def document(title: str, told: str, inner: str, size: Point, lang: Language, theme: Theme) -> str:
    """Return a whole SVG: what it is called, what it shows in words, and its elements."""
    width, height = size
    parts = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.1f}" height="{height:.1f}" '
        f'viewBox="0 0 {width:.1f} {height:.1f}" role="graphics-document" '
        f'font-family="{LATIN},{HAN},sans-serif" lang="{TAGS[lang]}">',
        f"<title>{plain(title)}</title>",
        f"<desc>{plain(told)}</desc>",
        f'<rect width="{width:.1f}" height="{height:.1f}" fill="{theme.background}"/>',
        inner,
        "</svg>",
    )
    return "\n".join(parts) + "\n"


def scene_elements(scene: Scene, layout: Layout) -> Iterator[str]:
    """Return the elements of a scene, its legend and its caption under it."""
    paths = {box.id: box.path for box in scene.boxes}
    headings = titles(scene, layout)
    theme = scene.theme
    arrows = tuple(zip(scene.arrows, layout.curves, layout.labels, strict=True))
    yield from (_frame(frame, layout.frames[frame.place], theme) for frame in scene.frames)
    yield from (_trunk(curve, theme) for curve in layout.trunks)
    yield from (_arrow(arrow, curve, paths, theme) for arrow, curve, _ in arrows)
    yield from (_frame_title(frame, headings[frame.place], theme) for frame in scene.frames)
    yield from (_arrow_label(arrow, place, theme) for arrow, _, place in arrows if place)
    yield from (_box(box, layout.centres[box.id], theme) for box in scene.boxes)
    for entry in legend(scene.legend, layout.width):
        yield _entry(entry, layout.height + SPACE, theme)
    yield from _caption(wrapped(scene.caption, layout.width), extent(scene, layout)[1], theme)


def _frame(frame: Frame, area: Bounds, theme: Theme) -> str:
    return (
        f"<g data-scope={attribute('/'.join(frame.place))}><title>{plain(_whole(frame.title))}"
        f'</title><rect{bounds(area)} rx="6" fill="{_shade(frame, theme)}" '
        f'stroke="{theme.frame}"/></g>'
    )


def _shade(frame: Frame, theme: Theme) -> str:
    return theme.frames.get(frame.line) or theme.shades[len(frame.place) % 2]


def _frame_title(frame: Frame, place: Point, theme: Theme) -> str:
    """Write a frame's name over the arrows, with a rim that keeps it readable there."""
    shade = _shade(frame, theme)
    look = f'class="frame" stroke="{shade}" stroke-width="3" paint-order="stroke"'
    texts, y = [], place[1]
    for line in frame.title:
        here = place[0], y + line.height * 0.9
        texts.append(text_line(line, here, theme.soft, look, anchor="start"))
        y += line.height
    return "".join(texts)


def _whole(lines: tuple[Line, ...]) -> str:
    return " ".join(line.text for line in lines)


def _box(box: Box, centre: Point, theme: Theme) -> str:
    formula = box.formula
    high = sum(line.height for line in box.lines) + (formula.height + GAP if formula else 0)
    high += box.inside.height + GAP if box.inside else 0
    texts, y = [], centre[1] - high / 2
    corner = centre[0] - box.width / 2 + 1 + BAND / 2, centre[1] - box.height / 2 + 1.5
    rhythm = "" if box.fill else theme.band(box.role, box.family)
    band = _band(rhythm, corner, f"v{short(box.height - 3)}", theme)
    for number, line in enumerate(box.lines):
        if formula and number == box.headings:
            texts.append(glyphs(formula, centre[0], y, theme))
            y += formula.height + GAP
        place = (centre[0], y + line.height / 2 + line.size * DROP)
        ink = theme.inks.get(box.fill) or (theme.soft if number else theme.ink)
        texts.append(text_line(line, place, ink))
        y += line.height
    if formula and len(box.lines) == box.headings:
        texts.append(glyphs(formula, centre[0], y, theme))
        y += formula.height + GAP
    if box.inside:
        low = centre[1] + box.height / 2 - INSET - box.inside.height  # in every language
        inside = box.inside.moved(centre[0] - box.inside.width / 2, low)
        texts.append(write(inside.marks, theme))
    size, border = (box.width, box.height), "optional" if box.optional else ""
    return (
        f'<g class="{box.role}" data-path={attribute(box.path)} '
        f"data-node={attribute(tokens(box.nodes))}>"
        f"<title>{plain(_whole(box.lines))}</title>"
        f"{_shape(box.role, box.family, centre, size, theme, box.lit, border, box.round, box.fill)}"
        f"{'' if box.round else band}{''.join(texts)}</g>"
    )


def _shape(
    role: Role,
    family: str,
    centre: Point,
    size: Point,
    theme: Theme,
    lit: bool = False,
    border: str = "",
    round: bool = False,
    fill: str = "",
) -> str:
    width, height = size
    corner = height / 2 if round else min(CORNERS[role], height / 2)
    left, top = centre[0] - width / 2, centre[1] - height / 2
    weight = ' stroke-width="1.4"' if role == "group" else ""
    colour = theme.cells[fill] if fill else theme.box(role, family)
    if lit:
        weight = f' stroke-width="{theme.lit_width:g}"'
    return (
        f'<rect{bounds((left, top, left + width, top + height))} rx="{corner:g}" '
        f'fill="{colour}" stroke="{theme.lit if lit else theme.edge}"{weight}'
        f"{_dash(border or role, lit)}/>"
    )


def _band(rhythm: str, begin: Point, way: str, theme: Theme) -> str:
    """Write what tells a family without colour: dashes along a side."""
    if not rhythm:
        return ""
    return (
        f'<path d="M{points([begin])} {way}" stroke="{theme.edge}" '
        f'stroke-width="{BAND:g}" stroke-dasharray="{rhythm}"/>'
    )


def _caption(lines: tuple[str, ...], bottom: float, theme: Theme) -> Iterator[str]:
    """Write the lines of a caption, none of them cut, down to the bottom."""
    first = bottom - ROW * (len(lines) - 1) - 4
    for number, text in enumerate(lines):
        place, line = (0.0, first + ROW * number), Line(text, "", CAPTION_SIZE)
        yield text_line(line, place, theme.ink, 'class="caption"', "start", WHOLE)


def _arrow(arrow: Arrow, curve: tuple[Point, ...], paths: dict[str, str], theme: Theme) -> str:
    start, *rest, tip = curve
    ink = theme.lit if arrow.lit else theme.line(arrow.line)
    head = arrowhead(rest[-1], tip, ink, 4 if arrow.lit else 3)
    return (
        f'<g class="{arrow.stroke}" data-from={attribute(paths[arrow.tail])} '
        f"data-to={attribute(paths[arrow.head])}>"
        f'<path d="M{points([start])} C{points(rest)}" fill="none" stroke="{ink}"'
        f"{_weight(arrow, theme)}{_dash(arrow.stroke, arrow.lit)}/>{head}</g>"
    )


def _trunk(curve: tuple[Point, ...], theme: Theme) -> str:
    """Write what arrows have in common, and a dot where they part."""
    start, *rest, (x, y) = curve
    return (
        f'<path d="M{points([start])} C{points(rest)} L{points([(x, y)])}" fill="none" '
        f'stroke="{theme.edge}"/><circle cx="{short(x)}" cy="{short(y)}" r="{DOT:g}" '
        f'fill="{theme.edge}"/>'
    )


def _weight(line: Arrow | Sign, theme: Theme) -> str:
    width = theme.lit_width if line.lit else theme.widths.get(line.line, 1)
    return "" if width == 1 else f' stroke-width="{width:g}"'


def _arrow_label(arrow: Arrow, place: Point, theme: Theme) -> str:
    line = Line(arrow.label, size=LABEL)
    ink = theme.lit if arrow.lit else theme.lines.get(arrow.line, theme.soft)
    rim = f'stroke="{theme.background}" stroke-opacity="0.7"'
    look = f'class="label" {rim} stroke-width="3" paint-order="stroke"'
    return text_line(line, (place[0], place[1] + LABEL * DROP), ink, look)


def _entry(entry: Entry, top: float, theme: Theme) -> str:
    sign, y = entry.sign, top + entry.y + 7
    if sign.role:
        centre = entry.x + SWATCH / 2, y
        size = (SWATCH, 11.0)
        mark = _shape(sign.role, sign.family, centre, size, theme, fill=sign.fill)
        rhythm = "" if sign.fill else theme.band(sign.role, sign.family)
        mark += _band(rhythm, (entry.x + 2, y), f"h{SWATCH - 4:g}", theme)
    else:
        ink = theme.lit if sign.lit else theme.line(sign.line)
        dash = _dash(sign.stroke or "data") + _weight(sign, theme)
        mark = f'<path d="M{points([(entry.x, y)])} h{SWATCH:g}" stroke="{ink}"{dash}/>'
    place = (entry.x + SWATCH + 5, y + 3.5)
    words = text_line(Line(sign.words, size=LEGEND_SIZE), place, theme.soft, anchor="start")
    return f'<g class="legend">{mark}{words}</g>'


def _dash(kind: str, lit: bool = False) -> str:
    if kind not in DASHES:
        return ""
    lengths = (float(length) * (2 if lit else 1) for length in DASHES[kind].split())
    return f' stroke-dasharray="{" ".join(f"{length:g}" for length in lengths)}"'


def describe(scene: Scene) -> str:
    """Give the caption, name boxes and connections: the beginning of a long list, its length."""
    names = {box.id: shorten(_whole(box.lines), 80) for box in scene.boxes}
    told = [_connection(arrow, names, scene) for arrow in scene.arrows[:TOLD]]
    if len(scene.arrows) > TOLD:
        told.append(f"… (+{len(scene.arrows) - TOLD})")
    boxes = one_line(glossary.BOXES, scene.lang)
    connections = one_line(glossary.CONNECTIONS, scene.lang)
    caption = f"{' '.join(scene.caption.split())} " if scene.caption else ""
    return f"{caption}{boxes}: {len(scene.boxes)}. {connections}: {'; '.join(told) or '–'}."


def _connection(arrow: Arrow, names: dict[str, str], scene: Scene) -> str:
    told = f"{names[arrow.tail]} → {names[arrow.head]}"
    kind = "" if arrow.stroke == "data" else one_line(glossary.LEGEND[arrow.stroke], scene.lang)
    notes = ", ".join(filter(None, (arrow.label, kind)))
    return f"{told} ({notes})" if notes else told
