"""Sizes that a caller gives, and whether they are legal: every condition of the graph holds."""

import difflib
from collections.abc import Mapping

from cutaway.graph.dims import Sizes, as_dim
from cutaway.graph.errors import ContractError, FeedError, explain
from cutaway.graph.graph import Graph


def sizes_in(graph: Graph, sizes: Mapping[str, int]) -> dict[str, int]:
    """Return those of some sizes that a graph has, as a run of it takes them.

    Examples
    --------
    >>> import cutaway as ca
    >>> sizes_in(ca.Graph(ca.input("x", "T D")), {"T": 2, "S": 3})
    {'T': 2}
    """
    known = graph.symbols
    return {name: size for name, size in sizes.items() if name in known}


def given_sizes(graph: Graph, dims: Mapping[str, int]) -> dict[str, int]:
    """Return sizes by name.

    Raises
    ------
    FeedError
        If the graph has no size of that name, or it is no whole number.
    """
    if not isinstance(dims, Mapping):
        raise FeedError(explain(f"dims={dims!r} are no sizes", required="{'T': 5, …}"))
    known = graph.symbols
    sizes: dict[str, int] = {}
    for key, value in dims.items():
        name = str(key)
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            raise FeedError(
                explain(
                    f"the graph has no size {name!r}",
                    required=", ".join(sorted(known)) or "none: every size is a number",
                    fix=f"did you mean {near[0]!r}?" if near else "",
                )
            )
        size = as_dim(value)
        if not isinstance(size, int):
            raise FeedError(f"dims[{name!r}] is a whole number, not {size}")
        sizes[name] = size
    return sizes


def legal_sizes(graph: Graph, dims: Mapping[str, int] | None) -> dict[str, int] | None:
    """Return sizes by name, which may be some of the graph's; None if none are to be filled in.

    Raises
    ------
    FeedError, DimError
        If the graph has no size of that name, or it is no whole number of at least 1.
    ContractError
        If they break a condition of the graph.
    """
    if dims is None:
        return None
    sizes = given_sizes(graph, dims)
    check_sizes(graph, sizes)
    return sizes


def check_sizes(graph: Graph, sizes: Sizes) -> None:
    """Refuse sizes that break a condition; conditions on unknown sizes are left alone.

    Raises
    ------
    ContractError
        Naming the condition, the sizes, and the node that asks for it.
    """
    for condition, node in graph.conditions.items():
        if condition.symbols <= sizes.keys() and not condition.holds(sizes):
            raise ContractError(
                explain(
                    "sizes that break the contract",
                    required=str(condition),
                    came=", ".join(f"{name} = {sizes[name]}" for name in sorted(condition.symbols)),
                    where=f"{graph.path(node)}, {node.source}",
                    fix=f"choose sizes with {condition}",
                )
            )
