"""What a comparison of two runs found."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cutaway.diagnose.comparing.difference import NOTHING, Difference
from cutaway.diagnose.comparing.divergence import Divergence
from cutaway.diagnose.comparing.listing import listing
from cutaway.diagnose.comparing.texts import TEXTS
from cutaway.graph import Graph, Title

if TYPE_CHECKING:
    from cutaway.render.picture import Picture


GROWS = 2.0  # times as large as before is worth a word


@dataclass(frozen=True, slots=True)
class Row:
    """One node of a comparison.

    Attributes
    ----------
    path
        In A; of what only B has, in B.
    other
        The path in B, or the name in a reference; empty if only A has it.
    only
        ``a`` or ``b`` if only one has it.
    kind
        ``input``, ``parameter``, ``constant`` or ``op``.
    difference
        None where only one has it, or a reference doesn't hold it.
    gradient
        The difference of the gradients, where they were compared.
    growth
        By how much the relative difference is larger than that of its inputs; 0 if they have none,
        or one begins here.
    """

    path: str
    other: str
    only: str
    kind: str
    difference: Difference | None
    gradient: Difference | None = None
    growth: float = 0.0

    def exceeds(self, tolerance: float) -> bool:
        """Say whether its value differs by more than that."""
        return self.difference is not None and self.difference.relative > tolerance

    def as_data(self) -> dict[str, Any]:
        """Return it for JSON."""
        found, slope = self.difference, self.gradient
        return {
            "path": self.path,
            "other": self.other or None,
            "only": self.only or None,
            "kind": self.kind,
            **(NOTHING if found is None else found.as_data()),
            "gradient": None if slope is None else slope.relative,
            "growth": self.growth,
        }


@dataclass(frozen=True, eq=False)
class Comparison:
    """Where two runs part, and by how much.

    Attributes
    ----------
    graph
        A's graph.
    rows
        Every node in the order of evaluation, A's and what only B has.
    divergences
        Every place where a difference begins, in that order.
    tolerance
        The relative difference that is none.
    notes
        What was left out, and what else is worth knowing: in English and Chinese.
    unfit
        Whether arrays of a reference had another shape or held NaN.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "T D")
    >>> a, b = ca.ops.softmax(x @ x.mT / 2.0), ca.ops.softmax(x @ x.mT)
    >>> found = ca.compare(a, b)
    >>> found.first.path, found.first.message()
    ('divide', "only A computes divide: B's softmax goes on without")
    """

    graph: Graph
    rows: tuple[Row, ...]
    divergences: tuple[Divergence, ...]
    tolerance: float
    notes: tuple[Title, ...] = ()
    unfit: bool = False

    @property
    def equal(self) -> bool:
        """Whether nothing differs by more than the tolerance."""
        return not self.divergences and not self.unfit

    @property
    def first(self) -> Divergence | None:
        """The first place where a difference begins; None if there is none."""
        return self.divergences[0] if self.divergences else None

    @cached_property
    def parameters(self) -> tuple[Row, ...]:
        """The parameters that differ, those that differ most first."""
        found = [
            row
            for row in self.rows
            if row.kind == "parameter" and row.difference and row.exceeds(self.tolerance)
        ]
        return tuple(
            sorted(found, key=lambda row: -row.difference.relative if row.difference else 0)
        )

    @cached_property
    def growing(self) -> tuple[Row, ...]:
        """The ops at which a difference grows most, the largest growth first."""
        found = [row for row in self.rows if row.growth >= GROWS and row.exceeds(self.tolerance)]
        return tuple(sorted(found, key=lambda row: -row.growth))

    def __repr__(self) -> str:
        first = f", first at {self.first.path}" if self.first else ""
        return f"<Comparison: {'equal' if self.equal else 'differs'}{first}>"

    def __str__(self) -> str:
        return self.words()

    def words(self, lang: str = "en", *, rows: int = 40) -> str:
        """Return it in words: what begins where, then a table that follows the evaluation.

        Parameters
        ----------
        lang
            ``en`` or ``zh``.
        rows
            How many lines the table has, at most.

        Raises
        ------
        OptionError
            For another language.
        """
        return listing(self, lang, rows)

    def as_data(self, lang: str = "en") -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "equal": self.equal,
            "first": None if self.first is None else self.first.as_data(lang),
            "divergences": [found.as_data(lang) for found in self.divergences],
            "tolerance": self.tolerance,
            "notes": [note.say(lang) for note in self.notes],
            "rows": [row.as_data() for row in self.rows],
        }

    def picture(
        self, level: str = "sublayer", *, lang: str = "en", of: str = "value", **options: Any
    ) -> "Picture":
        """Draw A's graph, each box in a shade for its largest relative difference.

        The first divergence is lit; of what only B computes, the op of A that goes on without.
        Repeated blocks are drawn one by one: they differ.

        Parameters
        ----------
        level, lang
            As for ``ca.draw``.
        of
            ``value``, or ``gradient`` where gradients were compared.
        options
            More for ``ca.draw``.

        Raises
        ------
        OptionError
            For gradients that were not compared.
        """
        from cutaway.diagnose.comparing.shades import draw_comparison

        return draw_comparison(self, level, lang, of, options)

    def title(self, lang: str) -> str:
        """Return what its picture is called."""
        outputs = ", ".join(self.graph.path(node) for node in self.graph.outputs[:3])
        return TEXTS["title"].say(lang).format(outputs)
