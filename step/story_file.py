"""A story as it is written: a TOML file, read and checked, before any model is run."""

import difflib
import os
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cutaway.graph import LoadError, Title
from cutaway.graph.errors import explain
from cutaway.graph.parse import LARGEST
from cutaway.graph.title import LANGUAGES
from cutaway.step.detail import LEVELS
from cutaway.step.focus import Place
from cutaway.step.options import is_whole

BUNDLED = ("single-head", "encoder-decoder", "backward")  # stories that come with cutaway
LONGEST = 1_000_000  # bytes of a file
MOST_STOPS = 500
MOST_DOTS = 30  # on a line: Python reads a key of many parts in time that grows as their square
TEXTS = re.compile(  # and comments: dots in them do no harm
    r'''"""(?:\\.|[^\\])*?(?:"""|\Z)|'{3}.*?(?:'{3}|\Z)'''
    r"""|"(?:\\.|[^"\\\n])*"?|'[^'\n]*'?|\#[^\n]*""",
    re.DOTALL,
)
KEYS = ("title", "model", "sentence", "dims", "level", "axis", "direction", "stop")
STOP_KEYS = ("at", "index", "level", "say")
DIRECTIONS = ("forward", "backward")


@dataclass(frozen=True, slots=True)
class WrittenStop:
    """A stop as it is written: a path or a glob, a place in the value, and what is said.

    It stands at a level of its own, or else at that of the story.
    """

    at: str
    index: Place
    level: str
    say: Title


@dataclass(frozen=True, slots=True)
class WrittenStory:
    """A story as it is written: what is told, of which model, and in what order."""

    title: Title
    model: str
    sentence: str
    dims: Mapping[str, int]
    level: str
    axis: str
    backward: bool
    stops: tuple[WrittenStop, ...]


def read_story(file: str | os.PathLike[str]) -> WrittenStory:
    """Read a file.

    Raises
    ------
    LoadError
        If it can't be read, is too large, is not TOML, or is no story.
    """
    if not isinstance(file, str | os.PathLike):
        raise _unread("no path", repr(file)[:80])
    where = os.fspath(file)
    try:
        with open(file, "rb") as opened:
            raw = opened.read(LONGEST + 1)
    except (OSError, ValueError) as error:
        raise _unread(getattr(error, "strerror", None) or str(error), where) from None
    if len(raw) > LONGEST:
        raise _wrong("the story is too large", f"at most {LONGEST} bytes", "more", where)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong("the story is no text", "UTF-8", str(error), where) from None
    return _made(_parsed(text, where), where)


def _parsed(text: str, where: str) -> dict[str, Any]:
    if any(line.count(".") > MOST_DOTS for line in TEXTS.sub("", text).split("\n")):
        came = f"more than {MOST_DOTS} dots on one line, outside of texts"
        raise _wrong("the story has too long a key", "keys such as say.en", came, where)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _wrong("the story is not TOML", "TOML to its end", str(error), where) from None


def _made(given: Mapping[str, Any], where: str) -> WrittenStory:
    """Return a story of which every entry is what it must be."""
    _check_keys(given, KEYS, "", where)
    stops = given.get("stop")
    if not isinstance(stops, list) or not 0 < len(stops) <= MOST_STOPS:
        came = f"{len(stops)}" if isinstance(stops, list) else _came(stops)
        required = f"tables [[stop]], 1 to {MOST_STOPS}"
        raise _wrong("a story has stops", required, came, where)
    level = _one_of(LEVELS, given.get("level", "op"), "level", where)
    direction = _one_of(DIRECTIONS, given.get("direction", "forward"), "direction", where)
    return WrittenStory(
        _title(given.get("title"), "title", where),
        _text(given.get("model"), "model", where),
        _text(given.get("sentence", ""), "sentence", where, empty=True),
        _dims(given.get("dims", {}), where),
        level,
        _text(given.get("axis", ""), "axis", where, empty=True),
        direction == "backward",
        tuple(_stop(stop, level, f"stop {n} of {where}") for n, stop in enumerate(stops, 1)),
    )


def _stop(given: Any, level: str, where: str) -> WrittenStop:
    if not isinstance(given, Mapping):
        raise _wrong("a stop is no table", "[[stop]]", repr(given)[:80], where)
    _check_keys(given, STOP_KEYS, "stop.", where)
    index = given.get("index", [])
    places = index if isinstance(index, list) else [index]
    if not all(map(is_whole, places)):
        required = "a whole number or a list of them, such as [0, 1]"
        raise _wrong("index is no place", required, repr(index)[:80], where)
    return WrittenStop(
        _text(given.get("at"), "at", where),
        tuple(places),
        _one_of(LEVELS, given.get("level", level), "level", where),
        _title(given.get("say"), "say", where),
    )


def _check_keys(given: Mapping[str, Any], known: tuple[str, ...], prefix: str, where: str) -> None:
    for key in given:
        if key not in known:
            required = f"one of {', '.join(known)}"
            came = f"{prefix}{key[:80]}"
            raise _wrong("a story has an entry that means nothing", required, came, where)


def _title(given: Any, name: str, where: str) -> Title:
    """Return a text in both languages."""
    if not isinstance(given, Mapping) or set(given) != set(LANGUAGES):
        required = f'{name} = {{ en = "…", zh = "…" }}'
        raise _wrong(f"{name} is not in both languages", required, _came(given), where)
    return Title(*(_text(given[lang], f"{name}.{lang}", where) for lang in LANGUAGES))


def _one_of(known: tuple[str, ...], given: Any, name: str, where: str) -> str:
    if given not in known:
        raise _wrong(f"there is no {name} {given!r:.80}", ", ".join(known), f"{given!r:.80}", where)
    return str(given)


def _text(given: Any, name: str, where: str, empty: bool = False) -> str:
    """Return a text on which a terminal does nothing but write it."""
    if not isinstance(given, str) or not (empty or given.strip()):
        raise _wrong(f"{name} is no text", f'{name} = "…"', _came(given), where)
    odd = next((sign for sign in given if unicodedata.category(sign) == "Cc" and sign != "\n"), "")
    if odd:
        raise _wrong(f"{name} has a control character", "plain text", repr(odd), where)
    return given.strip()


def _dims(given: Any, where: str) -> dict[str, int]:
    if not isinstance(given, Mapping):
        raise _wrong("dims is no table", "dims = { T = 4 }", repr(given)[:80], where)
    for name, size in given.items():
        if not is_whole(size) or not 0 < size <= LARGEST:
            came = f"{name[:80]} = {repr(size)[:80]}"
            raise _wrong("dims has no size", f"a whole number from 1 to {LARGEST}", came, where)
    return dict(given)


def _unread(came: str, where: str) -> LoadError:
    near = difflib.get_close_matches(where, BUNDLED, 1)
    required = f"a file in TOML, or {', '.join(BUNDLED)}"
    fix = f"did you mean {near[0]!r}?" if near else ""
    return _wrong("the story cannot be read", required, came, where, fix)


def _came(given: object) -> str:
    return "nothing" if given is None else repr(given)[:80]


def _wrong(message: str, required: str, came: str, where: str, fix: str = "") -> LoadError:
    return LoadError(explain(message, required=required, came=came, where=where, fix=fix))
