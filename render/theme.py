"""What a picture looks like: themes are data, in ``themes.toml``."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from cutaway.graph.errors import explain
from cutaway.render.errors import RenderError

THEMES = ("light", "dark", "print")
FILE = "themes.toml"
PAIRS = ("shades", "positive", "negative")
STEPS = 10  # shades of values, besides none
ThemeLike = str | os.PathLike[str] | Mapping[str, Any]
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours, and what tells things apart without them; ``themes.toml`` says what each is."""

    background: str
    shades: tuple[str, str]
    ink: str
    soft: str
    edge: str
    frame: str
    lit: str
    lit_width: float
    boxes: Texts
    leaves: Texts
    lines: Texts
    frames: Texts
    positive: tuple[str, str]
    negative: tuple[str, str]
    cells: Texts  # p0 … p10 and n0 … n10: from nothing to the largest value, and to its opposite
    inks: Texts  # what is written on them
    bands: Texts
    widths: Mapping[str, float]
    page: bool = False  # of HTML: what stands there can be more than SVG

    def box(self, role: str, family: str) -> str:
        """Return the colour of a box.

        Examples
        --------
        >>> light = read_theme("light")
        >>> light.box("op", "softmax"), light.box("parameter", "arithmetic")
        ('#cce7cf', '#e4e4e4')
        """
        return self.leaves.get(role) or self.boxes[family]

    def colour(self, name: str) -> str:
        """Return the colour of a name: ``ink``, ``boxes.softmax``, ``cells.p3``.

        Examples
        --------
        >>> read_theme("light").colour("lines.key")
        '#a3352b'
        """
        key, _, inner = name.partition(".")
        found = getattr(self, key)
        return str(found[inner] if inner else found)

    def band(self, role: str, family: str) -> str:
        """Return the rhythm at the side of a box, or nothing."""
        return "" if role in self.leaves else self.bands.get(family, "")

    def line(self, kind: str) -> str:
        """Return the colour of a line."""
        return self.lines.get(kind, self.edge)

    def colours(self) -> Iterator[tuple[str, str]]:
        """Return every colour with its name."""
        for key in _colour_keys():
            value = getattr(self, key)
            if isinstance(value, Mapping):
                yield from ((f"{key}-{name}", colour) for name, colour in value.items())
            elif isinstance(value, str):
                yield key, value
            else:
                yield from ((f"{key}-{number}", colour) for number, colour in enumerate(value))

    def variables(self) -> "Theme":
        """Return the theme for a page: with the variables of a style sheet for its colours.

        Examples
        --------
        >>> read_theme("dark").variables().boxes["softmax"]
        'var(--boxes-softmax)'
        """
        found: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        for key in _colour_keys():
            value = found[key]
            if isinstance(value, Mapping):
                found[key] = {name: f"var(--{key}-{name})" for name in value}
            elif isinstance(value, str):
                found[key] = f"var(--{key})"
            else:
                found[key] = tuple(f"var(--{key}-{number})" for number in range(len(value)))
        return Theme(**{**found, "page": True})


def read_theme(theme: ThemeLike) -> Theme:
    """Return a theme: by its name, from a TOML file, or of a mapping.

    Raises
    ------
    RenderError
        For a theme that there is not, or entries that have no meaning.

    Examples
    --------
    >>> read_theme({"base": "dark", "boxes": {"softmax": "#004000"}}).boxes["softmax"]
    '#004000'
    >>> read_theme({"boxes": {"sofmax": "#004000"}})
    Traceback (most recent call last):
    cutaway.render.errors.RenderError: a theme has an entry that means nothing
      required: one of arithmetic, matmul, softmax, norm, activation, mask, embedding, movement, \
reduction, loss, attention, feed_forward, layer, part
      came:     boxes.sofmax
    """
    if isinstance(theme, Mapping):
        return _made(theme, "")
    if theme in THEMES:
        return _made({"base": theme}, "")
    if not isinstance(theme, str | os.PathLike) or Path(theme).suffix.lower() != ".toml":
        raise RenderError(
            explain(
                f"there is no theme {theme!r}",
                required=f"{', '.join(THEMES)}, the path of a .toml file, or a mapping",
                fix=f"the form of a theme stands in cutaway/render/{FILE}",
            )
        )
    try:
        text = Path(theme).read_text("utf-8")
        return _made(tomllib.loads(text), os.fspath(theme))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        came = getattr(error, "strerror", None) or str(error)
        raise RenderError(
            explain("a theme cannot be read", required="TOML", came=came, where=os.fspath(theme))
        ) from None


