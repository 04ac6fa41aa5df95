"""Training, watched: a loop that resumes exactly, measures, guards, and reports."""

from cutaway.training.checkpoint import Checkpoint, read_checkpoint
from cutaway.training.entropy import attention_entropy
from cutaway.training.guard import Guard
from cutaway.training.history import History, Measured
from cutaway.training.loop import Fit, fit
from cutaway.training.progress import Progress
from cutaway.training.record import Callback, TrainingStep
from cutaway.training.report import report
from cutaway.training.report_file import Report

__all__ = [
    "Callback",
    "Checkpoint",
    "Fit",
    "Guard",
    "History",
    "Measured",
    "Progress",
    "Report",
    "TrainingStep",
    "attention_entropy",
    "fit",
    "read_checkpoint",
    "report",
]
