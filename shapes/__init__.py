"""Graph to proof: the contract on its sizes."""

from cutaway.shapes.contract import Contract, verify
from cutaway.shapes.explain import explain

__all__ = ["Contract", "explain", "verify"]
