"""What a look at a model found."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

from cutaway.diagnose.finding import Finding
from cutaway.diagnose.texts import HEADINGS
from cutaway.graph import Graph, Node
from cutaway.graph.title import Language


class Note(NamedTuple):
    """What else is to be said of a run: a key of the headings, and its words."""

    key: str
    words: Mapping[str, object]

    def said(self, lang: Language = "en") -> str:
        """Return it as text, in a language."""
        return HEADINGS[self.key].say(lang).format(**self.words)


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with a model, the most likely cause first; false where nothing was found.

    Iterating gives the guilty nodes, so that ``ca.draw(graph, highlight=diagnosis)`` lights them.

    Attributes
    ----------
    found
        What was found.
    graph
        The graph that was looked at.
    sizes
        The sizes at which it was run; empty where it was not.
    notes
        What was not looked at, and why.
    lang
        The language of ``str``.
    """

    found: tuple[Finding, ...]
    graph: Graph
    sizes: dict[str, int]
    notes: tuple[Note, ...] = ()
    lang: Language = "en"

    def __bool__(self) -> bool:
        return bool(self.found)

    def __iter__(self) -> Iterator[Node]:
        guilty = (node for f in self.found for node in (f.node, *f.also))
        return iter(dict.fromkeys(node for node in guilty if node is not None))

    def __str__(self) -> str:
        return self.words(self.lang)

    def words(self, lang: Language = "en") -> str:
        """Return all findings as text, in a language."""
        parts = [finding.words(lang) for finding in self.found] or [HEADINGS["nothing"].say(lang)]
        noted = HEADINGS["note"].say(lang)
        parts += [noted.format(note.said(lang)) for note in self.notes]
        return "\n\n".join(parts)

    def as_data(self, lang: Language = "en") -> dict[str, Any]:
        """Return it as plain data, for JSON."""
        return {
            "found": [finding.as_data(lang) for finding in self.found],
            "sizes": self.sizes,
            "notes": [note.said(lang) for note in self.notes],
        }

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in self._cells(finding))}</tr>"
            for finding in self.found
        )
        if not rows:
            return f"<p>{escape(HEADINGS['nothing'].say(self.lang))}</p>"
        heads = "".join(f"<th>{escape(HEADINGS[key].say(self.lang))}</th>" for key in _COLUMNS)
        return f"<table><tr>{heads}</tr>{rows}</table>"

    def _cells(self, finding: Finding) -> tuple[str, ...]:
        said = finding.message(self.lang), finding.fix(self.lang)
        return (finding.kind, finding.path, finding.place, *said)


_COLUMNS = ("kind", "path", "line", "message", "fix")
