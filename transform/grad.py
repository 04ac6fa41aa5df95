"""Reverse-mode differentiation, graph to graph: cotangents are nodes like any other.

The backward pass can therefore be drawn, stepped, shape-checked, costed, and differentiated
again with no further code. Rules stand in the ops (``Op.vjp``); un-broadcasting stands here.
"""

from collections.abc import Mapping, Sequence
from typing import overload

from cutaway.graph import GradError, Node, Scope, Shape, constant, located, show_shape
from cutaway.graph.errors import explain
from cutaway.graph.graph import topological
from cutaway.ops import broadcast_to
from cutaway.transform.meeting import added


@overload
def grad(loss: Node, wrt: Node) -> Node: ...
@overload
def grad(loss: Node, wrt: Sequence[Node]) -> list[Node]: ...
def grad(loss: Node, wrt: Node | Sequence[Node]) -> Node | list[Node]:
    """Return the derivative of a scalar with respect to nodes, as nodes of their shapes.

    Parameters
    ----------
    loss
        A float scalar.
    wrt
        Float nodes; one that ``loss`` does not depend on gets zeros.

    Raises
    ------
    GradError
        If the loss is not a float scalar, a ``wrt`` is not a float, or an op on the way has no
        derivative.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "N")
    >>> ca.evaluate(ca.Graph(grad((x * x).sum(), x)), {"x": [1.0, 2.0]})[0]
    array([2., 4.])
    """
    targets = list(wrt) if isinstance(wrt, Sequence) else [wrt]
    _check(loss, targets)
    with located(Scope().backward, loss.source):
        found = cotangents({loss: constant(1.0)}, set(targets))
    zeros = [_zeros(node) if node not in found else found[node] for node in targets]
    return zeros[0] if isinstance(wrt, Node) else zeros


def cotangents(seeds: Mapping[Node, Node], targets: set[Node]) -> dict[Node, Node]:
    """Carry cotangents back from nodes to every node on the way to the targets."""
    order = topological(seeds)
    needed = set(targets)
    for node in order:
        if node.dtype == "float" and any(source in needed for source in node.inputs):
            needed.add(node)
    parts = {node: [(node.scope.backward, ct)] for node, ct in seeds.items()}
    found: dict[Node, Node] = {}
    for node in reversed(order):
        if node not in parts:
            continue
        found[node] = added(parts[node], node.source)
        if not any(source in needed for source in node.inputs):
            continue
        with located(scope := node.scope.backward, node.source):
            for source, ct in zip(node.inputs, node.op.vjp(node, found[node]), strict=True):
                if ct is not None and source in needed:
                    parts.setdefault(source, []).append((scope, unbroadcast(ct, source.shape)))
    return found


def unbroadcast(ct: Node, shape: Shape) -> Node:
    """Sum away the axes that broadcasting added in front, and those it stretched from 1."""
    if ct.rank > len(shape):
        ct = ct.sum(axis=tuple(range(ct.rank - len(shape))))
    stretched = tuple(n for n, dim in enumerate(shape) if dim == 1 and ct.shape[n] != 1)
    if stretched:
        ct = ct.sum(axis=stretched, keepdims=True)
    return ct if ct.rank == len(shape) else broadcast_to(ct, shape)


def _zeros(node: Node) -> Node:
    with located(node.scope.backward, node.source):
        return broadcast_to(constant(0.0), node.shape)


def _check(loss: Node, wrt: Sequence[Node]) -> None:
    if loss.shape != () or loss.dtype != "float":
        raise GradError(
            explain(
                "grad: the loss is not a scalar",
                required="a float of shape ()",
                came=f"{loss.dtype} of shape {show_shape(loss.shape)}",
                where=f"{loss.path}, {loss.source}",
                fix="reduce it first: loss.sum() or loss.mean()",
            )
        )
    for node in wrt:
        if not isinstance(node, Node) or node.dtype != "float":
            raise GradError(
                explain(
                    "grad: only floats have a gradient",
                    required="float nodes in wrt",
                    came=repr(node),
                    fix="differentiate with respect to an embedding instead of its indices",
                )
            )
