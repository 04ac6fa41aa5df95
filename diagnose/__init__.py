"""What is wrong with a model: the first bad node of a run, and where two runs part."""

from cutaway.diagnose.compare import compare
from cutaway.diagnose.comparison import Comparison, Row
from cutaway.diagnose.debug import debug
from cutaway.diagnose.diagnosis import Diagnosis, Note
from cutaway.diagnose.difference import Difference, difference
from cutaway.diagnose.divergence import Divergence, Place
from cutaway.diagnose.finding import Finding
from cutaway.diagnose.reference import params_in
from cutaway.diagnose.subject import Subject
from cutaway.diagnose.unused import unused

__all__ = [
    "Comparison",
    "Diagnosis",
    "Difference",
    "Divergence",
    "Finding",
    "Note",
    "Place",
    "Row",
    "Subject",
    "compare",
    "debug",
    "difference",
    "params_in",
    "unused",
]
