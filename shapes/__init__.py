"""Graph to proof: the contract on its sizes, and lints."""

from cutaway.shapes.contract import Contract, verify
from cutaway.shapes.lint import Lint, allow, lints

__all__ = ["Contract", "Lint", "allow", "lints", "verify"]
