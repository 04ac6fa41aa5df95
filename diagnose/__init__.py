"""What is wrong with a model: the first bad node of a run, and why."""

from cutaway.diagnose.debug import debug
from cutaway.diagnose.diagnosis import Diagnosis
from cutaway.diagnose.finding import Finding
from cutaway.diagnose.unused import unused

__all__ = ["Diagnosis", "Finding", "debug", "unused"]
