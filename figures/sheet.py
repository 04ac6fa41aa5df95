"""A figure as a picture: its heading, its body, its caption."""

from cutaway.figures.example import HEAD, LAYER
from cutaway.figures.spec import Figure, Setting
from cutaway.figures.texts import label
from cutaway.graph import Title
from cutaway.render import Picture
from cutaway.render.compose import column, sized
from cutaway.render.label import one_line
from cutaway.render.marks import Drawing
from cutaway.render.sheet import Sheet
from cutaway.render.theme import Theme
from cutaway.render.words import paragraph, words

HEADING = 14.0  # points
SOURCE = 10.0  # … of the line under it
NARROWEST = 420.0  # of a caption


def picture(figure: Figure, setting: Setting, theme: Theme) -> Picture:
    """Return a figure as a picture: nothing in it moves, however long a language's caption is."""
    figure, lang = figure.causal if setting.causal else figure, setting.lang
    body = figure.body(setting)
    wide = max(body.width, NARROWEST)
    head = sized(_head(figure, setting), wide, align=("start", "start"))
    whole = column(head, body, paragraph(figure.caption, lang, wide), gap=14.0)
    told = one_line(figure.told, lang)
    return Picture(Sheet(one_line(numbered(figure), lang), told, whole, lang, theme))


def _head(figure: Figure, setting: Setting) -> Drawing:
    """Return the title, over which layer and head of the translator the numbers are from."""
    title = words(numbered(figure), setting.lang, HEADING, level="end")
    if not (figure.source and setting.values):
        return title
    source = label(figure.source).fill(LAYER + 1, HEAD + 1)
    line = words(source, setting.lang, SOURCE, "soft", aside=True)
    return column(title, line, gap=2.0, align="start")


def numbered(figure: Figure) -> Title:
    """Return a figure's title with its number."""
    title = figure.title
    return Title(f"Figure {figure.number} · {title.en}", f"图 {figure.number} · {title.zh}")
