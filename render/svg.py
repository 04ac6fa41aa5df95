"""The SVG writer: every text is measured, escaped and ours."""

from xml.sax.saxutils import escape, quoteattr

from cutaway.render.colours import LEAVES, PLAIN
from cutaway.render.dot import TITLE
from cutaway.render.legend import SIZE as LEGEND_SIZE
from cutaway.render.legend import SWATCH, Entry, extent, legend
from cutaway.render.scene import Arrow, Bounds, Box, Frame, Layout, Line, Point, Role, Scene
from cutaway.render.text import clean, shorten
from cutaway.render.titles import titles

LATIN = "Helvetica,Arial,'Liberation Sans','DejaVu Sans'"
HAN = "'Noto Sans SC','Noto Sans CJK SC','PingFang SC','Microsoft YaHei','WenQuanYi Zen Hei'"
MARGIN = 8.0
SPACE = 10.0  # between picture and legend
INK, GREY = "#202020", "#4a4a4a"
STROKE = "#303030"
TOLD = 200  # connections that <desc> names
CORNERS: dict[Role, float] = {"input": 14, "parameter": 0, "constant": 0, "op": 5}
DASHES = {"parameter": "1 2", "residual": "5 3"}


def canvas(scene: Scene, layout: Layout) -> tuple[float, float]:
    """Return width and height of a drawing, legend and margins included."""
    wide, high = extent(legend(scene, layout.width))
    return max(layout.width, wide) + 2 * MARGIN, layout.height + SPACE + high + 2 * MARGIN


def to_svg(scene: Scene, layout: Layout) -> str:
    """Return a scene with places as SVG."""
    width, height = canvas(scene, layout)
    fonts = (LATIN, HAN) if scene.lang == "en" else (HAN, LATIN)
    paths = {box.id: box.path for box in scene.boxes}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.1f}" height="{height:.1f}" '
        f'viewBox="0 0 {width:.1f} {height:.1f}" role="graphics-document" '
        f'font-family="{",".join(fonts)},sans-serif" '
        f'lang="{"en" if scene.lang == "en" else "zh-CN"}">',
        f"<title>{_text(scene.title)}</title>",
        f"<desc>{_text(_describe(scene, paths))}</desc>",
        f'<rect width="{width:.1f}" height="{height:.1f}" fill="#ffffff"/>',
        f'<g transform="translate({MARGIN:g},{MARGIN:g})">',
        *(_frame(frame, bounds) for frame, bounds in layout.frames.items()),
        *(
            _arrow(arrow, curve, paths)
            for arrow, curve in zip(scene.arrows, layout.curves, strict=True)
        ),
        *(_frame_title(frame, place) for frame, place in titles(layout).items()),
        *(_box(box, layout.centres[box.id]) for box in scene.boxes),
        *(_entry(entry, layout.height + SPACE) for entry in legend(scene, layout.width)),
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _frame(frame: Frame, bounds: Bounds) -> str:
    x0, y0, x1, y1 = bounds
    path = "/".join(frame)
    return (
        f"<g data-scope={_attribute(path)}><title>{_text(path)}</title>"
        f'<rect x="{x0:.1f}" y="{y0:.1f}" width="{x1 - x0:.1f}" height="{y1 - y0:.1f}" rx="6" '
        f'fill="{_shade(frame)}" stroke="#8a8a8a"/></g>'
    )


def _frame_title(frame: Frame, place: Point) -> str:
    """Write a frame's name over the arrows, with a rim that keeps it readable there."""
    return (
        f'<text class="frame" x="{place[0]:.1f}" y="{place[1]:.1f}" '
        f'font-size="{TITLE:g}" fill="{GREY}" stroke="{_shade(frame)}" '
        f'stroke-width="3" paint-order="stroke">{_text(shorten(frame[-1]))}</text>'
    )


def _shade(frame: Frame) -> str:
    return "#f7f7f7" if len(frame) % 2 else "#ececec"


