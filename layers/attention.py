"""Attention: scaled dot-product, single-head and multi-head (Vaswani et al. 2017, section 3.2)."""

from cutaway.graph import Dim, DTypeError, Node, ShapeError, as_dim, block, scope, show_shape
from cutaway.graph.errors import explain
from cutaway.layers.basic import linear
from cutaway.ops import dim, expand_dims, softmax, sqrt, where

INFINITY = float("inf")


@block(kind="part", name="attention")
def scaled_dot_product_attention(
    q: Node, k: Node, v: Node, mask: Node | None = None, scale: float | Node | None = None
) -> Node:
    """Return ``softmax(q kᵀ / √d_k) v`` (equation 1 of the paper).

    Parameters
    ----------
    q, k, v
        ``(..., T, d_k)``, ``(..., S, d_k)``, ``(..., S, d_v)``.
    mask
        Broadcastable to ``(..., T, S)``: bool, True where a query may attend to a key, or float,
        added to the scores. A query that may attend to nothing gets zeros.
    scale
        What scores are multiplied by; ``1/√d_k`` by default.

    Examples
    --------
    >>> import cutaway as ca
    >>> q, k, v = ca.input("q", "T K"), ca.input("k", "S K"), ca.input("v", "S V")
    >>> ca.formula(scaled_dot_product_attention(q, k, v)).unicode
    'softmax(QKᵀ/√d_k)V'
    """
    for node, name in ((q, "q"), (k, "k"), (v, "v")):
        _needs_axes(node, 2, name)
    scores = q @ k.mT
    scores = scores / sqrt(dim(q.shape[-1])) if scale is None else scores * scale
    return softmax(scores if mask is None else masked(scores, mask)) @ v


def masked(scores: Node, mask: Node) -> Node:
    """Return scores with -∞ where a bool mask is False, or with a float mask added."""
    if mask.dtype == "int":
        raise DTypeError(
            explain(
                "attention: a mask of ints says nothing",
                required="bool (True: may attend) or float (added to the scores)",
                came=repr(mask),
                fix="ca.ops.cast(mask, 'bool') for 1 = may attend",
            )
        )
    return where(mask, scores, -INFINITY) if mask.dtype == "bool" else scores + mask


@block(kind="sublayer", name="")
def single_head_attention(
    x: Node, width: Dim | str | None = None, mask: Node | None = None
) -> Node:
    """Return self-attention with one head: the article's first part.

    Parameters
    ----------
    x
        ``(..., T, d_model)``.
    width
        Width of queries, keys and values; that of ``x`` by default. The parameters are
        ``query``, ``key`` and ``value``, each a linear map without bias, as in the article.

    Examples
    --------
    >>> import cutaway as ca
    >>> single_head_attention(ca.input("x", "B T D"), width="K")
    <attention/matmul: float (B, T, K)>
    """
    _needs_axes(x, 2, "x")
    size = x.shape[-1] if width is None else as_dim(width)
    with scope("query"):
        q = linear(x, size, bias=False)
    with scope("key"):
        k = linear(x, size, bias=False)
    with scope("value"):
        v = linear(x, size, bias=False)
    return scaled_dot_product_attention(q, k, v, mask)