@lru_cache(maxsize=1)
def _bundled() -> dict[str, dict[str, Any]]:
    return tomllib.loads(resources.files(__package__).joinpath(FILE).read_text("utf-8"))


def _colour_keys() -> Iterator[str]:
    plain = ("lit_width", "bands", "widths", "page")
    return (field.name for field in fields(Theme) if field.name not in plain)


def _made(given: Mapping[str, Any], where: str) -> Theme:
    """Return a theme with changes of a user's, all of them checked."""
    base = given.get("base", "light")
    if not isinstance(base, str) or base not in THEMES:
        raise _wrong("a theme has a base that there is not", ", ".join(THEMES), repr(base), where)
    found = dict(_bundled()[base])
    names = {key: tuple(value) for key, value in found.items() if isinstance(value, Mapping)}
    names |= {"bands": names["boxes"], "widths": names["lines"]}
    for key, value in given.items():
        if key == "base":
            continue
        if key not in found:
            raise _unknown(key, ("base", *found), where)
        if key not in names:
            found[key] = _checked(key, key, value, where)
            continue
        if not isinstance(value, Mapping):
            raise _wrong(f"{key} of a theme is no table", "names and values", repr(value), where)
        for name, inner in value.items():
            if name not in names[key]:
                raise _unknown(f"{key}.{name}", names[key], where)
            found[key] = {**found[key], name: _checked(key, f"{key}.{name}", inner, where)}
    found |= {key: tuple(found[key]) for key in PAIRS}
    cells = dict(_cells(found["positive"], found["negative"]))
    return Theme(**found, cells=cells, inks={name: _readable(cells[name]) for name in cells})


def _cells(positive: tuple[str, str], negative: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """Return the colours of values, from each first colour to the second."""
    for sign, (low, high) in (("p", positive), ("n", negative)):
        for step in range(STEPS + 1):
            mixed = (
                round(a + (b - a) * step / STEPS)
                for a, b in zip(_channels(low), _channels(high), strict=True)
            )
            yield f"{sign}{step}", "#" + "".join(f"{channel:02x}" for channel in mixed)


def _readable(colour: str) -> str:
    """Return black or white: one of them has a contrast of 4.5 to any colour."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in _channels(colour))
    )
    return "#000000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#ffffff"


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _checked(key: str, name: str, value: Any, where: str) -> Any:
    """Return a value that is what its key asks for."""
    if key in ("lit_width", "widths"):
        good = isinstance(value, int | float) and not isinstance(value, bool) and 0.1 <= value <= 10
        required = "a number of points from 0.1 to 10"
    elif key == "bands":
        good = isinstance(value, str) and re.fullmatch(r"(\d{1,4}(\.\d)?( |$))*", value) is not None
        required = 'lengths of dashes and gaps such as "2 1", or "" for none'
    elif key in PAIRS:
        good = isinstance(value, list | tuple) and len(value) == 2 and all(map(_colour, value))
        required = "two colours #rrggbb"
    else:
        good, required = _colour(value), "a colour #rrggbb"
    if not good:
        raise _wrong(f"{name} of a theme is not what it must be", required, repr(value), where)
    return value


def _colour(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("#[0-9a-fA-F]{6}", value) is not None


def _unknown(name: str, known: tuple[str, ...], where: str) -> RenderError:
    return _wrong(
        "a theme has an entry that means nothing", f"one of {', '.join(known)}", name, where
    )


def _wrong(message: str, required: str, came: str, where: str) -> RenderError:
    return RenderError(explain(message, required=required, came=came, where=where))
