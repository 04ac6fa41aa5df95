"""Tokens as boxes: the graph unrolled along an axis, and what each box says of its tokens."""

from collections.abc import Mapping

from cutaway.graph import Address, Graph, Node, OptionError, Title, View
from cutaway.graph.errors import explain
from cutaway.render import glossary
from cutaway.render.naming import Namer
from cutaway.render.text import subscript
from cutaway.transform import Unrolled, attention_roles, residual_edges, unroll

AXES = ("T", "S")  # what the lengths of target and source are called


def token_axis(graph: Graph, axis: str = "") -> str:
    """Return the size along which tokens are taken apart: the one that is given, else T or S.

    Of a graph with both, it is that of the target's tokens, T. It is empty where there is none.

    Examples
    --------
    >>> import cutaway as ca
    >>> x, y = ca.input("x", "T D"), ca.input("y", "S D")
    >>> graph = ca.Graph(ca.layers.scaled_dot_product_attention(x, y, y))
    >>> token_axis(graph), token_axis(graph, "S"), token_axis(ca.Graph(ca.input("z", "N")))
    ('T', 'S', '')
    """
    return axis or next((name for name in AXES if name in graph.symbols), "")


def by_token(graph: Graph, axis: str, sizes: Mapping[str, int]) -> Unrolled:
    """Return the graph with the tokens along an axis as nodes.

    Parameters
    ----------
    axis
        The name of its size; if empty, that of :func:`token_axis`.
    sizes
        The number of tokens by that name.

    Raises
    ------
    OptionError
        If it is not said along which axis, or how many tokens there are.
    """
    axis = token_axis(graph, axis)
    if not axis:
        first = (sorted(graph.symbols) or ["T"])[0]
        raise OptionError(
            explain(
                "level 'token' takes apart one axis",
                required="an axis by the name of its size",
                came="a graph with neither T nor S",
                fix=f'axis="{first}"; on the command line --axis {first}',
            )
        )
    if axis not in graph.symbols:
        raise OptionError(
            explain(
                f"the graph has no axis {axis!r}",
                required=f"one of its sizes: {', '.join(sorted(graph.symbols)) or 'it has none'}",
            )
        )
    if axis not in sizes:
        raise OptionError(
            explain(
                "level 'token' draws each token",
                required=f"how many there are along {axis}",
                fix=f'dims={{"{axis}": 4}}',
            )
        )
    return unroll(graph, axis, sizes[axis])


def token_notes(graph: Graph, unrolled: Unrolled) -> dict[str, Title]:
    """Return what stands for the name of each node that is of some tokens alone, by its path.

    A score is named by its query and its key.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "S D")
    >>> graph = ca.Graph(ca.layers.scaled_dot_product_attention(x, x, x))
    >>> notes = token_notes(graph, by_token(graph, "", {"S": 2}))
    >>> [note.en for path, note in notes.items() if path.startswith("attention/matmul")]
    ['q₁·k₁', 'q₁·k₂', 'token 1', 'q₂·k₁', 'q₂·k₂', 'token 2']
    """
    scores = {node for (node, _), role in attention_roles(graph).items() if role == "query"}
    found: dict[str, Title] = {}
    for node, piece in unrolled.origin.items():
        numbers = [token + 1 for token in piece.tokens]
        lowered = list(map(subscript, numbers))
        if not numbers:
            continue
        if piece.node in scores and len(numbers) == 2:
            text = f"q{lowered[0]}·k{lowered[1]}"
            found[unrolled.path(node)] = Title(text, text)
        elif not piece.node.inputs:
            text = f"{piece.node.name}{','.join(lowered)}"
            found[unrolled.path(node)] = Title(text, text)
        else:
            words = glossary.TOKEN if len(numbers) == 1 else glossary.TOKENS
            listed = ", ".join(map(str, numbers))
            found[unrolled.path(node)] = words.each(f"{{}} {listed}".format)
    return found


def block_titles(graph: Graph) -> dict[str, Title]:
    """Return what each scope is called, by its path: in the unrolled graph nobody could tell.

    Examples
    --------
    >>> import cutaway as ca
    >>> y = ca.layers.encoder_layer(ca.input("x", "B T D"), heads="H", hidden="F")
    >>> block_titles(ca.Graph(y))["feed_forward_norm"].en
    'Add & Norm'
    """
    view = View(graph)
    names = Namer(view, attention_roles(view), residual_edges(view))
    inside: dict[Address, list[Node]] = {}
    for node in view.nodes:
        address = view.address(node)
        for depth in range(1, len(address) + 1):
            inside.setdefault(address[:depth], []).append(node)
    return {
        "/".join(address): names.block(address, view.kinds[address], tuple(nodes)).title
        for address, nodes in inside.items()
    }
