"""What every page is made of: its policy, its colours, and data that ends no script."""

import base64
import hashlib
import json

from cutaway.render.text import clean
from cutaway.render.theme import Theme, read_theme

SCREEN = ("light", "dark")  # the themes between which a reader may choose


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


def both_themes() -> str:
    """Return the colours of light and dark: the reader's system chooses, or ``data-theme``."""
    light, dark = map(read_theme, SCREEN)
    return (
        colours(":root", light, "color-scheme:light;")
        + "@media (prefers-color-scheme: dark) {\n"
        + colours(":root:not([data-theme='light'])", dark, "color-scheme:dark;")
        + "}\n"
        + colours(":root[data-theme='dark']", dark, "color-scheme:dark;")
    )


def colours(selector: str, theme: Theme, before: str = "") -> str:
    """Return a rule that gives a theme's colours as variables."""
    values = "".join(f"--{name}:{colour};" for name, colour in theme.colours())
    return f"{selector} {{{before}{values}}}\n"
