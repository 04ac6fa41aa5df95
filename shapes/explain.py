"""Where an axis of a node comes from."""

import difflib
from collections.abc import Iterable

from cutaway.graph import Graph, Node, OptionError, as_dim, show, show_shape
from cutaway.graph.errors import CutawayError
from cutaway.graph.errors import explain as teach
from cutaway.graph.explanation import Explanation
from cutaway.graph.origin import origin


def explain(
    graph: Graph | Node | Iterable[Node], node: Node | str, axis: int | str = -1
) -> Explanation:
    """Follow an axis back to the input, parameter or op where it begins.

    Parameters
    ----------
    graph
        Gives the nodes their paths.
    node
        A node of the graph, or its path.
    axis
        Its number, from the front or (negative) from the end, or its size: ``"4*D"``.

    Raises
    ------
    OptionError
        If the graph has no such node, or the node no such axis or more than one of that size.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "B T H*K")
    >>> y = x.reshape(("B", "T", "H", "K"))
    >>> found = explain(y, y, "K")
    >>> [(step.path, step.axis, step.happened) for step in found.steps]
    [('reshape', 3, 'split'), ('x', 2, 'begins')]
    """
    graph = Graph.of(graph)
    place = _node(graph, node)
    return Explanation(origin(place, _axis(graph, place, axis), graph.path))


def _node(graph: Graph, node: Node | str) -> Node:
    if isinstance(node, Node):
        if node in graph.readers:
            return node
        raise OptionError(
            teach(
                f"{node.path} is not in the graph",
                required=f"one of its {len(graph.nodes)} nodes",
                came=repr(node),
                fix="explain a node that the outputs of the graph reach",
            )
        )
    paths = {graph.path(each): each for each in graph.nodes}
    if node in paths:
        return paths[node]
    near = difflib.get_close_matches(str(node), paths, 3)
    raise OptionError(
        teach(
            f"there is no node {node!r}",
            required="the path of a node",
            came=repr(node),
            fix=f"did you mean {' or '.join(map(repr, near))}?" if near else "see graph.find('*')",
        )
    )


def _axis(graph: Graph, node: Node, axis: int | str) -> int:
    number = int(axis) if isinstance(axis, str) and _whole(axis) else axis
    if isinstance(number, int) and not isinstance(number, bool):
        if -node.rank <= number < node.rank:
            return number % node.rank
    elif isinstance(number, str):
        found = _of_size(node, number)
        if len(found) == 1:
            return found[0]
        if found:
            raise OptionError(
                teach(
                    f"{graph.path(node)} has {len(found)} axes of size {number}",
                    required="one axis",
                    came=f"axes {', '.join(map(str, found))} of {show_shape(node.shape)}",
                    fix=f"give its number: {found[0]}",
                )
            )
    axes = ", ".join(f"{n} ({show(dim)})" for n, dim in enumerate(node.shape))
    raise OptionError(
        teach(
            f"{graph.path(node)} has no axis {axis!r}",
            required=f"one of {axes}" if axes else "a value with axes: this is a scalar",
            came=repr(axis),
        )
    )


def _whole(text: str) -> bool:
    return text.strip().lstrip("-").isdigit()


def _of_size(node: Node, text: str) -> list[int]:
    try:
        dim = as_dim(text)
    except CutawayError:
        return []
    return [axis for axis, size in enumerate(node.shape) if size == dim]
