"""A report as a page of its own: charts beside each other as there is room, one file."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from html import escape
from importlib import resources

from cutaway.graph import Title
from cutaway.graph.title import languages
from cutaway.render import Picture, glossary
from cutaway.render.html import colours_of, document, screen_theme
from cutaway.render.label import bilingual, one_line
from cutaway.render.scene import TAGS, Language
from cutaway.render.sheet import Sheet
from cutaway.render.text import clean


class Charts(Picture):
    """A picture of several charts; as a page, each stands for itself and they flow.

    Parameters
    ----------
    whole
        All of them on one sheet.
    single
        Each of them.
    ended
        What is said first: why the training stopped.
    told
        What is said above them.
    notes
        What is said under them.
    """

    def __init__(
        self,
        whole: Sheet,
        single: Sequence[Sheet],
        ended: Sequence[Title],
        told: Title,
        notes: Sequence[Title],
    ) -> None:
        super().__init__(whole)
        self._whole, self._single = whole, single
        self._ended, self._told, self._notes = ended, told, notes

    @cached_property
    def html(self) -> str:
        """The charts as a page that loads nothing.

        Of the theme ``light`` or ``dark`` it holds both: ``light`` follows the reader's system,
        ``dark`` begins dark. Any other theme is kept.
        """
        whole = self._whole
        chosen = screen_theme(whole.theme)
        button = escape(one_line(glossary.PAGE["theme"], whole.lang))
        title = escape(clean(whole.title))
        variables = whole.theme.variables()
        body = [
            f"<header><h1>{title}</h1>"
            + (f'<button type="button" hidden>{button}</button>' if chosen else "")
            + "</header>",
            "<main>",
            *_stopped(self._ended, whole.lang),
            *_paragraphs(self._told, whole.lang),
            '<div class="charts">',
            *(sheet.themed(variables).svg.rstrip() for sheet in self._single),
            "</div>",
            *(each for note in self._notes for each in _paragraphs(note, whole.lang)),
            "</main>",
        ]
        return document(
            whole.title,
            whole.lang,
            body,
            style=colours_of(whole.theme) + _file("report.css"),
            script=_file("report.js") if chosen else "",
            dark=chosen == "dark",
        )


def _stopped(lines: Sequence[Title], lang: Language) -> Iterator[str]:
    """Return why a training stopped: each language for itself, the heading first."""
    if not lines:
        return
    yield '<section class="stopped">'
    for each in reversed(languages(lang)):
        head, *rest = (line.say(each) for line in lines)
        yield f'<h2 lang="{TAGS[each]}">{escape(clean(head))}</h2>'
        yield from (f'<p lang="{TAGS[each]}">{escape(clean(text))}</p>' for text in rest)
    yield "</section>"


def _paragraphs(text: Title, lang: Language) -> Iterator[str]:
    """Return a text, in both languages one after the other."""
    for line in bilingual(text, lang):
        yield f'<p lang="{line.lang}">{escape(clean(line.text))}</p>'


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
