"""The training loop: deterministic, watched, and resumed exactly."""

import math
import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from cutaway.graph import Graph, Node, OptionError, SaveError
from cutaway.graph.errors import explain
from cutaway.run import Optimizer, State
from cutaway.run.compile import Array
from cutaway.training.alone import alone
from cutaway.training.blocks import blocks
from cutaway.training.callbacks import checked, entered, tell
from cutaway.training.checkpoint import Checkpoint
from cutaway.training.folder import Folder
from cutaway.training.guard import Guard
from cutaway.training.history import History
from cutaway.training.reasons import BAD_WEIGHT, BAD_WEIGHTS, CLIP
from cutaway.training.record import MEASURED, Callback, TrainingStep
from cutaway.training.stopped import stopped
from cutaway.training.take import Batches, Training, own

GUARD = (Guard(),)


@dataclass(frozen=True, slots=True)
class Fit:
    """What a training gave.

    Attributes
    ----------
    params
        The weights, by path.
    state
        What the optimiser remembers.
    history
        What was measured at every step.
    resumed
        How many of the steps were taken before, by a run that was interrupted.
    """

    params: dict[str, Array]
    state: State
    history: History
    resumed: int = 0


def fit(
    loss: Graph | Node,
    batches: Batches,
    params: Mapping[str, Array],
    optimizer: Optimizer,
    *,
    steps: int,
    dims: Any = None,
    clip: float | None = None,
    watch: Mapping[str, Node] | None = None,
    callbacks: Iterable[Callback] = GUARD,
    checkpoint: str | os.PathLike[str] | None = None,
    every: int = 100,
    seed: int = 0,
) -> Fit:
    """Train: the same arguments give the same weights, also after an interruption.

    Parameters
    ----------
    loss
        A float scalar.
    batches
        A function of the step, counted from 0, and of a random generator made for that step,
        which gives the feeds; or a sequence of feeds, taken in turns. An iterator could not be
        wound forward to the step at which a training is resumed.
    params
        The first weights; they are not changed.
    optimizer
        Such as :class:`cutaway.run.Adam`.
    dims
        Sizes that no array shows.
    clip
        Scale gradients down to at most this norm.
    watch
        Nodes to measure at every step, such as :func:`attention_entropy` gives.
    callbacks
        Called with a :class:`TrainingStep` after each step, in order; all are, even where one of
        them stops the training. One that is a context manager is entered before the first step
        and left after the last, whatever happens; what goes wrong in leaving it is a warning.
        By default a :class:`Guard`.
    checkpoint
        A folder. The training's state is written there every ``every`` steps and at the end;
        if it holds a checkpoint already, the training goes on from there. Whether it can be
        written is found out before the first step; where it no longer can be later on, that is a
        warning, and the training goes on.
    seed
        Of the generators that ``batches`` gets.

    Raises
    ------
    TrainingError
        If weights are no longer finite; and what callbacks raise, such as a guard.
    LoadError
        If the checkpoint is broken, or that of another model, optimiser, clip, seed or watch, or
        of other first weights.
    SaveError
        If the folder of checkpoints takes no file, or another training is writing into it.
    FeedError
        If ``batches`` give no feeds, or feeds that do not fit.
    OptionError
        For arguments that have no meaning.

    Examples
    --------
    >>> import cutaway as ca
    >>> x, y, w = ca.input("x", "N"), ca.input("y", "N"), ca.parameter("w", ())
    >>> loss = ca.ops.square(x * w - y).mean()
    >>> feeds = {"x": np.array([1.0, 2.0]), "y": np.array([3.0, 6.0])}
    >>> done = fit(loss, [feeds], {"w": np.array(0.0)}, ca.run.SGD(0.1), steps=50)
    >>> round(float(done.params["w"]), 3), done.history["loss"][""][0]
    (3.0, np.float64(22.5))
    """
    watched = dict(watch or {})
    _check(steps, every, watched)
    listed = checked(callbacks)
    graph = Graph.of(loss)
    if not graph.parameters:
        raise OptionError(explain("there is nothing to train", required="a parameter of the loss"))
    training = Training(graph, batches, optimizer, steps, dims, clip, watched, seed)
    first = {path: _float(own(array)) for path, array in params.items()}
    same = {"clip": clip, "seed": seed, "watch": ", ".join(sorted(watched)) or "nothing"}
    folder = Folder(checkpoint, graph, first, optimizer, **same) if checkpoint is not None else None
    with alone(folder.path) if folder else nullcontext():
        at = (folder.newest() if folder else None) or Checkpoint(first)
        if at.step > steps:
            raise OptionError(
                explain(
                    f"the training in {checkpoint} is further already",
                    required=f"at least steps={at.step}",
                    came=f"steps={steps}",
                    fix="give another folder to begin again",
                )
            )
        after = at if at.step == steps else _trained(training, at, listed, folder, every)
    return Fit(after.params, after.state, after.history, at.step)


def _trained(
    training: Training,
    at: Checkpoint,
    callbacks: Sequence[Callback],
    folder: Folder | None,
    every: int,
) -> Checkpoint:
    """Return where a training stands after its last step."""
    if folder:
        folder.probe(at)
    with entered(callbacks):
        while at.step < training.steps:
            record, after = training.take(at)
            tell(callbacks, record)
            _check_finite(record, after)
            at = after
            if folder and (at.step % every == 0 or at.step == training.steps):
                _keep(folder, at)
    return at


def _keep(folder: Folder, at: Checkpoint) -> None:
    """Write a checkpoint; a disk that is full must not throw away hours of training."""
    try:
        folder.write(at)
    except SaveError as error:
        warnings.warn(f"no checkpoint at step {at.step}: {error}", stacklevel=4)


def _float(array: Array) -> Array:
    """Return weights as floats, so that they can change a little."""
    return array if array.dtype.kind not in "iub" else array.astype(np.float64)


def _check(steps: int, every: int, watch: Mapping[str, Node]) -> None:
    for name, count, least in (("steps", steps, 0), ("every", every, 1)):
        if not isinstance(count, int | np.integer) or count < least:
            required = f"a whole number, at least {least}"
            raise OptionError(
                explain(f"{name} is no count", required=required, came=repr(count)[:80])
            )
    taken = sorted({*MEASURED} & watch.keys())
    if taken:
        raise OptionError(
            explain(
                f"watch has {taken[0]!r}, which is measured anyway",
                required=f"other names than {', '.join(MEASURED)}",
            )
        )


def _check_finite(record: TrainingStep, after: Checkpoint) -> None:
    """Refuse weights that are not finite: no checkpoint of them replaces a good one."""
    if math.isfinite(record.update):
        return
    bad = [path for path, array in after.params.items() if not np.isfinite(array).all()]
    if not bad:
        return  # they are large: their squares are not finite
    came = BAD_WEIGHT.fill(path=bad[0], count=len(bad), loss=record.loss)
    block, fix = blocks(record.graph.parameters)[bad[0]], CLIP.fill(rate=record.rate)
    raise stopped(record, "not-finite", BAD_WEIGHTS, came, block, None, fix)
