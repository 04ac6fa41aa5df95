"""Rows of composites: ops that are also written in smaller primitives."""

from collections.abc import Callable
from typing import Any

import numpy as np
from drawing import FLOAT, INT, KIND, MISFIT, Built, Case, Draw, Reference, Sample, tensor
from scipy import special

import cutaway as ca
from cutaway import ops
from cutaway.graph import Op

EPS = 0.3  # large, so that short rows are smooth enough for finite differences


def normalised(op: type[Op], function: Callable[..., ca.Node], reference: Reference) -> Sample:
    """Return the row of a softmax-like op that keeps its axis."""

    def build(d: Draw) -> Built:
        x = d.floats(d.shape(1, 3))
        axis = d.axis(x.rank)
        return function(x, axis), lambda x: reference(x, axis=axis)

    return Sample(
        op,
        (build,),
        (
            (lambda: function(FLOAT, 1), ca.ShapeError, "there is no axis 1"),
            (lambda: function(INT), ca.DTypeError, KIND),
            (lambda: function(tensor()), ca.ShapeError, "a value with axes"),
        ),
    )


def summed(d: Draw) -> Built:
    """Logsumexp, keeping its axis or not."""
    x, kept = d.floats(d.shape(1, 3)), d.flag()
    axis = d.axis(x.rank)
    return ops.logsumexp(x, axis, kept), lambda x: special.logsumexp(x, axis=axis, keepdims=kept)


def norm(root_only: bool, affine: int) -> Case:
    """A normalisation along one axis or several, with a gain and perhaps a bias."""

    def build(d: Draw) -> Built:
        shape = d.shape(1, 3)
        axis: Any = d.axis(len(shape)) if d.flag() else d.axes(len(shape))
        axes = tuple(sorted(a % len(shape) for a in ((axis,) if isinstance(axis, int) else axis)))
        x = d.floats(shape)
        own = tuple(shape[a] for a in axes)
        extra = [d.floats(own) for _ in range(affine)]
        others = tuple(n for n in range(len(shape)) if n not in axes)

        def reference(x: Any, *affine: Any) -> Any:
            centred = x if root_only else x - x.mean(axes, keepdims=True)
            plain = centred / np.sqrt((centred**2).mean(axes, keepdims=True) + EPS)
            spread = [np.expand_dims(a, others) for a in affine]
            return plain * (spread[0] if spread else 1) + (spread[1] if len(spread) > 1 else 0)

        if root_only:
            return ops.rms_norm(x, *extra, axis=axis, eps=EPS), reference
        return ops.layer_norm(x, *extra, axis=axis, eps=EPS), reference

    return build


def biased(d: Draw) -> Built:
    """Layer normalisation with a bias alone."""
    x = d.floats((d.size(), d.size()))
    bias = d.floats(x.shape[-1:])

    def reference(x: Any, bias: Any) -> Any:
        return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + EPS) + bias

    return ops.layer_norm(x, bias=bias, eps=EPS), reference


def terms(logits: Any, wanted: Any, smoothing: float) -> Any:
    """Cross entropy with distributions, in numpy."""
    share = wanted * (1 - smoothing) + smoothing / logits.shape[-1]
    return -(share * special.log_softmax(logits, axis=-1)).sum(-1)


def one_hot(target: Any, classes: int) -> Any:
    """Distributions of targets, in numpy."""
    return (target[..., None] == np.arange(classes)).astype(float)


def entropy(reduction: Any) -> Case:
    """Cross entropy of indices, with smoothing and an ignored index."""

    def build(d: Draw) -> Built:
        lead, classes = d.shape(0, 2), d.symbol()
        smoothing, ignored = d.integer(0, 2) * 0.2, (None, 0)[d.integer(0, 2)]
        logits, target = d.floats((*lead, classes)), d.ints(lead, below=classes)

        def reference(x: Any, t: Any) -> Any:
            valid = np.ones(t.shape, bool) if ignored is None else t != ignored
            loss = np.where(valid, terms(x, one_hot(t, x.shape[-1]), smoothing), 0)
            if reduction == "none":
                return loss
            return loss.sum() / (max(valid.sum(), 1) if reduction == "mean" else 1)

        return ops.cross_entropy(
            logits, target, label_smoothing=smoothing, ignore_index=ignored, reduction=reduction
        ), reference

    return build


