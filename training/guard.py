"""Stop a training that goes wrong, and say where, when and why."""

import math
from dataclasses import dataclass
from statistics import median

from cutaway.graph import Title
from cutaway.training import reasons
from cutaway.training.culprit import culprit
from cutaway.training.record import TrainingStep
from cutaway.training.stopped import stopped

EARLY = 5  # steps: what a training begins with, and what it comes to
FIRST = 1e4  # the norm of gradients before which there were none: by any measure it is large
USUAL = 50  # steps: what is usual, is so in the last of them
MOVES = 0.2  # of their norm: weights that move further in a step move too far
STANDS = 1e-7  # … and that never move further stand still


@dataclass(frozen=True, slots=True)
class Guard:
    """A callback that stops a training whose loss or gradients go wrong.

    Losses that can be negative are only watched for NaN and infinity.

    Parameters
    ----------
    patience
        After so many steps a loss has to have fallen, and gradients to reach every block.
    fall
        By which share of itself, at least; below 0 it may even grow.
    diverging
        By which factor a loss may grow beyond what it was at first.
    exploding
        By which factor gradients may grow beyond what is usual for them.
    vanishing
        Which share of the largest block's gradient every other block's has to be.

    Examples
    --------
    >>> import cutaway as ca
    >>> x, w = ca.input("x", "N"), ca.parameter("w", ())
    >>> loss = ca.ops.square(x * w).mean()
    >>> ca.fit(loss, [{"x": [3.0]}], {"w": 1.0}, ca.run.SGD(0.5), steps=50)
    Traceback (most recent call last):
    cutaway.graph.errors.TrainingError: step 9: the loss diverges
      came:     it was 9 at step 0, and is 3.958e+13
      where:    w, where gradients grew most
      fix:      the learning rate 0.5 is likely too high: in a step the weights moved by 9 \
times their norm; try a quarter, 0.125
    """

    patience: int = 200
    fall: float = 0.01
    diverging: float = 3.0
    exploding: float = 1e4
    vanishing: float = 1e-7

    def __call__(self, record: TrainingStep) -> None:
        """Look at a step.

        Raises
        ------
        TrainingError
            If something is wrong.
        """
        for check in (_not_finite, _diverging, _exploding, _vanishing, _plateau):
            check(self, record)


def _not_finite(guard: Guard, record: TrainingStep) -> None:
    """Refuse a loss or gradients that are no numbers; say where the first bad value arose."""
    bad = [block for block, norm in record.gradient.items() if not math.isfinite(norm)]
    if math.isfinite(record.loss) and not bad:
        return
    found = culprit(record)
    what = reasons.BAD_LOSS.fill(loss=record.loss)
    if math.isfinite(record.loss):
        what = reasons.BAD_GRADIENTS.fill(blocks=", ".join(bad[:3]))
    cause = _rate_or(record, reasons.LOOK_FEEDS) if record.step else reasons.LOOK_FIRST
    where = reasons.FIRST_BAD.fill(path=found.path) if found else None
    block = found.block if found else (*bad, "")[0]
    raise stopped(record, "not-finite", what, found.told if found else None, block, where, cause)


def _diverging(guard: Guard, record: TrainingStep) -> None:
    """Refuse a loss that has grown far beyond what it was."""
    first, last = _losses(record, EARLY)
    if record.step + 1 < 2 * EARLY or min(first) <= 0:
        return
    if median(last) > guard.diverging * median(first):
        cause = _rate_or(record, reasons.LOOK_LABELS)
        _, block = _growth(record)
        where = reasons.GREW.fill(block=block)
        came = reasons.WAS.fill(first=first[0], last=median(last))
        raise stopped(record, "diverging", reasons.DIVERGES, came, block, where, cause)


def _exploding(guard: Guard, record: TrainingStep) -> None:
    """Refuse gradients far beyond what is usual; at the first step, beyond all reason."""
    before = [math.hypot(*row) for row in record.history.last("gradient", USUAL)[:-1]]
    usual = median(before) if before else FIRST
    if record.norm <= guard.exploding * max(usual, 1.0):
        return
    cause = _rate_or(record, reasons.LOOK_CLIP) if before else reasons.LOOK_WEIGHTS
    _, block = _growth(record)
    came = reasons.NORM.fill(norm=record.norm, block=block, own=record.gradient[block])
    came = reasons.USUALLY.fill(told=came, usual=usual) if before else came
    where = (reasons.GREW if before else reasons.LARGEST).fill(block=block)
    raise stopped(record, "exploding", reasons.EXPLODE, came, block, where, cause)


def _vanishing(guard: Guard, record: TrainingStep) -> None:
    """Refuse blocks that no gradient to speak of has reached for a long time."""
    if (record.step + 1) % guard.patience:
        return
    rows = [row for row in record.history.last("gradient", guard.patience) if max(row) > 0]
    for place, block in enumerate(record.gradient):
        share = max((row[place] / max(row) for row in rows), default=1.0)
        if share < guard.vanishing:
            came = reasons.SHARE.fill(share=share, count=len(rows))
            what, cause, where = reasons.VANISH, reasons.LOOK_BLOCK, Title(block, block)
            raise stopped(record, "vanishing", what, came, block, where, cause)


def _plateau(guard: Guard, record: TrainingStep) -> None:
    """Refuse a loss that has not fallen since the first step."""
    if record.step + 1 != guard.patience:
        return
    first, last = _losses(record, max(EARLY, guard.patience // 10))
    if min(first) <= 0 or median(last) < (1 - guard.fall) * median(first):
        return
    moved = _moved(record, guard.patience)
    if moved < STANDS:
        cause = reasons.STILL.fill(rate=record.rate)
    elif moved > MOVES:
        cause = _too_high(record, moved)
    else:
        cause = reasons.LOOK_TASK.fill(rate=record.rate)
    what = reasons.FLAT.fill(count=guard.patience)
    came = reasons.STOOD.fill(first=median(first), last=median(last))
    raise stopped(record, "plateau", what, came, "", None, cause)


def _losses(record: TrainingStep, count: int) -> tuple[list[float], list[float]]:
    """Return the first losses, and the last."""
    history = record.history
    return [x for (x,) in history.first("loss", count)], [x for (x,) in history.last("loss", count)]


def _growth(record: TrainingStep) -> tuple[float, str]:
    """Return by how much the gradient of a block grew since the first step, and which it is."""
    (first,) = record.history.first("gradient", 1)
    now = record.gradient
    if record.step == 0:
        return max((norm, block) for block, norm in now.items())
    pairs = zip(now.items(), first, strict=True)
    return max((norm / (before or 1.0), block) for (block, norm), before in pairs)


def _moved(record: TrainingStep, count: int) -> float:
    """Return how far the weights moved in one of the last steps, as a share of their norm."""
    rows = record.history.last("update", count)
    return max((row[0] for row in rows if math.isfinite(row[0])), default=0.0)


def _rate_or(record: TrainingStep, otherwise: Title) -> Title:
    """Blame the learning rate where weights moved too far; else something else."""
    moved = _moved(record, USUAL)
    return _too_high(record, moved) if moved > MOVES else otherwise


def _too_high(record: TrainingStep, moved: float) -> Title:
    return reasons.TOO_HIGH.fill(rate=record.rate, moved=moved, less=record.rate / 4)
