"""A figure as a picture: its heading, its body, its caption."""

from cutaway.figures.spec import Figure, Setting
from cutaway.figures.texts import of_figure
from cutaway.graph import Title
from cutaway.render import Picture
from cutaway.render.compose import column
from cutaway.render.label import one_line
from cutaway.render.sheet import Sheet
from cutaway.render.theme import Theme
from cutaway.render.words import paragraph, words

HEADING = 14.0  # points
NARROWEST = 420.0  # of a caption


def picture(figure: Figure, setting: Setting, theme: Theme) -> Picture:
    """Return a figure as a picture."""
    lang = setting.lang
    body = figure.body(setting)
    wide = max(body.width, NARROWEST)
    heading = words(numbered(figure), lang, HEADING, aside=True)
    caption = paragraph(_caption(figure, setting), lang, wide)
    whole = column(column(heading, caption, gap=4.0, align="start"), body, gap=14.0, align="middle")
    told = one_line(figure.told, lang)
    return Picture(Sheet(one_line(numbered(figure), lang), told, whole, lang, theme))


def _caption(figure: Figure, setting: Setting) -> Title:
    return of_figure(figure.name, "causal") if setting.causal else figure.caption


def numbered(figure: Figure) -> Title:
    """Return a figure's title with its number."""
    title = figure.title
    return Title(f"Figure {figure.number} · {title.en}", f"图 {figure.number} · {title.zh}")
