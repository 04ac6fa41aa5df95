"""A picture as a page of its own: one file that loads nothing."""

import base64
import hashlib
import json
from html import escape
from importlib import resources

from cutaway.render import glossary
from cutaway.render.label import one_line
from cutaway.render.layout import place
from cutaway.render.scene import Scene
from cutaway.render.sheet import Sheet
from cutaway.render.text import clean
from cutaway.render.theme import Theme, read_theme
from cutaway.render.views import Opened, Views, views

SCREEN = ("light", "dark")  # the themes between which a reader may choose
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
    both = {name: read_theme(name) for name in SCREEN}
    chosen = next((name for name, theme in both.items() if theme == sheet.theme), "")
    style = (_both(both) if chosen else _rule(":root", sheet.theme)) + _file("page.css")
    script = _file("page.js")
    words = {key: one_line(title, sheet.lang) for key, title in glossary.PAGE.items()}
    data = {
        "views": [
            {"boxes": boxes, "frames": frames}
            for boxes, frames in zip(found.boxes, found.frames, strict=True)
        ],
        "words": {key: words[key] for key in ("open", "shut", "boxes")},
    }
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    first, *others = found.svgs
    templates = (
        f'<template id="view-{number}">{svg}</template>' for number, svg in enumerate(others, 1)
    )
    title = escape(clean(sheet.title))
    dark = ' data-theme="dark"' if chosen == "dark" else ""
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{"en" if sheet.lang == "en" else "zh-CN"}"{dark}>',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        f"<header><h1>{title}</h1><nav hidden>{_buttons(words, bool(chosen))}</nav></header>",
        f'<main aria-label="{escape(one_line(glossary.DIAGRAM, sheet.lang))}">',
        first.rstrip(),
        "</main>",
        f'<footer>{escape(words["hint"])} <span id="status" role="status"></span></footer>',
        *templates,
        f'<script type="application/json" id="data">{_json(data)}</script>',
        f"<script>{script}</script>",
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def _buttons(titles: dict[str, str], themes: bool) -> str:
    found = []
    for name in (*BUTTONS, *(["theme"] if themes else [])):
        words = escape(titles[name])
        label = f' aria-label="{words}" title="{words}"' if name in SIGNS else ""
        found.append(f'<button type="button" id="{name}"{label}>{SIGNS.get(name, words)}</button>')
    return "".join(found)


def _both(themes: dict[str, Theme]) -> str:
    light, dark = themes.values()
    return (
        _rule(":root", light, "color-scheme:light;")
        + "@media (prefers-color-scheme: dark) {\n"
        + _rule(":root:not([data-theme='light'])", dark, "color-scheme:dark;")
        + "}\n"
        + _rule(":root[data-theme='dark']", dark, "color-scheme:dark;")
    )


def _rule(selector: str, theme: Theme, before: str = "") -> str:
    values = "".join(f"--{name}:{colour};" for name, colour in theme.colours())
    return f"{selector} {{{before}{values}}}\n"


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    """Return what the page's policy lets run, or style: this text and no other."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _json(data: object) -> str:
    """Return JSON that ends no script."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return clean(text).replace("<", "\\u003c")
