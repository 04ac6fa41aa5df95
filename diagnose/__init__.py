"""What is wrong with a model: the first bad node of a run, and where two runs part."""

from cutaway.diagnose.comparing.compare import compare
from cutaway.diagnose.comparing.comparison import Comparison, Row
from cutaway.diagnose.comparing.difference import Difference, difference
from cutaway.diagnose.comparing.divergence import Divergence, Place
from cutaway.diagnose.comparing.reference import params_in
from cutaway.diagnose.comparing.subject import Subject
from cutaway.diagnose.debug import debug
from cutaway.diagnose.diagnosis import Diagnosis, Note
from cutaway.diagnose.finding import Finding
from cutaway.diagnose.rules.unused import unused

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
