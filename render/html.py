"""What every page is made of: its policy, its colours, and data that ends no script."""

import base64
import hashlib
import json
from collections.abc import Iterable
from html import escape

from cutaway.render.scene import TAGS
from cutaway.render.text import clean
from cutaway.render.theme import Theme, read_theme

SCREEN = ("light", "dark")  # the themes between which a reader may choose


def document(
    title: str,
    lang: str,
    body: Iterable[str],
    *,
    style: str,
    script: str = "",
    module: bool = False,
    dark: bool = False,
    more: Iterable[str] = (),
) -> str:
    """Return a whole page that loads nothing: what a browser is told first, then the body.

    Parameters
    ----------
    title
        What it is called; plain text.
    body
        Elements, as they are written.
    script
        What runs after the body; ``module`` says that it is one.
    dark
        It begins with the dark colours, whatever the reader's system has.
    more
        Further rules of its policy.
    """
    theme = ' data-theme="dark"' if dark else ""
    kind = ' type="module"' if module else ""
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{TAGS[lang]}"{theme}>',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy(style, script, *more)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(clean(title))}</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        *body,
        *([f"<script{kind}>{script}</script>"] if script else []),
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def allow(text: str) -> str:
    """Return what a page's policy lets run, or style: this text and no other.

    Examples
    --------
    >>> allow("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def policy(style: str, script: str, *more: str) -> str:
    """Return a Content-Security-Policy: one style, one script, and nothing from anywhere."""
    rules = (
        "default-src 'none'",
        f"style-src {allow(style)}",
        f"script-src {allow(script)}",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        *more,
    )
    return "; ".join(rules)


def to_json(data: object) -> str:
    r"""Return JSON that ends no script.

    Examples
    --------
    >>> to_json({"title": "</script>"})
    '{"title":"\\u003c/script>"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return clean(text).replace("<", "\\u003c")


def screen_theme(theme: Theme) -> str:
    """Return which of the themes of a screen a theme is, if any."""
    return next((name for name in SCREEN if read_theme(name) == theme), "")


def colours_of(theme: Theme) -> str:
    """Return a theme's colours: both themes of a screen, if it is one of them."""
    return both_themes() if screen_theme(theme) else colours(":root", theme)


def both_themes() -> str:
    """Return the colours of light and dark: the reader's system chooses, or ``data-theme``.

    On paper all is light.
    """
    light, dark = map(read_theme, SCREEN)
    return (
        colours(":root", light, "color-scheme:light;")
        + "@media screen and (prefers-color-scheme: dark) {\n"
        + colours(":root:not([data-theme='light'])", dark, "color-scheme:dark;")
        + "}\n@media screen {\n"
        + colours(":root[data-theme='dark']", dark, "color-scheme:dark;")
        + "}\n"
    )


def colours(selector: str, theme: Theme, before: str = "") -> str:
    """Return a rule that gives a theme's colours as variables."""
    values = "".join(f"--{name}:{colour};" for name, colour in theme.colours())
    return f"{selector} {{{before}{values}}}\n"
