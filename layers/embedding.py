"""Tokens and positions to vectors (Vaswani et al. 2017, sections 3.4 and 3.5)."""

import math

from cutaway.graph import Dim, Node, as_dim, block, parameter
from cutaway.ops import (
    arange,
    cast,
    concat,
    cos,
    cumulative_sum,
    dim,
    exp,
    expand_dims,
    not_equal,
    reshape,
    sin,
    sqrt,
    take,
)


def token_embedding(
    tokens: Node,
    vocabulary: Dim | str,
    width: Dim | str,
    table: Node | None = None,
    *,
    scaled: bool = True,
) -> tuple[Node, Node]:
    """Return a row of the table for each token, times ``√width``, and the table.

    Parameters
    ----------
    table
        The table to use; by default a new parameter ``weight`` (vocabulary, width).
    scaled
        Whether to multiply by ``√width``, as the paper does; BERT and GPT do not.

    Examples
    --------
    >>> import cutaway as ca
    >>> token_embedding(ca.input("tokens", "B T", dtype="int"), "V", "D")
    (<multiply: float (B, T, D)>, <weight: float (V, D)>)
    """
    if table is None:
        table = parameter("weight", (as_dim(vocabulary), as_dim(width)), init="embedding")
    rows = take(table, tokens)
    return rows * sqrt(dim(table.shape[1])) if scaled else rows, table


@block(name="positions", requires=["2 | d_model"], sizes={"d_model": "width"})
def sinusoidal_positions(length: Dim | str, width: Dim | str) -> Node:
    """Return the paper's positional encoding, ``(length, width)``.

    ``PE[p, 2i] = sin(p / 10000^(2i/width))`` and ``PE[p, 2i+1] = cos`` of the same: sines and
    cosines alternate. The width is even.

    Examples
    --------
    >>> import cutaway as ca
    >>> ca.evaluate(sinusoidal_positions(2, 4))[0].round(3)
    array([[0.   , 1.   , 0.   , 1.   ],
           [0.841, 0.54 , 0.01 , 1.   ]])
    """
    size, count = as_dim(length), as_dim(width)
    half = as_dim(count / 2)
    powers = cast(arange(half), "float") * (2.0 / dim(count))
    rates = exp(powers * -math.log(10000.0))
    angles = expand_dims(cast(arange(size), "float"), 1) * rates
    pairs = concat([expand_dims(sin(angles), 2), expand_dims(cos(angles), 2)], axis=2)
    return reshape(pairs, (size, count))


@block(name="", requires=["T <= T_max"], sizes={"T": "length", "T_max": "longest"})
def learned_positions(length: Dim | str, longest: Dim | str, width: Dim | str) -> Node:
    """Return the first ``length`` rows of the table ``weight`` (longest, width).

    Examples
    --------
    >>> y = learned_positions("T", 512, "D")
    >>> y, [str(c) for c in y.conditions]
    (<slice: float (T, D)>, ['T <= 512'])
    """
    table = parameter("weight", (as_dim(longest), as_dim(width)), init="embedding")
    return table[: as_dim(length)]


@block(name="", requires=["T <= T_max"], sizes={"T": "tokens[1]", "T_max": "longest"})
def positions_after_padding(
    tokens: Node, padding: int, longest: Dim | str, width: Dim | str
) -> Node:
    """Return the position of every token by RoBERTa's count (Liu et al. 2019): (B, T, width).

    Real tokens of ``(B, T)`` are counted from ``padding + 1``, and padding stays at ``padding``:
    its row, and those before it, belong to no position. So the table ``weight`` has
    ``longest + padding + 1`` rows, and padding on either side moves no token.

    Examples
    --------
    >>> import cutaway as ca
    >>> y = positions_after_padding(ca.input("tokens", "B T", dtype="int"), 1, 512, "D")
    >>> y, [str(c) for c in ca.Graph(y).conditions]
    (<take: float (B, T, D)>, ['T <= 512'])
    """
    rows = as_dim(longest) + padding + 1
    table = parameter("weight", (rows, as_dim(width)), init="embedding")
    real = cast(not_equal(tokens, padding), "int")
    return take(table[padding : padding + 1 + tokens.shape[1]], cumulative_sum(real, 1) * real)
