"""Graph to proof: the contract on its sizes, and lints."""

from cutaway.shapes.contract import Contract
from cutaway.shapes.lint import Lint, allow, lints
from cutaway.shapes.verify import verify

__all__ = ["Contract", "Lint", "allow", "lints", "verify"]
