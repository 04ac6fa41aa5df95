"""The debugger: a graph walked step by step, changed on the way, and asked why."""

from cutaway.step.breakpoint import Breakpoint
from cutaway.step.changes import Change
from cutaway.step.conditions import Condition
from cutaway.step.cursor import Cursor
from cutaway.step.debugger import Debugger
from cutaway.step.detail import LEVELS, Level
from cutaway.step.frame import Frame
from cutaway.step.inspector import Inspector
from cutaway.step.numbers import fitting, number, short, with_numbers
from cutaway.step.page import Page
from cutaway.step.patch import Patch
from cutaway.step.patcher import Patcher
from cutaway.step.reasons import Reason, Term
from cutaway.step.record import Step
from cutaway.step.stepper import Stepper
from cutaway.step.story import Stop, Story
from cutaway.step.walker import Walker
from cutaway.step.watch import Entry, Watch

__all__ = [
    "LEVELS",
    "Breakpoint",
    "Change",
    "Condition",
    "Cursor",
    "Debugger",
    "Entry",
    "Frame",
    "Inspector",
    "Level",
    "Page",
    "Patch",
    "Patcher",
    "Reason",
    "Step",
    "Stepper",
    "Stop",
    "Story",
    "Term",
    "Walker",
    "Watch",
    "fitting",
    "number",
    "short",
    "with_numbers",
]