@block(
    kind="sublayer",
    name="",
    requires=["h | d_model", "h_kv | h"],
    sizes={"h": "heads", "d_model": "query[-1]", "h_kv": "kv_heads"},
)
def multi_head_attention(
    query: Node,
    key: Node | None = None,
    value: Node | None = None,
    *,
    heads: Dim | str,
    kv_heads: Dim | str | None = None,
    mask: Node | None = None,
    bias: bool = True,
) -> Node:
    """Return multi-head attention: project, split, attend, concatenate, project.

    Parameters
    ----------
    query
        ``(B, T, d_model)``.
    key, value
        ``(B, S, …)`` of any width; the query by default (self-attention), and the key for the
        value.
    heads
        Number of heads h; each has width ``d_model / h``.
    kv_heads
        Number of key and value heads, which ``h / kv_heads`` query heads share each
        (grouped-query attention, Ainslie et al. 2023); ``heads`` by default.
    mask
        Broadcastable to ``(B, h, T, S)``: bool, True where a query may attend, or float, added.

    Examples
    --------
    >>> import cutaway as ca
    >>> y = multi_head_attention(ca.input("x", "B T D"), heads="H")
    >>> y.shape, [str(c) for c in ca.Graph(y).conditions]
    ((B, T, D), ['H | D'])
    """
    key = query if key is None else key
    value = key if value is None else value
    for node, name in ((query, "query"), (key, "key"), (value, "value")):
        _needs_axes(node, 3, name, exactly=True)
    width, count = query.shape[-1], as_dim(heads)
    head_width = _share(width, count)
    groups = count if kv_heads is None else as_dim(kv_heads)
    inner = as_dim(groups * head_width)
    with scope("query"):
        q = split_heads(linear(query, width, bias), count, head_width)
    with scope("key"):
        k = split_heads(linear(key, inner, bias), groups, head_width)
    with scope("value"):
        v = split_heads(linear(value, inner, bias), groups, head_width)
    if kv_heads is None:
        attended = scaled_dot_product_attention(q, k, v, mask)
    else:
        attended = _grouped(q, k, v, mask, groups)
    with scope("output"):
        return linear(merge_heads(attended), width, bias)


def split_heads(x: Node, heads: Dim, width: Dim) -> Node:
    """``(B, T, h·d)`` to ``(B, h, T, d)``: head i owns columns ``i·d`` to ``(i+1)·d``."""
    batch, length, _ = x.shape
    return x.reshape((batch, length, heads, width)).transpose((0, 2, 1, 3))


def merge_heads(x: Node) -> Node:
    """``(B, h, T, d)`` to ``(B, T, h·d)``: the heads side by side."""
    batch, heads, length, width = x.shape
    return x.transpose((0, 2, 1, 3)).reshape((batch, length, as_dim(heads * width)))


def _grouped(q: Node, k: Node, v: Node, mask: Node | None, groups: Dim) -> Node:
    """Attend with query head i on key/value head ``i // (h / groups)``."""
    batch, heads, length, width = q.shape
    size = _share(heads, groups)
    q = q.reshape((batch, groups, size, length, width))
    if mask is not None:
        mask = _grouped_mask(mask, groups, size)
    found = scaled_dot_product_attention(q, expand_dims(k, 2), expand_dims(v, 2), mask)
    return found.reshape((batch, heads, length, found.shape[-1]))


def _grouped_mask(mask: Node, groups: Dim, size: Dim) -> Node:
    if mask.rank < 3:
        return mask
    if mask.shape[-3] == 1:
        return expand_dims(mask, mask.rank - 3)
    *batch, _, queries, keys = mask.shape
    return mask.reshape((*batch, groups, size, queries, keys))


def _share(whole: Dim, parts: Dim) -> Dim:
    """Return ``whole / parts``, whose being whole is a condition on the node that uses it."""
    if isinstance(whole, int) and isinstance(parts, int) and whole % parts:
        raise ShapeError(
            explain(
                "multi_head_attention: heads of unequal width",
                required="heads | width",
                came=f"{parts} heads for a width of {whole}",
                fix="choose a number of heads that divides the width",
            )
        )
    return as_dim(whole / parts)


def _needs_axes(node: Node, count: int, name: str, exactly: bool = False) -> None:
    if node.rank < count or (exactly and node.rank != count):
        raise ShapeError(
            explain(
                f"attention: {name} has the wrong number of axes",
                required=f"{'' if exactly else 'at least '}{count} axes, the last (length, width)",
                came=f"{node.path} of shape {show_shape(node.shape)}",
                where=str(node.source),
                fix="add a batch axis with ca.ops.expand_dims(x, 0)" if exactly else "",
            )
        )
