"""Reading JSON from strangers: bounded in size, depth and time."""

import json
import reprlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cutaway.graph import LoadError
from cutaway.graph.errors import explain

LARGEST = 16 * 2**20  # bytes of a JSON text; no config.json comes near


def read_text(file: Path, largest: int = LARGEST) -> str:
    """Return a file's text.

    Raises
    ------
    LoadError
        If it is missing, larger than ``largest`` bytes, or no UTF-8.
    """
    with reading(file):
        size = file.stat().st_size
        if not file.is_file() or size > largest:
            raise LoadError(
                explain(
                    f"{file} is not read",
                    required=f"a file of at most {largest:,} bytes",
                    came=f"{size:,} bytes" if file.is_file() else "no regular file",
                )
            )
        content = file.read_bytes()
    return decoded(content, str(file))


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Turn what the system refuses (a missing right, a broken disk) into a LoadError."""
    try:
        yield
    except OSError as error:
        raise LoadError(
            explain(f"{brief(file, 300)} cannot be read", came=error.strerror or str(error))
        ) from None


def decoded(content: bytes, what: str) -> str:
    """Return bytes as text.

    Raises
    ------
    LoadError
        If they are no UTF-8.
    """
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise LoadError(
            explain(f"{what} is no text", required="UTF-8", came=f"byte {error.start}: no UTF-8")
        ) from None


def parse_object(text: str, what: str) -> dict[str, Any]:
    """Return the JSON object that a text holds.

    Raises
    ------
    LoadError
        If it is no JSON, no object, too deep, or names a key twice.

    Examples
    --------
    >>> parse_object('{"n_layer": 12}', "config.json")
    {'n_layer': 12}
    """
    try:
        value = json.loads(text, object_pairs_hook=_unique)
    except RecursionError:
        raise LoadError(explain(f"{what} is nested too deep", required="a JSON object")) from None
    except ValueError as error:
        raise LoadError(
            explain(f"{what} is no JSON", required="a JSON object", came=brief(error, 200))
        ) from None
    if not isinstance(value, dict):
        came = brief(repr_of(value))
        raise LoadError(explain(f"{what} is no object", required="a JSON object", came=came))
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((twice, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"the key {brief(twice)!r} stands there twice")
    return found


def repr_of(value: object) -> str:
    """Return a value as Python writes it, cut short at every level, so that it stays small."""
    return reprlib.repr(value)


def brief(value: object, most: int = 100) -> str:
    r"""Return a text for a message: printable, and cut after ``most`` characters.

    Examples
    --------
    >>> brief("encoder.layer.0"), brief("a\x1b[2J"), brief("x" * 200, 5)
    ('encoder.layer.0', 'a\\x1b[2J', 'xxxxx…')
    """
    text = str(value)
    cut = text[:most] + "…" * (len(text) > most)
    return cut if cut.isprintable() else cut.encode("unicode_escape").decode()
