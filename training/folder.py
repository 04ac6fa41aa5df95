"""A folder of checkpoints: written whole or not at all, and the one before is kept."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from cutaway.graph import Graph, LoadError, SaveError, save, show_shape
from cutaway.graph.errors import explain
from cutaway.graph.files import FOLDER, TEMPORARY, file_path, probe
from cutaway.run import Optimizer, State
from cutaway.run.compile import Array
from cutaway.training.checkpoint import Checkpoint, checksum, read_checkpoint, to_bytes
from cutaway.training.identity import fingerprint
from cutaway.training.notes import broken
from cutaway.training.settings import constants

NAME = "step-{:08d}.safetensors"
PATTERN = re.compile(r"step-(\d{8,15})\.safetensors")
LEFT = re.compile(TEMPORARY.replace(".", r"\.").format("[0-9a-f]{16}"))
KEPT = 2  # the newest, and the one before it


class Folder:
    """The checkpoints of one training.

    Parameters
    ----------
    path
        Where they stand; it is made where it is missing.
    graph, params, optimizer
        Whose they are: a checkpoint of others is refused, or one of other first weights.
    others
        Other settings that have to be the same, such as the seed.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        graph: Graph,
        params: Mapping[str, Array],
        optimizer: Optimizer,
        **others: object,
    ) -> None:
        self.path = file_path(path)
        with _writing(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
        self._params = params
        self._whose = constants(optimizer)
        self._whose |= {name: str(value) for name, value in others.items()}
        self._whose |= {"graph": fingerprint(graph), "weights": f"{checksum(params.items()):08x}"}

    def newest(self) -> Checkpoint | None:
        """Return the newest checkpoint, or None where there is none yet.

        Raises
        ------
        LoadError
            If it is broken, or that of another training. The files stay as they are.
        """
        files = self._files()
        if not files:
            return None
        found = _read(files)
        self._check(found, files[-1])
        state = State(found.state.step, {k: self._ordered(a) for k, a in found.state.slots.items()})
        return replace(found, params=self._ordered(found.params), state=state)

    def _ordered(self, arrays: Mapping[str, Array]) -> dict[str, Array]:
        """Return arrays in the order of the weights: sums over all of them depend on it."""
        return {path: arrays[path] for path in (*self._params, *arrays) if path in arrays}

    def probe(self, checkpoint: Checkpoint) -> None:
        """Refuse, before the first step, what could not be written after many.

        Raises
        ------
        SaveError
            If the folder takes no file.
        OptionError
            If a weight is of a dtype that a checkpoint does not hold.
        """
        probe(self.path / NAME.format(checkpoint.step))
        to_bytes(checkpoint, self._whose)

    def write(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint; then, and only then, the oldest is deleted.

        Raises
        ------
        SaveError
            If it cannot be written. Those that are there stay.
        """
        content = to_bytes(checkpoint, self._whose)
        save(self.path / NAME.format(checkpoint.step), content, sync=True)
        with _writing(self.path):
            halves = [file for file in self.path.iterdir() if LEFT.fullmatch(file.name)]
            for old in (*self._files()[:-KEPT], *halves):  # and what a killed run left half-written
                old.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        """Return the checkpoints that there are, the oldest first."""
        found = {file: PATTERN.fullmatch(file.name) for file in self.path.iterdir()}
        steps = {file: int(match[1]) for file, match in found.items() if match}
        return sorted(steps, key=lambda file: steps[file])

    def _check(self, found: Checkpoint, file: Path) -> None:
        """Refuse the checkpoint of another training, and say what is different."""
        differs = _misfit(found.params, self._params)
        for name in {**self._whose, **found.whose}:
            own, other = (each.get(name, "none") for each in (self._whose, found.whose))
            if not differs and other != own:
                differs = (name, *DIGESTS.get(name, (own, other)))
        if differs:
            what, own, other = differs
            raise LoadError(
                explain(
                    f"{file} is the checkpoint of another training",
                    required=f"{what}: {own}",
                    came=other,
                    fix="to go on, give what it was begun with; to begin again, a new folder",
                )
            )


def _read(files: Sequence[Path]) -> Checkpoint:
    """Return the last of several checkpoints; where it is broken, say how to go on without it."""
    *before, file = files
    try:
        found = read_checkpoint(file)
        if NAME.format(found.step) != file.name:
            raise broken(file, f"the name {NAME.format(found.step)}", "another step's name")
    except LoadError as error:
        told = str(error).partition("\n  fix:")[0]  # its own advice is for a file alone
        then = f"goes on from the one before it, {before[-1].name}" if before else "begins again"
        fix = f"move it away: the training then {then}"
        raise LoadError(explain(told, fix=fix)) from None
    return found


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn what the system refuses into an error that says what to do."""
    try:
        yield
    except OSError as error:
        came = error.strerror or str(error)
        raise SaveError(explain(f"{path} takes no checkpoint", came=came, fix=FOLDER)) from None


DIGESTS = {  # what is said where they differ
    "graph": (
        "the ops of this one",
        "the same parameters, other ops: a mask, a scale, an activation?",
    ),
    "weights": ("the first weights of this one", "others of the same shapes: of another seed?"),
}


def _misfit(found: Mapping[str, Array], own: Mapping[str, Array]) -> tuple[str, str, str] | None:
    """Return the first parameter that differs, as it is here and there."""
    for path in (*own, *found):
        here, there = (
            f"{each[path].dtype} {show_shape(each[path].shape)}" if path in each else "no such"
            for each in (own, found)
        )
        if here != there:
            return f"the parameter {path}", here, there
    return None
