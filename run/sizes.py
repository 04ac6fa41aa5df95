"""Finding the sizes of a run: from the arrays' shapes, and from what the caller gives."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sympy

from cutaway.graph import ContractError, Dim, FeedError, Graph, Input, Node, evaluate, show
from cutaway.graph.dims import as_dim, symbols_of
from cutaway.graph.errors import explain


@dataclass(frozen=True, slots=True)
class Shown:
    """The length that an array shows for one axis of an input or a parameter."""

    node: Node
    axis: int
    length: int

    @property
    def dim(self) -> Dim:
        """The size that the axis was declared with."""
        return self.node.shape[self.axis]

    @property
    def where(self) -> str:
        """The array and the axis, as messages name them."""
        fed = isinstance(self.node.op, Input)
        array = f"feed {self.node.name!r}" if fed else f"parameter {self.node.path!r}"
        return f"{array}, axis {self.axis},"


def solve(graph: Graph, shown: Iterable[Shown], dims: Mapping[str, int]) -> dict[str, int]:
    """Return the size of every symbol of a graph.

    Raises
    ------
    FeedError
        If two arrays disagree, or a symbol has no size.
    ContractError
        If the sizes break a condition of the graph.
    """
    sizes = learn(graph, shown, dims)
    missing = sorted(graph.symbols - sizes.keys())
    if missing:
        raise FeedError(
            explain(
                f"no array shows the size {', '.join(missing)}",
                required="every size of the graph",
                came=", ".join(f"{k} = {v}" for k, v in sorted(sizes.items())) or "no sizes",
                fix=f"give dims={{{missing[0]!r}: …}}",
            )
        )
    check(graph, sizes)
    return sizes


def learn(graph: Graph, shown: Iterable[Shown], dims: Mapping[str, int]) -> dict[str, int]:
    """Return the sizes that ``dims`` gives and that arrays show, as far as they go."""
    sizes = named(graph, dims)
    origin = {name: f"dims gives {name} = {size}" for name, size in sizes.items()}
    pending = list(shown)
    while pending:
        later = [fact for fact in pending if not _learn(fact, sizes, origin)]
        if len(later) == len(pending):
            break
        pending = later
    return sizes


def check(graph: Graph, sizes: Mapping[str, int]) -> None:
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


def named(graph: Graph, dims: Mapping[str, int]) -> dict[str, int]:
    """Return the sizes that a caller gives, by name.

    Raises
    ------
    FeedError
        For a name that the graph has not, or a size that is no whole number.
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


def _learn(fact: Shown, sizes: dict[str, int], origin: dict[str, str]) -> bool:
    """Use one fact: check it, or find its only unknown symbol; False if it must wait."""
    if fact.length < 1:
        raise FeedError(
            explain(f"{fact.where} is empty", required="at least length 1", came=str(fact.length))
        )
    unknown = symbols_of((fact.dim,)) - sizes.keys()
    if not unknown:
        value = evaluate(fact.dim, sizes)
        if value != fact.length:
            because = "; ".join(origin[name] for name in sorted(symbols_of((fact.dim,))))
            raise FeedError(
                explain(
                    f"{fact.where} has the wrong length",
                    required=f"{show(fact.dim)} = {value}" if because else str(value),
                    came=str(fact.length),
                    where=because,
                )
            )
        return True
    if len(unknown) > 1:
        return False
    (name,) = unknown
    found = _root(fact, name, sizes)
    if found is None:
        return False
    sizes[name] = found
    origin[name] = f"{fact.where} shows {name} = {found}"
    return True


def _root(fact: Shown, name: str, sizes: Mapping[str, int]) -> int | None:
    """Return the whole number at which a dim of one unknown has its length."""
    assert not isinstance(fact.dim, int)
    if fact.dim.is_Symbol:
        return fact.length
    known = {s: sizes[s.name] for s in fact.dim.free_symbols if s.name != name}
    (symbol,) = (s for s in fact.dim.free_symbols if s.name == name)
    equation = fact.dim.xreplace(known) - fact.length
    if equation.has(sympy.floor):
        return None  # many sizes have the same floor: another array must show it
    roots = [r for r in sympy.solve(equation, symbol) if r.is_Integer and r >= 1]
    if len(roots) != 1:
        raise FeedError(
            explain(
                f"{fact.where} has a length that no size gives",
                required=f"{show(fact.dim)} for a whole number {name}",
                came=str(fact.length),
            )
        )
    return int(roots[0])
