"""What a checkpoint notes in its header, beside its numbers."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cutaway.graph import LoadError
from cutaway.graph.errors import explain
from cutaway.interop import brief, parse_object, read_notes, repr_of

NOTE = "cutaway"  # the name of the note
FORMAT = "checkpoint 1"
LARGEST = 2**53  # of whole numbers
COUNTS = {"step": 0, "taken": 0, "sum": 0, "stride": 1}  # and the least that each may be


@dataclass(frozen=True, slots=True)
class Notes:
    """What the numbers of a checkpoint mean.

    Attributes
    ----------
    step, taken
        How many steps the training took, and how many the optimiser.
    stride
        Every how many steps the history has a row.
    sum
        A checksum of all numbers.
    measured
        What the tables of the history hold, with the names of their columns.
    slots
        What the optimiser's averages are called.
    whose
        Digests of the graph and of the first weights, the optimiser with its constants, clip,
        the seed, what is watched.
    """

    step: int
    taken: int
    stride: int
    sum: int
    measured: Mapping[str, tuple[str, ...]]
    slots: tuple[str, ...]
    whose: Mapping[str, str]

    def text(self) -> str:
        """Return them as a header holds them."""
        return json.dumps({"format": FORMAT, **asdict(self)})


def read_about(file: Path) -> Notes:
    """Return the notes of a file, each of the kind that it has to be.

    Raises
    ------
    LoadError
        If there are none, or others.
    """
    text = read_notes(file).get(NOTE)
    if text is None:
        raise broken(file, f"the note {NOTE!r} in its header", "none: a file of weights alone?")
    told = parse_object(text, f"the note in {file}")
    if told.pop("format", None) != FORMAT or told.keys() != Notes.__dataclass_fields__.keys():
        raise broken(file, f"the notes of a {FORMAT!r}", brief(repr_of(told)))
    for name, least in COUNTS.items():
        if type(told[name]) is not int or not least <= told[name] < LARGEST:
            came = brief(repr_of(told[name]))
            raise broken(file, f"{name}: a whole number from {least}", came)
    measured, slots, whose = told["measured"], told["slots"], told["whose"]
    sound = isinstance(measured, dict) and isinstance(whose, dict) and _texts(slots)
    if not sound or not _texts([*whose.values()]) or not all(map(_texts, measured.values())):
        raise broken(file, "names that are texts", brief(repr_of(told)))
    names = {key: tuple(each) for key, each in measured.items()}
    return Notes(**{**told, "measured": names, "slots": tuple(slots)})


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def broken(file: Path, required: str, came: str) -> LoadError:
    """Return the error for a file that is no sound checkpoint."""
    return LoadError(
        explain(
            f"{file} is no sound checkpoint",
            required=required,
            came=came,
            fix="read another: the newest two are kept",
        )
    )
