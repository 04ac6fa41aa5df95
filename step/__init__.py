"""The debugger: a graph walked step by step, changed on the way, and asked why."""

from cutaway.step.breakpoint import Breakpoint
from cutaway.step.changes import Change
from cutaway.step.conditions import Condition
from cutaway.step.cursor import Cursor
from cutaway.step.detail import LEVELS, Level
from cutaway.step.frame import Frame
from cutaway.step.numbers import fitting, number, short, with_numbers
from cutaway.step.patch import Patch
from cutaway.step.reasons import Reason, Term
from cutaway.step.record import Step
from cutaway.step.stepper import Stepper
from cutaway.step.story import Stop, Story
from cutaway.step.watch import Entry, Watch

__all__ = [
    "LEVELS",
    "Breakpoint",
    "Change",
    "Condition",
    "Cursor",
    "Entry",
    "Frame",
    "Level",
    "Patch",
    "Reason",
    "Step",
    "Stepper",
    "Stop",
    "Story",
    "Term",
    "Watch",
    "fitting",
    "number",
    "short",
    "with_numbers",
]
