"""The state of a training, and the file that holds it: safetensors, with notes in its header."""

import os
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cutaway.graph import OptionError
from cutaway.graph.errors import explain
from cutaway.interop import Tensors, brief
from cutaway.run import State
from cutaway.run.compile import Array
from cutaway.training.history import History, Measured
from cutaway.training.notes import NOTE, Notes, broken, read_about

DTYPES = {"F16": np.float16, "F32": np.float32, "F64": np.float64}
PARAMS, SLOTS, HISTORY, STEPS = "params", "slots", "history", "steps"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a training stands.

    Attributes
    ----------
    params
        The weights, by path.
    state
        What the optimiser remembers.
    step
        How many steps were taken.
    history
        What was measured at them.
    whose
        Of a file: digests of the graph and of the first weights, the optimiser with its
        constants, clip, the seed, what is watched.
    """

    params: dict[str, Array]
    state: State = field(default_factory=State)
    step: int = 0
    history: History = field(default_factory=History)
    whose: Mapping[str, str] = field(default_factory=dict)


def to_bytes(checkpoint: Checkpoint, whose: Mapping[str, str]) -> bytes:
    """Return a checkpoint as the content of a file.

    Raises
    ------
    OptionError
        If a weight is of a dtype that such a file does not hold.
    """
    from safetensors.numpy import save

    history, state = checkpoint.history, checkpoint.state
    tensors = {f"{PARAMS}/{path}": array for path, array in checkpoint.params.items()}
    for slot, arrays in state.slots.items():
        tensors |= {f"{SLOTS}/{slot}/{path}": array for path, array in arrays.items()}
    for place, measured in enumerate(history.values()):
        tensors[f"{HISTORY}/{place}"] = measured.values
        tensors[STEPS] = measured.steps.astype(np.float64)
    for name, array in tensors.items():
        if array.dtype not in DTYPES.values():
            raise OptionError(
                explain(
                    f"a checkpoint cannot hold {name}",
                    required="float16, float32 or float64",
                    came=str(array.dtype),
                    fix="train in float32, or without a checkpoint",
                )
            )
    about = Notes(
        step=checkpoint.step,
        taken=state.step,
        stride=history.stride,
        sum=checksum(tensors.items()),
        measured={key: measured.names for key, measured in history.items()},
        slots=tuple(state.slots),
        whose=dict(whose),
    )
    return save(tensors, {NOTE: about.text()})


def checksum(tensors: Iterable[tuple[str, Array]]) -> int:
    """Return a CRC-32 over names and numbers: a damaged file has another."""
    found = 0
    for name, array in sorted(tensors, key=lambda item: item[0]):
        found = zlib.crc32(name.encode("utf-8", "surrogatepass"), found)
        found = zlib.crc32(np.ascontiguousarray(array).data, found)
    return found


def read_checkpoint(file: str | os.PathLike[str]) -> Checkpoint:
    """Return a checkpoint, or refuse the file.

    Raises
    ------
    LoadError
        If it is truncated, broken, or no checkpoint of a training.
    """
    file = Path(file)
    tensors = Tensors([file])
    about = read_about(file)
    arrays = {name: _array(tensors, name, file) for name in tensors}
    if checksum(arrays.items()) != about.sum:
        raise broken(file, "the numbers that were written", "others: the disk or a copy lost some")
    params: dict[str, Array] = {}
    slots: dict[str, dict[str, Array]] = {name: {} for name in about.slots}
    measured: dict[int, Array] = {}
    for name, array in arrays.items():
        kind, _, rest = name.partition("/")
        slot, _, path = rest.partition("/")
        if kind == PARAMS:
            params[rest] = array
        elif kind == SLOTS and slot in slots:
            slots[slot][path] = array
        elif kind == HISTORY and rest.isdecimal() and len(rest) < 9:
            measured[int(rest)] = array
        elif name != STEPS:
            raise broken(file, "weights, an optimiser's state and a history", brief(name))
    history = _history(file, about, measured, arrays.get(STEPS))
    state = State(about.taken, slots)
    return Checkpoint(params, state, about.step, history, about.whose)


def _array(tensors: Tensors, name: str, file: Path) -> Array:
    """Return an array of one's own, in the dtype in which it was written."""
    kind = tensors[name].dtype
    if kind not in DTYPES:
        raise broken(file, " or ".join(DTYPES), f"{kind} for {brief(name)}")
    return np.array(tensors.read(name), DTYPES[kind], order="C")


def _history(
    file: Path, about: Notes, measured: Mapping[int, Array], steps: Array | None
) -> History:
    """Put together what was measured; every table has as many rows as there are steps."""
    names = about.measured
    count = 0 if steps is None else len(steps) if steps.ndim == 1 else -1
    shapes = {place: (count, len(each)) for place, each in enumerate(names.values())}
    if {place: array.shape for place, array in measured.items()} != shapes:
        raise broken(file, "a history with a row for every step", "other rows, or other names")
    whole = np.zeros(0, np.int64) if steps is None else steps.astype(np.int64)
    found = {
        key: Measured(each, whole, measured[place])
        for place, (key, each) in enumerate(names.items())
    }
    return History(found, about.stride)
