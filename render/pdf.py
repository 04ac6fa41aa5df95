"""SVG to PDF, with the bundled fonts: lines stay lines, and text stays text."""

from collections.abc import Callable

from cutaway.graph.errors import explain
from cutaway.render.errors import RenderError
from cutaway.render.fontfiles import font_folder, further_fonts
from cutaway.render.text import clean

LARGEST = 14_400.0  # points along a side: what PDF readers take
PAGE = b"""\
#set document(title: sys.inputs.title, date: none)
#set page(
  width: float(sys.inputs.width) * 1pt, height: float(sys.inputs.height) * 1pt, margin: 0pt,
)
#set text(lang: sys.inputs.lang)
#image(bytes(sys.inputs.svg), format: "svg", width: 100%, alt: sys.inputs.alt)
"""


def to_pdf(
    svg: str, title: str, alt: str, texts: str, size: tuple[float, float], lang: str
) -> bytes:
    """Return an SVG as a PDF of one page.

    Parameters
    ----------
    title
        The document's title.
    alt
        What screen readers read for the picture.
    texts
        What is written in it: where the bundled fonts lack a character, the system's are used.
    size
        Width and height in points.
    lang
        The language of both.

    Warns
    -----
    UserWarning
        If the bundled fonts lack a character, which then differs between machines.

    Raises
    ------
    RenderError
        If the extra ``pdf`` is not installed, or no font has one of the characters.
    """
    try:
        import typst
    except ImportError:
        raise RenderError(
            explain(
                "a PDF needs the package typst, which is not installed",
                required="the extra pdf",
                fix='pip install \'cutaway[pdf]\'; or save as ".svg" or ".png"',
            )
        ) from None
    compile_: Callable[..., bytes] = typst.compile  # its types want one kind of path everywhere
    further = further_fonts(texts)
    scale = min(1.0, LARGEST / max(size))
    inputs = {
        "svg": svg,
        "title": clean(title),
        "alt": clean(alt),
        "width": f"{size[0] * scale:.2f}",
        "height": f"{size[1] * scale:.2f}",
        "lang": lang,
    }
    with font_folder() as fonts:
        try:
            made = compile_(
                PAGE,
                root=str(fonts),
                font_paths=[str(fonts), *(str(file.parent) for file in further)],
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards="ua-1",  # for screen readers: title, language, what is drawn
                sys_inputs=inputs,
            )
        except typst.TypstError as error:
            raise RenderError(
                explain(
                    "the picture could not be made a PDF",
                    came=str(error).strip()[:500],
                    fix='save it as ".svg"',
                )
            ) from None
    return made