def weighted(d: Draw) -> Built:
    """Cross entropy with a weight for each class; the mean is weighted too."""
    length, classes = d.size(), d.symbol()
    logits, target = d.floats((length, classes)), d.ints((length,), below=classes)
    weight = d.floats((classes,), 0.5)

    def reference(x: Any, t: Any, w: Any) -> Any:
        return (terms(x, one_hot(t, x.shape[-1]) * w, 0.0)).sum() / w[t].sum()

    return ops.cross_entropy(logits, target, weight=weight), reference


def distributions(d: Draw) -> Built:
    """Cross entropy of distributions."""
    x, wanted = (d.floats((d.size(), 3), 0.1) for _ in range(2))
    loss = ops.cross_entropy(x, wanted, label_smoothing=0.1, reduction="sum")
    return loss, lambda x, w: terms(x, w, 0.1).sum()


TARGET = tensor("B", kind="int")
COMPOSITES = (
    normalised(ops.Softmax, ops.softmax, special.softmax),
    normalised(ops.LogSoftmax, ops.log_softmax, special.log_softmax),
    Sample(
        ops.LogSumExp,
        (summed,),
        (
            (lambda: ops.logsumexp(FLOAT, 1), ca.ShapeError, "there is no axis 1"),
            (lambda: ops.logsumexp(INT), ca.DTypeError, KIND),
        ),
    ),
    Sample(
        ops.LayerNorm,
        (norm(False, 0), norm(False, 1), norm(False, 2)),
        (
            (lambda: ops.layer_norm(tensor("B", 3), tensor(4)), ca.ShapeError, MISFIT),
            (lambda: ops.layer_norm(tensor("B", 3), tensor(1)), ca.ShapeError, MISFIT),
            (lambda: ops.layer_norm(FLOAT, tensor(1, 1)), ca.ShapeError, "the normalised axes"),
            (lambda: ops.layer_norm(FLOAT, eps=-1.0), ca.OptionError, "eps is a number"),
            (lambda: ops.layer_norm(INT), ca.DTypeError, KIND),
        ),
    ),
    Sample(ops.LayerNorm, (biased,), name="layer_norm with a bias alone"),
    Sample(
        ops.RMSNorm,
        (norm(True, 0), norm(True, 1)),
        (
            (lambda: ops.rms_norm(tensor("B", 3), tensor(4)), ca.ShapeError, MISFIT),
            (lambda: ops.rms_norm(FLOAT, axis=(0, 0)), ca.ShapeError, "named twice"),
        ),
    ),
    Sample(
        ops.CrossEntropy,
        (entropy("none"),),
        (
            (
                lambda: ops.cross_entropy(tensor("B", 3), tensor("B", kind="bool")),
                ca.DTypeError,
                "not_equal",
            ),
            (lambda: ops.cross_entropy(tensor(2, 3), tensor(4, kind="int")), ca.ShapeError, MISFIT),
            (
                lambda: ops.cross_entropy(tensor("B", 3), TARGET, label_smoothing=1.0),
                ca.OptionError,
                "label_smoothing",
            ),
            (
                lambda: ops.cross_entropy(tensor("B", 3), TARGET, reduction="max"),  # type: ignore[arg-type]
                ca.OptionError,
                "reduction is",
            ),
        ),
    ),
    Sample(
        ops.CrossEntropy,
        (entropy("mean"), entropy("sum"), weighted, distributions),
        name="cross_entropy reduced",
    ),
)
