"""Graph to graph: differentiate, rewrite, open composites, take tokens apart, fold."""

from cutaway.transform.attention import attention_roles, attention_weights
from cutaway.transform.backward import backward
from cutaway.transform.collapse import collapse
from cutaway.transform.formula import Formulas, formula
from cutaway.transform.grad import cotangents, grad, unbroadcast
from cutaway.transform.recognise import (
    behind,
    is_causal,
    is_log_softmax,
    is_padding,
    norm_placement,
    softmax_of,
)
from cutaway.transform.repeats import find_repeats
from cutaway.transform.residual import residual_edges
from cutaway.transform.rewrite import expand, rewrite
from cutaway.transform.unroll import unroll
from cutaway.transform.unrolled import Piece, Unrolled

__all__ = [
    "Formulas",
    "Piece",
    "Unrolled",
    "attention_roles",
    "attention_weights",
    "backward",
    "behind",
    "collapse",
    "cotangents",
    "expand",
    "find_repeats",
    "formula",
    "grad",
    "is_causal",
    "is_padding",
    "norm_placement",
    "residual_edges",
    "rewrite",
    "is_log_softmax",
    "softmax_of",
    "unbroadcast",
    "unroll",
]
