"""Graph to proof: the contract on its sizes."""

from cutaway.shapes.contract import Contract
from cutaway.shapes.verify import verify

__all__ = ["Contract", "verify"]
