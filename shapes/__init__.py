"""Graph to proof: the contract on its sizes, and suspicions about its shapes."""

from cutaway.shapes.contract import Contract
from cutaway.shapes.lint import CODES, Lint, allow, lints
from cutaway.shapes.verify import verify

__all__ = ["CODES", "Contract", "Lint", "allow", "lints", "verify"]
