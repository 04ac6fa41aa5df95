"""Where two runs part, as data and in words."""

import math
from dataclasses import dataclass
from typing import Any, Literal

from cutaway.diagnose.comparing.difference import Difference
from cutaway.diagnose.comparing.texts import GRADIENTS, KINDS, RELATIONS, TEXTS
from cutaway.graph import Node

LISTED = 4  # paths in a sentence
Kind = Literal[
    "input",
    "parameter",
    "changed",
    "only-a",
    "only-b",
    "wiring",
    "shape",
    "op",
    "between",
    "gradient",
    "rounding",
]


@dataclass(frozen=True, slots=True)
class Place:
    """A node and the line that made it."""

    path: str
    file: str
    line: int
    what: str = ""  # its op, written out

    @classmethod
    def of(cls, node: Node, path: str, what: str = "") -> "Place":
        """Return the place of a node."""
        return cls(path, node.source.file, node.source.line, what)

    def as_data(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {"path": self.path, "file": self.file, "line": self.line}


def _listed(places: tuple[Place, ...], lang: str) -> str:
    """List the paths of places; of many the ends, and how many they are."""
    paths = [place.path for place in places]
    if len(paths) <= LISTED:
        return TEXTS["comma"].say(lang).join(paths)
    ends = {"begin": paths[0], "end": paths[-1], "count": len(paths)}
    return TEXTS["ends"].say(lang).format(**ends)


@dataclass(frozen=True, slots=True)
class Divergence:
    """A place where a difference begins: what it reads is equal, what it gives is not.

    Attributes
    ----------
    kind
        ``input`` or ``parameter``: another array is fed or learned. ``changed``: another op, or
        one with other options. ``only-a``, ``only-b``: one graph computes something that the
        other doesn't. ``wiring``: it reads another value. ``shape``: it gives another shape.
        ``op``: the same op gives another value, as a patch does. ``between``: one of the ops since
        the last value that a reference has. ``gradient``: the values are equal, the gradient
        isn't. ``rounding``: differences too small to name, that have grown.
    at
        The guilty node; in A, unless only B has it.
    a, b
        The nodes that are compared; of a reference its name.
    difference
        Between what both give.
    onlies
        What only one graph computes, before ``at``. Of a gradient: what only A computes after it.
    instead
        What B computes where A computes ``onlies``, if both compute something. Of a gradient: what
        only B computes after it.
    relation
        Of a parameter: what one array is of the other.
    detail
        What that is by, or what is read by A and by B.
    reader
        Of a parameter: what reads it first.
    """

    kind: Kind
    at: Place
    a: Place | None
    b: Place | str | None
    difference: Difference
    onlies: tuple[Place, ...] = ()
    instead: tuple[Place, ...] = ()
    relation: str = ""
    detail: str = ""
    reader: str = ""

    @property
    def path(self) -> str:
        """The path of the guilty node."""
        return self.at.path

    @property
    def file(self) -> str:
        """The file in which it is made."""
        return self.at.file

    @property
    def line(self) -> int:
        """The line on which it is made."""
        return self.at.line

    def message(self, lang: str = "en") -> str:
        """Say in a sentence what it is."""
        other = self.b if isinstance(self.b, str) else self.b.path if self.b else ""
        words = {
            "path": self.path,
            "other": other,
            "mine": "" if self.a is None else self.a.what,
            "theirs": self.b.what if isinstance(self.b, Place) else "",
            "onlies": _listed(self.onlies, lang),
            "instead": _listed(self.instead, lang),
            "detail": self.detail,
            "a": "" if self.a is None else self.a.path,
            "shapes": str(self.difference),
            "reader": self.reader,
        }
        text = KINDS[self._key(words["mine"], words["theirs"])].say(lang).format(**words)
        if self.kind == "gradient":
            for key, only in (("onlies", self.onlies), ("instead", self.instead)):
                text += GRADIENTS[key].say(lang).format(words[key]) if only else ""
        if self.relation:
            text += RELATIONS[self.relation].say(lang).format(self.detail)
        return text

    def _key(self, mine: str, theirs: str) -> str:
        """Say which sentence fits: of a change there are three."""
        if self.kind != "changed":
            return self.kind
        if self.instead:
            return "instead"
        same = mine.partition("(")[0] == theirs.partition("(")[0]
        return "options" if same else "changed"

    def numbers(self, lang: str = "en") -> str:
        """Say how large the difference is."""
        if self.difference.shapes:
            return ""
        if not self.difference.absolute:
            return TEXTS["again"].say(lang)
        key = "large" if math.isfinite(self.difference.absolute) else "unbounded"
        return (
            TEXTS[key]
            .say(lang)
            .format(
                absolute=self.difference.absolute,
                relative=self.difference.relative,
                place=list(self.difference.place),
            )
        )

    def as_data(self, lang: str = "en") -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "kind": self.kind,
            **self.at.as_data(),
            "message": self.message(lang),
            **self.difference.as_data(),
            "a": None if self.a is None else self.a.as_data(),
            "b": self.b.as_data() if isinstance(self.b, Place) else self.b and {"name": self.b},
            "only": [place.as_data() for place in self.onlies],
            "instead": [place.as_data() for place in self.instead],
            "relation": self.relation or None,
        }
