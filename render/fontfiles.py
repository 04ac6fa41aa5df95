"""The files of the bundled fonts; fonts of this machine for characters that those lack."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import lru_cache
from importlib import resources
from pathlib import Path

from cutaway.graph.errors import explain
from cutaway.render.errors import RenderError
from cutaway.render.measure import missing

FOLDERS = {
    "win32": (r"%WINDIR%\Fonts", r"%LOCALAPPDATA%\Microsoft\Windows\Fonts"),
    "darwin": ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
}
UNIX = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
ENDINGS = (".ttf", ".otf", ".ttc", ".otc")
STYLED = ("bold", "italic", "oblique", "light", "thin", "black", "mono", "condensed", "serif")


def font_folder() -> AbstractContextManager[Path]:
    """Return the folder of the bundled fonts, for a ``with``."""
    return resources.as_file(resources.files(__package__).joinpath("fonts"))


def further_fonts(texts: str) -> tuple[Path, ...]:
    """Return font files of this machine for what the bundled fonts lack of a picture's texts.

    Warns
    -----
    UserWarning
        If they lack something: the picture then differs between machines.

    Raises
    ------
    RenderError
        If no font of this machine has it either.
    """
    lacking = missing(texts)
    found = fonts_with(lacking)
    if lacking:
        warnings.warn(
            f"the bundled fonts lack {lacking[:20]!r}: drawn with {found[0].name} of this machine",
            stacklevel=4,
        )
    return found


def fonts_with(characters: str) -> tuple[Path, ...]:
    """Return font files of this machine that have these characters, as few as are needed.

    Raises
    ------
    RenderError
        If no font has one of them; it names them all.

    Examples
    --------
    >>> fonts_with("")
    ()
    """
    left, found = set(characters), list[Path]()
    for file in font_files():
        if not left:
            break
        held = left & _characters(file)
        if held:
            found.append(file)
            left -= held
    if left:
        lacking = [c for c in characters if c in left]
        raise RenderError(
            explain(
                "no font has some of the characters of the picture",
                required="a font of this machine for what the bundled fonts lack",
                came=", ".join(f"{c} (U+{ord(c):04X})" for c in lacking[:20]),
                fix='install a font that has them, such as Noto; or save as ".svg" or ".html", '
                "which the reader's fonts draw",
            )
        )
    return tuple(found)


def font_files() -> Iterator[Path]:
    """Return the font files of this machine, always in the same order: plain ones first."""
    for name in FOLDERS.get(sys.platform, UNIX):
        folder = Path(os.path.expandvars(name)).expanduser()
        files = (file for file in folder.rglob("*") if file.suffix.lower() in ENDINGS)
        yield from sorted(files, key=lambda file: (_styled(file), file))


def _styled(file: Path) -> bool:
    return any(word in file.stem.lower() for word in STYLED)


@lru_cache(maxsize=1024)
def _characters(file: Path) -> frozenset[str]:
    """Return what a font has; nothing if it cannot be read."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(file, fontNumber=0, lazy=True) as font:
            return frozenset(map(chr, font.getBestCmap() or ()))
    except (OSError, TTLibError, KeyError, ValueError):
        return frozenset()
