"""Finding one node, or several, by what a user gives for it."""

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence

from cutaway.graph import Graph, Node, OptionError
from cutaway.graph.errors import explain
from cutaway.graph.graph import glob_pattern

SHOWN = 6  # paths that a message lists


def find_one(graph: Graph, wanted: Node | str) -> Node:
    """Return the one node that is meant: itself, or by its path or a glob.

    Raises
    ------
    OptionError
        If there is none, or more than one.
    """
    return one(wanted, find_all(graph, wanted), graph)


def one(wanted: Node | str, found: Sequence[Node], graph: Graph) -> Node:
    """Return the only one of what was found.

    Raises
    ------
    OptionError
        If there are more.
    """
    if len(found) > 1:
        raise too_many(wanted, [graph.path(node) for node in found])
    return found[0]


def find_all(graph: Graph, wanted: Node | str) -> tuple[Node, ...]:
    """Return the nodes that are meant; there is at least one.

    Raises
    ------
    OptionError
        If there is none.
    """
    paths = {graph.path(node): node for node in graph.nodes}
    if isinstance(wanted, Node):
        if wanted not in paths.values():
            raise OptionError(explain(f"{wanted!r} is not in the graph", fix="give its path"))
        return (wanted,)
    return tuple(paths[path] for path in matching(wanted, paths))


def is_in(graph: Graph, wanted: Node | str) -> bool:
    """Say whether a graph has a node that is meant."""
    if isinstance(wanted, Node):
        return wanted in graph.nodes
    return fits(wanted, map(graph.path, graph.nodes))


def matching(glob: object, paths: Iterable[str]) -> tuple[str, ...]:
    """Return the paths that a glob fits: the path itself, if it is one.

    Raises
    ------
    OptionError
        If it fits none.
    """
    known = dict.fromkeys(paths)
    if not isinstance(glob, str):
        raise OptionError(explain(f"{glob!r} is no node", required="a node, its path, or a glob"))
    if glob in known:
        return (glob,)
    pattern = glob_pattern(glob)
    found = tuple(path for path in known if pattern.fullmatch(path))
    if not found:
        near = difflib.get_close_matches(glob, known, 1) or [
            path for path in known if glob and path.endswith(glob)
        ]
        raise OptionError(
            explain(
                f"nothing is called {glob[:80]!r}",
                required=f"a path, with * for any text: {listed(known)}",
                fix=f"did you mean {near[0]!r}?" if near else "",
            )
        )
    return found


def fits(glob: object, paths: Iterable[str]) -> bool:
    """Say whether a glob fits one of some paths."""
    return isinstance(glob, str) and any(map(glob_pattern(glob).fullmatch, paths))


def too_many(wanted: object, paths: Collection[str]) -> OptionError:
    """Return the error for a glob that fits several where one is meant."""
    return OptionError(
        explain(
            f"{wanted!r} is not one but {len(paths)}",
            required="a path that only one has",
            came=listed(paths),
        )
    )


def listed(paths: Collection[str] | Mapping[str, object]) -> str:
    """List the first paths."""
    first = list(paths)[:SHOWN]
    return ", ".join(first) + (", …" if len(paths) > SHOWN else "") if first else "none"
