"""Graph to proof: the contract on its sizes."""

from cutaway.shapes.contract import Contract, verify

__all__ = ["Contract", "verify"]
