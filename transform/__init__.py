"""Graph to graph: differentiate, rewrite, open composites."""

from cutaway.transform.grad import cotangents, grad, unbroadcast
from cutaway.transform.rewrite import expand, rewrite

__all__ = ["cotangents", "expand", "grad", "rewrite", "unbroadcast"]
