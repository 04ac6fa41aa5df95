"""Proving the contract of a graph."""

from collections.abc import Iterable

from cutaway.graph import Condition, Graph, Node
from cutaway.shapes.assume import Assumptions, read_assumptions
from cutaway.shapes.contract import Contract, Verdict
from cutaway.shapes.known import Known
from cutaway.shapes.normal import minimal
from cutaway.shapes.search import smallest
from cutaway.shapes.unify import Origin, Unified, solve_unknown


def verify(graph: Graph | Node | Iterable[Node], assume: Assumptions = ()) -> Contract:
    """Return the contract of a graph: whether it is well-shaped, for all sizes.

    A graph is legal at some sizes if every condition that its nodes ask for holds. What can hold
    at no sizes has raised a ``ShapeError`` already, where it was built. Here the conditions are
    joined: equalities make one dim of two, what follows from the others goes, what contradicts
    is found, and each of those that stay is broken by sizes that were found.

    Parameters
    ----------
    assume
        Conditions that the caller promises, such as ``"H | D"``: the verdict ``invalid``, and
        what counts as unmet, depend on them.

    Raises
    ------
    ContractError
        If an assumption holds at no sizes, speaks of a size that the graph has not, or
        contradicts another.
    DimError
        If an assumption can't be read.

    Examples
    --------
    >>> import cutaway as ca
    >>> B, T, D, H = ca.dims("B T D H")
    >>> contract = verify(ca.layers.multi_head_attention(ca.input("x", (B, T, D)), heads=H))
    >>> print(contract)
    valid iff H | D
    >>> contract.counterexample
    {'B': 1, 'D': 1, 'H': 2, 'T': 1}
    """
    graph = Graph.of(graph)
    assumed = read_assumptions(assume, graph.symbols)
    unknown, asked = solve_unknown(graph.conditions)
    origins: dict[Condition, Origin] = {}
    never: list[Condition] = []
    for verdict, origin in asked:
        condition = verdict if isinstance(verdict, Condition) else origin[1]
        if verdict is not True:
            origins.setdefault(condition, origin)
        if verdict is False:  # what ``?`` has to be is nothing that it can be
            never.append(condition)
    conditions = minimal(c for c in origins if not Known().decide(c))
    known = Known.of((*(conditions or ()), *assumed))
    possible = conditions is not None and known is not None and not known.refuted()
    tried: tuple[str, ...] = ()
    said: Verdict = "invalid"
    if conditions is None:
        conditions = tuple(sorted(origins, key=str))
    if possible and not never:
        tried = _untold(graph, conditions, assumed)
        said = "undecided" if tried else "conditional" if conditions else "valid"
    return Contract(graph, said, conditions, assumed, origins, tried, Unified(unknown, conditions))


def _untold(
    graph: Graph, conditions: tuple[Condition, ...], assumed: tuple[Condition, ...]
) -> tuple[str, ...]:
    """Return what is neither proved nor refuted by sizes that were found."""
    names = graph.symbols
    if smallest(names, (*conditions, *assumed)) is None:
        return ("no sizes were found that meet the conditions, nor a proof that there are none",)
    return tuple(
        f"{condition}: no proof that it always holds, no sizes that break it"
        for condition in conditions
        if smallest(names, (), condition) is None
    )