def _box(box: Box, centre: Point) -> str:
    texts, y = [], centre[1] - sum(line.height for line in box.lines) / 2
    for number, line in enumerate(box.lines):
        ink = GREY if number else INK
        texts.append(_line(line, centre[0], y + line.height / 2 + line.size * 0.36, ink))
        y += line.height
    folded = "".join(
        f"<g data-node={_attribute(path)}><title>{_text(text)}</title></g>"
        for path, text in box.folded
    )
    return (
        f'<g class="{box.role}" data-node={_attribute(box.path)}>'
        f"<title>{_text(' '.join(line.text for line in box.lines))}</title>"
        f"{_shape(box.role, box.colour, centre, box.width, box.height)}"
        f"{''.join(texts)}{folded}</g>"
    )


def _shape(role: Role, colour: str, centre: Point, width: float, height: float) -> str:
    return (
        f'<rect x="{centre[0] - width / 2:.1f}" y="{centre[1] - height / 2:.1f}" '
        f'width="{width:.1f}" height="{height:.1f}" rx="{min(CORNERS[role], height / 2):g}" '
        f'fill="{colour}" stroke="{STROKE}"{_dash(role)}/>'
    )


def _line(line: Line, x: float, y: float, ink: str) -> str:
    lang = f' lang="{line.lang}"' if line.lang else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{line.size:g}" text-anchor="middle" '
        f'fill="{ink}"{lang}>{_text(shorten(line.text))}</text>'
    )


def _arrow(arrow: Arrow, curve: tuple[Point, ...], paths: dict[str, str]) -> str:
    kind = "residual" if arrow.residual else "data"
    start, *rest, tip = curve
    bends = " ".join(f"{x:.1f},{y:.1f}" for x, y in rest)
    return (
        f'<g class="{kind}" data-from={_attribute(paths[arrow.tail])} '
        f"data-to={_attribute(paths[arrow.head])}>"
        f'<path d="M{start[0]:.1f},{start[1]:.1f} C{bends}" fill="none" '
        f'stroke="{STROKE}"{_dash(kind)}/>{_head(rest[-1], tip)}</g>'
    )


def _head(base: Point, tip: Point) -> str:
    dx, dy = tip[0] - base[0], tip[1] - base[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    nx, ny = -dy / length * 3, dx / length * 3
    corners = (tip, (base[0] + nx, base[1] + ny), (base[0] - nx, base[1] - ny))
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    return f'<polygon points="{points}" fill="{STROKE}"/>'


def _entry(entry: Entry, top: float) -> str:
    y = top + entry.y + 7
    sign = f'<path d="M{entry.x:.1f},{y:.1f} h{SWATCH:g}" stroke="{STROKE}"{_dash(entry.kind)}/>'
    for role in CORNERS:
        if role == entry.kind:
            centre = (entry.x + SWATCH / 2, y)
            sign = _shape(role, LEAVES.get(role, PLAIN), centre, SWATCH, 11)
    return (
        f'<g class="legend">{sign}<text x="{entry.x + SWATCH + 5:.1f}" y="{y + 3.5:.1f}" '
        f'font-size="{LEGEND_SIZE:g}" fill="{GREY}">{_text(entry.words)}</text></g>'
    )


def _dash(kind: str) -> str:
    return f' stroke-dasharray="{DASHES[kind]}"' if kind in DASHES else ""


def _describe(scene: Scene, paths: dict[str, str]) -> str:
    """Name boxes and connections; the beginning of a long list, and its length."""
    told = [
        f"{shorten(paths[arrow.tail], 80)} to {shorten(paths[arrow.head], 80)}"
        + (" (residual)" if arrow.residual else "")
        for arrow in scene.arrows[:TOLD]
    ]
    if len(scene.arrows) > TOLD:
        told.append(f"and {len(scene.arrows) - TOLD} more")
    return f"{len(scene.boxes)} boxes. Connections: {'; '.join(told) or 'none'}."


def _text(text: str) -> str:
    return escape(clean(text))


def _attribute(text: str) -> str:
    return quoteattr(clean(text))
