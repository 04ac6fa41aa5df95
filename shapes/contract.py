"""The contract of a graph: under which conditions on its sizes it is well-shaped."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from cutaway.graph import Condition, Graph, Node, Shape, misfit
from cutaway.graph.dims import symbols_of
from cutaway.graph.explanation import Explanation
from cutaway.shapes.assume import Assumptions, read_conditions
from cutaway.shapes.connected import connected
from cutaway.shapes.explain import explain
from cutaway.shapes.known import Known
from cutaway.shapes.lint import Lint, lints
from cutaway.shapes.replay import Replay
from cutaway.shapes.report import Report, report_condition
from cutaway.shapes.search import Found, smallest
from cutaway.shapes.unify import Origin, Unified

Verdict = Literal["valid", "conditional", "invalid", "undecided"]


@dataclass(frozen=True, eq=False, repr=False)
class Contract:
    """What :func:`~cutaway.shapes.verify` found: the verdict, its reasons, and what follows.

    Attributes
    ----------
    verdict
        ``valid``: legal at all sizes. ``conditional``: legal exactly where the conditions hold.
        ``invalid``: legal at no sizes that meet the assumptions. ``undecided``: not known;
        ``tried`` says what was tried.
    conditions
        What the sizes must meet: none follows from the others; sorted. Assumed ones too.
    assumed
        What the caller promised.
    origins
        For each condition the node that asks for it, and how it asks.
    tried
        Why the verdict is ``undecided``.
    """

    graph: Graph
    verdict: Verdict
    conditions: tuple[Condition, ...]
    assumed: tuple[Condition, ...]
    origins: Mapping[Condition, Origin]
    tried: tuple[str, ...]
    unified: Unified = field(repr=False)

    @cached_property
    def shapes(self) -> Mapping[Node, Shape]:
        """The shape of every node, with one dim for what the conditions say is equal."""
        return MappingProxyType({n: self.unified.shape(n.shape) for n in self.graph.nodes})

    @property
    def declared(self) -> tuple[Condition, ...]:
        """What blocks declare with ``requires``."""
        return tuple(sorted(self.graph.declared, key=str))

    @cached_property
    def unmet(self) -> tuple[Condition, ...]:
        """The conditions that don't follow from what is declared and assumed."""
        promised = Known.of((*self.graph.declared, *self.assumed))
        if promised is None:  # nobody can keep both
            promised = Known()
        return tuple(c for c in self.conditions if not promised.decide(c))

    @cached_property
    def counterexamples(self) -> Mapping[Condition, dict[str, int]]:
        """For each condition, sizes that break it, and where possible no other condition.

        Of all such sizes, those at which the unguarded kernels fail come first, then those with
        the smallest sum, then by name. A condition for which none was found is left out.
        """
        found = {condition: self._break(condition) for condition in self.conditions}
        return MappingProxyType({c: one.sizes for c, one in found.items() if one is not None})

    def _break(self, condition: Condition) -> Found | None:
        others = tuple(c for c in self.conditions if c != condition)
        names = self.graph.symbols
        vary = self._vary[condition]
        alone = smallest(names, others, condition, self._rank, vary)
        return alone or smallest(names, (), condition, self._rank, vary)

    @cached_property
    def counterexample(self) -> dict[str, int] | None:
        """The first of all illegal sizes, in the same order; None if there are none."""
        names = self.graph.symbols
        found = [smallest(names, (), c, self._rank, self._vary[c]) for c in self.conditions]
        best = min((one for one in found if one), key=lambda one: one[:3], default=None)
        return best and best.sizes

    @cached_property
    def _vary(self) -> Mapping[Condition, frozenset[str]]:
        """The symbols on which it may depend whether kernels fail where a condition is broken."""
        asking: dict[Condition, set[str]] = {c: set() for c in self.conditions}
        for node in self.graph.nodes:
            for condition in asking.keys() & set(node.conditions):
                asking[condition].update(*(symbols_of(source.shape) for source in node.inputs))
        together = {c: group for group in connected(self.conditions) for c in group}
        return {
            c: frozenset(names.union(*(other.symbols for other in together[c])))
            for c, names in asking.items()
        }

    @cached_property
    def _replay(self) -> Replay:
        return Replay(self.graph)

    def _rank(self, sizes: Mapping[str, int]) -> int:
        return 0 if self._replay(sizes) == "fails" else 1

    @cached_property
    def errors(self) -> tuple[Report, ...]:
        """What stands against the promise: an unmet condition each, with its line and the fix."""
        return tuple(map(self._report, self.unmet))

    def _report(self, condition: Condition) -> Report:
        node, asked = self.origins[condition]
        breaks = self.counterexamples.get(condition)
        return report_condition(condition, self.graph.path(node), misfit(node, asked), breaks)

    @cached_property
    def warnings(self) -> tuple[Lint, ...]:
        """What is legal, and probably not meant: see :func:`~cutaway.shapes.lints`."""
        return lints(self.graph, self.shapes)

    def explain(self, node: Node | str, axis: int | str = -1) -> Explanation:
        """Follow an axis back to where it begins; see :func:`~cutaway.shapes.explain`."""
        return explain(self.graph, node, axis)

    @property
    def free(self) -> tuple[str, ...]:
        """The ``?`` sizes that the graph does not determine, by name: ``?w.1`` is w's first."""
        shown = {name for shape in self.shapes.values() for name in symbols_of(shape)}
        return tuple(sorted(name for name in shown if name.startswith("?")))

    def where(self, condition: Condition) -> Node:
        """Return the first node that asks for a condition."""
        return self.origins[condition][0]

    def implies(self, other: "Contract | Assumptions") -> bool:
        """Say whether the other holds at all sizes at which this contract does: proved, or False.

        Examples
        --------
        >>> import cutaway as ca
        >>> contract = ca.verify(ca.input("x", "B D").reshape("B H D/H").reshape("B G H/G D/H"))
        >>> str(contract), contract.implies("G | D"), contract.implies("G | B")
        ('valid iff G | H and H | D', True, False)
        """
        if isinstance(other, Contract):
            wanted: Iterable[Condition] = other.conditions
        else:
            wanted = read_conditions(other, self.graph.symbols)
        known = Known.of(self.conditions)
        return known is None or all(known.decide(c) is True for c in wanted)

    def __str__(self) -> str:
        if self.verdict == "valid":
            return "valid at all sizes"
        if self.verdict == "conditional":
            return f"valid iff {' and '.join(map(str, self.conditions))}"
        if self.verdict == "undecided":
            return f"undecided: {'; '.join(self.tried)}"
        return f"invalid: legal at no sizes{' that meet the assumptions' if self.assumed else ''}"

    def __repr__(self) -> str:
        return f"<Contract: {self}>"
