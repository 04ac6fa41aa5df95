"""The SVG writer: every text is measured, escaped and ours."""

from xml.sax.saxutils import escape, quoteattr

from cutaway.render.measure import shorten, text_width
from cutaway.render.scene import Box, Layout, Point, Scene

FONT = (
    "'Noto Sans SC','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',Helvetica,Arial,sans-serif"
)
SIZE = 11.0
LINE = 14.0
MARGIN = 8.0
LEGEND = 20.0


def to_svg(scene: Scene, layout: Layout) -> str:
    """Return a scene with places as SVG."""
    width, height = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN + LEGEND
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.1f}" height="{height:.1f}" '
        f'viewBox="0 0 {width:.1f} {height:.1f}" role="graphics-document" '
        f'font-family="{FONT}" font-size="{SIZE:g}" lang="{scene.lang}">',
        f"<title>{_text(scene.title)}</title>",
        f"<desc>{_text(_describe(scene))}</desc>",
        f'<rect width="{width:.1f}" height="{height:.1f}" fill="#ffffff"/>',
        f'<g transform="translate({MARGIN:g},{MARGIN:g})">',
    ]
    for frame, (x0, y0, x1, y1) in layout.frames.items():
        shade = "#f7f7f7" if len(frame) % 2 else "#efefef"
        parts.append(
            f"<g data-scope={_attribute('/'.join(frame))}><title>{_text('/'.join(frame))}</title>"
            f'<rect x="{x0:.1f}" y="{y0:.1f}" width="{x1 - x0:.1f}" height="{y1 - y0:.1f}" rx="6" '
            f'fill="{shade}" stroke="#8a8a8a"/>'
            f'<text x="{x0 + 6:.1f}" y="{y0 + 13:.1f}" fill="#404040">'
            f"{_text(_fit(frame[-1], x1 - x0 - 12))}</text></g>"
        )
    for arrow, curve in zip(scene.arrows, layout.curves, strict=True):
        parts.append(_arrow(curve, arrow.residual))
    parts += [_box(box, layout.centres[box.id]) for box in scene.boxes]
    parts.append("</g>")
    parts.append(_legend(scene, height))
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def _box(box: Box, centre: Point) -> str:
    x, y = centre[0] - box.width / 2, centre[1] - box.height / 2
    corner = {"input": 12, "parameter": 0, "constant": 0, "op": 5}[box.role]
    dash = ' stroke-dasharray="1 2"' if box.role == "parameter" else ""
    first = centre[1] - LINE * (len(box.lines) - 1) / 2 + SIZE * 0.35
    texts = "".join(
        f'<text x="{centre[0]:.1f}" y="{first + n * LINE:.1f}" text-anchor="middle" '
        f'fill="{"#202020" if n == 0 else "#4a4a4a"}">{_text(shorten(line))}</text>'
        for n, line in enumerate(box.lines)
    )
    return (
        f"<g data-node={_attribute(box.path)}><title>{_text(' '.join(box.lines))}</title>"
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" '
        f'rx="{corner}" fill="{box.colour}" stroke="#303030"{dash}/>{texts}</g>'
    )


def _arrow(curve: tuple[Point, ...], residual: bool) -> str:
    start, *rest, tip = curve
    bends = " ".join(f"{x:.1f},{y:.1f}" for x, y in rest)
    dash = ' stroke-dasharray="5 3"' if residual else ""
    kind = "residual" if residual else "data"
    return (
        f'<g class="{kind}"><path d="M{start[0]:.1f},{start[1]:.1f} C{bends}" fill="none" '
        f'stroke="#303030"{dash}/>{_head(rest[-1], tip)}</g>'
    )


def _head(base: Point, tip: Point) -> str:
    dx, dy = tip[0] - base[0], tip[1] - base[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    nx, ny = -dy / length * 3.5, dx / length * 3.5
    corners = (tip, (base[0] + nx, base[1] + ny), (base[0] - nx, base[1] - ny))
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    return f'<polygon points="{points}" fill="#303030"/>'


def _legend(scene: Scene, height: float) -> str:
    if not any(arrow.residual for arrow in scene.arrows):
        return ""
    words = {"en": "dashed: residual", "zh": "虚线：残差", "both": "虚线：残差 / dashed: residual"}
    y = height - 8
    return (
        f'<g class="legend"><path d="M8,{y - 4:.1f} h28" stroke="#303030" '
        f'stroke-dasharray="5 3"/><text x="42" y="{y:.1f}" fill="#404040">'
        f"{words[scene.lang]}</text></g>"
    )


def _describe(scene: Scene) -> str:
    """Name boxes and connections; the beginning of a long list, and its length."""
    paths = {box.id: box.path for box in scene.boxes}
    shown = [f"{paths[a.tail]} to {paths[a.head]}" for a in scene.arrows[:60]]
    more = len(scene.arrows) - len(shown)
    tail = f"; and {more} more" if more > 0 else ""
    return f"{len(scene.boxes)} boxes. Connections: {'; '.join(shown)}{tail}."


def _fit(text: str, width: float) -> str:
    line = shorten(text)
    while len(line) > 1 and text_width(line, SIZE) > width:
        line = line[:-2] + "…"
    return line


def _clean(text: str) -> str:
    """Drop what XML 1.0 cannot hold."""
    return "".join(
        c
        if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
        else "�"
        for c in text
    )


def _text(text: str) -> str:
    return escape(_clean(text))


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))
