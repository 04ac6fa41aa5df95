"""One thing that is wrong: where, what was seen, and what usually mends it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cutaway.diagnose.texts import laid_out, message_of
from cutaway.graph import Node, Title
from cutaway.graph.title import Language

TIMES = Title(" ({} times)", "（{} 处）")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is probably wrong with a model.

    Attributes
    ----------
    kind
        What it is, in a word: ``nan``, ``scale``, ``mask``, ``saturation``, …
    path
        The guilty node's, unique in its graph.
    node
        The guilty node; None where it is no node: a size, a file.
    evidence
        The numbers and names that the message quotes.
    also
        Other nodes of the same line of which the same is said: of further layers.
    """

    kind: str
    path: str
    node: Node | None
    file: str
    line: int
    evidence: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    also: tuple[Node, ...] = ()

    def message(self, lang: Language = "en") -> str:
        """Return what was seen, and why it is wrong."""
        return message_of(self.text, lang, self.evidence)[0]

    def fix(self, lang: Language = "en") -> str:
        """Return what usually mends it."""
        return message_of(self.text, lang, self.evidence)[1]

    def words(self, lang: Language = "en") -> str:
        """Return the whole: what, where, and what mends it."""
        where = f"{self.path}, {self.place}" if self.path else self.place
        if self.also:
            where += TIMES.say(lang).format(len(self.also) + 1)
        return laid_out(lang, f"{self.kind}: {self.message(lang)}", where, self.fix(lang))

    @property
    def place(self) -> str:
        """The file and the line."""
        return f"{self.file.rpartition('/')[2]}:{self.line}"

    def as_data(self, lang: Language = "en") -> dict[str, Any]:
        """Return it as plain data, for JSON."""
        return {
            "kind": self.kind,
            "path": self.path,
            "message": self.message(lang),
            "fix": self.fix(lang),
            "file": self.file,
            "line": self.line,
            "evidence": dict(self.evidence),
            "also": [node.path for node in self.also],
        }

    def __str__(self) -> str:
        return self.words()
