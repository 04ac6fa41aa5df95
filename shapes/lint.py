"""Lints: what is legal at all sizes and yet hardly what was meant.

Each lint is a small file with one idea, and has a code by which it can be silenced::

    with ca.shapes.allow("regroup"):      # the nodes built inside
        y = pixel_shuffle(x)
    ca.shapes.lints(graph, ignore=["scale"])

They read what a graph does, not what its scopes are called, and stay silent where they cannot
know. What each cannot see stands in its file. A healthy model gives none, with two exceptions by
intent: attention without a scale (Luong et al. 2015, T5) is reported, and so is a scale of another
kind (``1/d``, without logits that muP divides by their width too): allow them where they are meant.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from cutaway.graph import Graph, Node, OptionError, Shape
from cutaway.graph.errors import explain
from cutaway.graph.scope import BACKWARD, allowing
from cutaway.shapes.attending import softmax_axis
from cutaway.shapes.lint_texts import TEXTS
from cutaway.shapes.norming import norm_axis
from cutaway.shapes.reading import Finding, Findings, Reading
from cutaway.shapes.regroup import regroup
from cutaway.shapes.residuals import residual_broadcast
from cutaway.shapes.scaling import scale
from cutaway.shapes.training import no_gradient

RULES: dict[str, Callable[[Reading], Findings]] = {
    "regroup": regroup,
    "softmax-axis": softmax_axis,
    "scale": scale,
    "residual-broadcast": residual_broadcast,
    "norm-axis": norm_axis,
    "no-gradient": no_gradient,
}


@dataclass(frozen=True, slots=True)
class Lint:
    """One thing that is probably not what was meant.

    Attributes
    ----------
    code
        By which it can be silenced: ``regroup``, ``softmax-axis``, ``scale``,
        ``residual-broadcast``, ``norm-axis`` or ``no-gradient``.
    message
        What was seen.
    node
        Where.
    fix
        What to change.
    """

    code: str
    message: str
    node: Node
    fix: str

    @property
    def scope(self) -> str:
        """The path of the scope."""
        return self.node.scope.path

    @property
    def file(self) -> str:
        """The user's file."""
        return self.node.source.file

    @property
    def line(self) -> int:
        """The user's line."""
        return self.node.source.line

    def __str__(self) -> str:
        where = f"{self.node.path}, {self.node.source}"
        return explain(f"{self.code}: {self.message}", where=where, fix=self.fix)


def lints(
    graph: Graph | Node | Iterable[Node],
    shapes: Mapping[Node, Shape] | None = None,
    ignore: Collection[str] = (),
) -> tuple[Lint, ...]:
    """Return what is probably not meant, in topological order.

    Parameters
    ----------
    graph
        A forward graph; nodes of a backward pass are not looked at.
    shapes
        The shapes after unification; those that the nodes were built with by default.
    ignore
        Codes to leave out.

    Raises
    ------
    OptionError
        If a code does not exist.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "B H T K")
    >>> print(lints(x.reshape("B T H*K"))[0].message)
    the reshape from (B, H, T, K) to (B, T, H*K) mixes axes: (T, H*K) is not (H, T, K) cut and \
joined in order
    """
    ignored = _checked(ignore)
    reading = Reading(Graph.of(graph), shapes)
    found = [
        finding
        for code, rule in RULES.items()
        if code not in ignored
        for finding in rule(reading)
        if code not in finding.node.scope.allowed and finding.node.scope.names[:1] != (BACKWARD,)
    ]
    order = {node: n for n, node in enumerate(reading.graph.nodes)}
    return tuple(_lint(finding) for finding in sorted(found, key=lambda f: order[f.node]))


def _lint(finding: Finding) -> Lint:
    message, fix = TEXTS["en"][finding.text]
    code = finding.text.partition(".")[0]
    return Lint(code, message.format(**finding.words), finding.node, fix.format(**finding.words))


@contextmanager
def allow(*codes: str) -> Iterator[None]:
    """Silence lints for the nodes built inside.

    Raises
    ------
    OptionError
        If a code does not exist.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "B H T K")
    >>> with allow("regroup"):
    ...     y = x.reshape("B T H*K")
    >>> lints(y)
    ()
    """
    with allowing(_checked(codes)):
        yield


def _checked(codes: Collection[str]) -> Collection[str]:
    listed = (codes,) if isinstance(codes, str) else codes
    for code in listed:
        if code not in RULES:
            raise OptionError(explain(f"there is no lint {code!r}", required=", ".join(RULES)))
    return listed
