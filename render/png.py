"""SVG to PNG, with the bundled fonts."""

from cutaway.graph.errors import explain
from cutaway.render.errors import RenderError
from cutaway.render.fontfiles import font_folder, further_fonts
from cutaway.render.measure import FILES

SCALE = 2  # pixels for each point: sharp on today's screens
LARGEST = 12_000  # pixels along a side


def to_png(svg: str, texts: str, size: tuple[float, float], background: str) -> bytes:
    """Return an SVG as PNG.

    Parameters
    ----------
    texts
        What is written in it: where the bundled fonts lack a character, the system's are used.
    size
        Width and height in points.
    background
        The colour of a pixel at the edge that the picture covers in part.

    Warns
    -----
    UserWarning
        If the bundled fonts lack a character, which then differs between machines.

    Raises
    ------
    RenderError
        If the picture is too large, or no font has one of its characters.
    """
    import resvg_py

    scale = min(SCALE, LARGEST / max(size))
    if scale < 0.25:
        raise RenderError(
            explain(
                "the picture is too large for PNG",
                required=f"at most {LARGEST * 4} points along each side",
                came=f"{size[0]:.0f} × {size[1]:.0f}",
                fix='save it as ".svg", or draw it at a coarser level',
            )
        )
    further = further_fonts(texts)
    with font_folder() as fonts:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg,
                background=background,
                width=round(size[0] * scale),
                font_files=[str(file) for file in (*(fonts / name for name in FILES), *further)],
                skip_system_fonts=True,
            )
        )
