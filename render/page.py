"""A picture as a page of its own: one file that loads nothing."""

from html import escape
from importlib import resources

from cutaway.render import glossary
from cutaway.render.html import colours_of, document, screen_theme, to_json
from cutaway.render.label import one_line
from cutaway.render.layout import place
from cutaway.render.scene import Scene
from cutaway.render.sheet import Sheet
from cutaway.render.text import clean
from cutaway.render.views import Opened, Views, views

BUTTONS = ("in", "out", "fit", "close")
SIGNS = {"in": "+", "out": "−"}


def to_page(sheet: Sheet, content: Scene | Sheet, opened: Opened | None) -> str:
    """Return a page with a picture, and with the drawings in which its blocks are opened.

    A picture of the theme ``light`` or ``dark`` holds both: ``light`` follows the reader's
    system, ``dark`` begins dark. Any other theme is kept.
    """
    variables = sheet.theme.variables()

    def write(scene: Scene) -> str:
        return Sheet.of(scene, place(scene)).themed(variables).svg

    if opened is None or isinstance(content, Sheet):
        found = Views((sheet.themed(variables).svg,), ({},), ({},))
    else:
        found = views(content, opened, write)
    chosen = screen_theme(sheet.theme)
    words = {key: one_line(title, sheet.lang) for key, title in glossary.PAGE.items()}
    data = {
        "views": [
            {"boxes": boxes, "frames": frames}
            for boxes, frames in zip(found.boxes, found.frames, strict=True)
        ],
        "words": {key: words[key] for key in ("open", "shut", "boxes")},
    }
    first, *others = found.svgs
    templates = (
        f'<template id="view-{number}">{svg}</template>' for number, svg in enumerate(others, 1)
    )
    title = escape(clean(sheet.title))
    body = [
        f"<header><h1>{title}</h1><nav hidden>{_buttons(words, bool(chosen))}</nav></header>",
        f'<main aria-label="{escape(one_line(glossary.DIAGRAM, sheet.lang))}">',
        first.rstrip(),
        "</main>",
        f'<footer>{escape(words["hint"])} <span id="status" role="status"></span></footer>',
        *templates,
        f'<script type="application/json" id="data">{to_json(data)}</script>',
    ]
    return document(
        sheet.title,
        sheet.lang,
        body,
        style=colours_of(sheet.theme) + _file("page.css"),
        script=_file("page.js"),
        dark=chosen == "dark",
    )


def _buttons(titles: dict[str, str], themes: bool) -> str:
    found = []
    for name in (*BUTTONS, *(["theme"] if themes else [])):
        words = escape(titles[name])
        label = f' aria-label="{words}" title="{words}"' if name in SIGNS else ""
        found.append(f'<button type="button" id="{name}"{label}>{SIGNS.get(name, words)}</button>')
    return "".join(found)


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")
