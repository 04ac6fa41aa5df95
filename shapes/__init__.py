"""Graph to proof: the contract on its sizes, where they come from, and what looks wrong."""

from cutaway.shapes.contract import Contract
from cutaway.shapes.explain import explain
from cutaway.shapes.lint import Lint, allow, lints
from cutaway.shapes.report import Report, report_refusal
from cutaway.shapes.verify import verify

__all__ = [
    "Contract",
    "Lint",
    "Report",
    "allow",
    "explain",
    "lints",
    "report_refusal",
    "verify",
]
