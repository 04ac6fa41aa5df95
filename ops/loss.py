"""Cross entropy, with label smoothing (Szegedy et al. 2016) and ignored targets."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from cutaway.graph import (
    Axes,
    Composite,
    Cotangents,
    Family,
    FeedError,
    Kind,
    Node,
    OptionError,
    Title,
    apply,
)
from cutaway.graph.errors import explain
from cutaway.ops.cast import cast
from cutaway.ops.compare import equal, not_equal
from cutaway.ops.indexing import one_hot, take
from cutaway.ops.lift import Value, operands
from cutaway.ops.movement import expand_dims
from cutaway.ops.reduction import mean, sum
from cutaway.ops.select import maximum, where
from cutaway.ops.size import dim
from cutaway.ops.softmax import log_softmax, softmax

Reduce = Literal["mean", "sum", "none"]


@dataclass(frozen=True, slots=True)
class CrossEntropy(Composite):
    """``-log softmax(logits)[target]`` for every position; 0 where the target is ignored."""

    label_smoothing: float = 0.0
    ignore_index: int | None = None
    name: ClassVar[str] = "cross_entropy"
    title: ClassVar[Title] = Title("Cross entropy", "交叉熵")
    family: ClassVar[Family] = "loss"
    takes: ClassVar[tuple[Kind, Kind]] = ("float", "int")
    cost: ClassVar[int] = 6

    def axes(self, *ranks: int) -> Axes:
        """Work along the classes."""
        labels = tuple(f"a{n}" for n in range(ranks[0]))
        return Axes((labels, labels[:-1]), labels[:-1], frozenset(labels[-1:]))

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Subtract the target's score from the logarithm of the summed exponentials."""
        logits, target = arrays[0], xp.asarray(arrays[1])
        valid = (
            xp.ones(target.shape, bool)
            if self.ignore_index is None
            else (target != self.ignore_index)
        )
        classes = logits.shape[-1]
        used = target[valid]
        if used.size and (xp.min(used) < 0 or xp.max(used) >= classes):
            raise FeedError(
                explain(
                    "cross_entropy: a target out of range",
                    required=f"0 to {classes - 1}, or ignore_index={self.ignore_index}",
                    came=str(int(used[(used < 0) | (used >= classes)][0])),
                )
            )
        shift = xp.max(logits, axis=-1, keepdims=True)
        total = xp.log(xp.sum(xp.exp(logits - shift), axis=-1)) + shift[..., 0]
        safe = xp.where(valid, target, 0)
        score = xp.take_along_axis(logits, safe[..., None], axis=-1)[..., 0]
        loss = total - score
        if self.label_smoothing:
            spread = total - xp.mean(logits, axis=-1)
            loss = (1.0 - self.label_smoothing) * loss + self.label_smoothing * spread
        return xp.where(valid, loss, xp.zeros_like(loss))

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """``softmax(logits) - wanted``, where the target counts."""
        logits, target = node.inputs
        valid, wanted = self._wanted(logits, target)
        kept = expand_dims(where(valid, ct, 0.0), -1)
        return kept * (softmax(logits) - wanted), None

    def expand(self, *nodes: Node) -> Node:
        """Add up the wanted distribution times the log-softmax."""
        logits, target = nodes
        valid, wanted = self._wanted(logits, target)
        return where(valid, -sum(_weighed(wanted, log_softmax(logits)), -1), 0.0)

    def _wanted(self, logits: Node, target: Node) -> tuple[Node, Node]:
        """Which targets count, and the smoothed distribution each asks for."""
        classes = logits.shape[-1]
        skip = -1 if self.ignore_index is None else self.ignore_index
        valid = not_equal(target, skip)
        wanted = one_hot(where(valid, target, 0), classes)
        if self.label_smoothing:
            share = self.label_smoothing / dim(classes)
            wanted = wanted * (1.0 - self.label_smoothing) + share
        return valid, wanted


def cross_entropy(
    logits: Value,
    target: Value,
    *,
    label_smoothing: float = 0.0,
    ignore_index: int | None = None,
    weight: Value | None = None,
    reduction: Reduce = "mean",
) -> Node:
    """Return the cross entropy of logits ``(..., classes)``.

    Parameters
    ----------
    target
        Class indices ``(...)``, or distributions ``(..., classes)`` as floats.
    label_smoothing
        How much of the wanted weight is spread over all classes.
    ignore_index
        A target that counts neither in the sum nor in the mean.
    weight
        A weight for each class; the mean is then weighted.
    reduction
        ``mean`` (over the targets that count), ``sum`` or ``none``.

    Examples
    --------
    >>> import cutaway as ca
    >>> logits, target = ca.input("logits", "B T V"), ca.input("target", "B T", dtype="int")
    >>> cross_entropy(logits, target, label_smoothing=0.1)
    <divide: float ()>
    """
    if not 0.0 <= label_smoothing < 1.0:
        raise OptionError(f"label_smoothing is a number from 0 to below 1, not {label_smoothing}")
    if reduction not in ("mean", "sum", "none"):
        raise OptionError(f"reduction is 'mean', 'sum' or 'none', not {reduction!r}")
    scores, wanted = (*operands(logits), *operands(target))
    weights = None if weight is None else operands(weight)[0]
    if wanted.dtype == "float":
        terms = _smooth(wanted, label_smoothing) * log_softmax(scores)
        loss = -sum(terms if weights is None else terms * weights, -1)
        return _REDUCE[reduction](loss)
    skip = -1 if ignore_index is None else ignore_index
    valid = not_equal(wanted, skip)
    if weights is None:
        loss = apply(CrossEntropy(float(label_smoothing), ignore_index), scores, wanted)
        counted = cast(valid, "float")
    else:
        safe = where(valid, wanted, 0)
        asked = _smooth(one_hot(safe, scores.shape[-1]), label_smoothing)
        loss = where(valid, -sum(_weighed(asked, log_softmax(scores)) * weights, -1), 0.0)
        counted = where(valid, take(weights, safe), 0.0)
    if reduction != "mean":
        return _REDUCE[reduction](loss)
    # where every target is ignored the mean is 0, not 0/0
    return sum(loss) / maximum(sum(counted), _TINY)


_TINY = 1e-12
_REDUCE: dict[str, Callable[[Node], Node]] = {"mean": mean, "sum": sum, "none": lambda loss: loss}


def _weighed(wanted: Node, logarithm: Node) -> Node:
    """Return the product with fixed weights, 0 where they are: there the logarithm may be -∞."""
    return where(equal(wanted, 0.0), 0.0, wanted * logarithm)


def _smooth(wanted: Node, label_smoothing: float) -> Node:
    if not label_smoothing:
        return wanted
    return wanted * (1.0 - label_smoothing) + label_smoothing / dim(wanted.shape[-1])
