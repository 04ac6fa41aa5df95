"""SVG to PNG, with the bundled fonts."""

import warnings
from importlib import resources

from cutaway.graph.errors import explain
from cutaway.render.errors import RenderError
from cutaway.render.measure import FILES, missing

SCALE = 2  # pixels for each point: sharp on today's screens
LARGEST = 12_000  # pixels along a side


def to_png(svg: str, texts: str, size: tuple[float, float]) -> bytes:
    """Return an SVG as PNG.

    Parameters
    ----------
    texts
        What is written in it: where the bundled fonts lack a character, the system's are used.
    size
        Width and height in points.

    Warns
    -----
    UserWarning
        If the bundled fonts lack a character, which then differs between machines.

    Raises
    ------
    RenderError
        If the picture is too large.
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
    lacking = missing(texts)
    if lacking:
        warnings.warn(
            f"the bundled fonts lack {lacking[:20]!r}: a font of this machine draws them, if any",
            stacklevel=3,
        )
    folder = resources.files(__package__).joinpath("fonts")
    with resources.as_file(folder) as fonts:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg,
                width=round(size[0] * scale),
                font_files=[str(fonts / file) for file in FILES],
                skip_system_fonts=not lacking,
            )
        )
