"""Layer normalisation (Ba et al. 2016) and RMS normalisation (Zhang and Sennrich 2019)."""

from dataclasses import dataclass
from typing import Any, ClassVar

from cutaway.graph import (
    Axes,
    Composite,
    Cotangents,
    Family,
    Node,
    OptionError,
    ShapeError,
    Title,
    apply,
)
from cutaway.graph.errors import explain
from cutaway.ops.functions import rsqrt
from cutaway.ops.lift import Value, axes_of, operands
from cutaway.ops.movement import expand_dims
from cutaway.ops.reduction import mean, sum


@dataclass(frozen=True, slots=True)
class _Norm(Composite):
    """A normalisation along ``axis``; then a gain and perhaps a bias of those axes' shape."""

    axis: tuple[int, ...]
    eps: float = 1e-5
    cost: ClassVar[int] = 8

    def axes(self, *ranks: int) -> Axes:
        """Work along the axes; gain and bias have them too."""
        labels = tuple(f"a{n}" for n in range(ranks[0]))
        own = tuple(labels[n] for n in self.axis)
        return Axes((labels, *[own] * (len(ranks) - 1)), labels, frozenset(own))

    def _others(self, rank: int) -> tuple[int, ...]:
        return tuple(n for n in range(rank) if n not in self.axis)

    def _affine(self, xp: Any, x: Any, *arrays: Any) -> Any:
        """Scale and shift in place."""
        for change, array in zip((xp.multiply, xp.add), arrays, strict=False):
            x = change(x, xp.expand_dims(array, self._others(x.ndim)), out=x)
        return x

    def _affine_nodes(self, x: Node, nodes: tuple[Node, ...]) -> Node:
        spread = [expand_dims(node, self._others(x.rank)) for node in nodes]
        if spread:
            x = x * spread[0]
        return x + spread[1] if len(spread) > 1 else x

    def _affine_vjp(self, node: Node, plain: Node, ct: Node) -> tuple[Node, tuple[Node, ...]]:
        """The cotangents of the normalised value, and of gain and bias."""
        x, *affine = node.inputs
        others = self._others(x.rank)
        found = (sum(ct * plain, others), sum(ct, others))[: len(affine)]
        return (ct * expand_dims(affine[0], others) if affine else ct), found


@dataclass(frozen=True, slots=True)
class LayerNorm(_Norm):
    """``(x - mean) / sqrt(variance + eps) * weight + bias`` along axes."""

    name: ClassVar[str] = "layer_norm"
    function: ClassVar[str] = "LayerNorm"
    title: ClassVar[Title] = Title("LayerNorm", "层归一化")
    family: ClassVar[Family] = "norm"

    def latex(self, *args: str) -> str:
        """Write what it does with mean μ and variance σ² of each row."""
        x, *affine = args
        plain = rf"\frac{{{x} - \mu}}{{\sqrt{{\sigma^{{2}} + \epsilon}}}}"
        return " + ".join([r" \odot ".join([plain, *affine[:1]]), *affine[1:]])

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Normalise, then scale and shift."""
        x, *affine = arrays
        out = xp.subtract(x, xp.mean(x, axis=self.axis, keepdims=True))
        variance = xp.mean(xp.square(out), axis=self.axis, keepdims=True)
        out = xp.divide(out, xp.sqrt(variance + self.eps), out=out)
        return self._affine(xp, out, *affine)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """``(g - mean(g) - y mean(g y)) / deviation``, with y normalised and g its cotangent."""
        x = node.inputs[0]
        centred = x - mean(x, self.axis, keepdims=True)
        scale = rsqrt(mean(centred * centred, self.axis, keepdims=True) + self.eps)
        plain = centred * scale
        g, affine = self._affine_vjp(node, plain, ct)
        shared = mean(g, self.axis, keepdims=True)
        along = mean(g * plain, self.axis, keepdims=True)
        return ((g - shared - plain * along) * scale, *affine)

    def expand(self, *nodes: Node) -> Node:
        """Mean, variance, root, then gain and bias."""
        x, *affine = nodes
        centred = x - mean(x, self.axis, keepdims=True)
        variance = mean(centred * centred, self.axis, keepdims=True)
        return self._affine_nodes(centred * rsqrt(variance + self.eps), tuple(affine))


@dataclass(frozen=True, slots=True)
class RMSNorm(_Norm):
    """``x / sqrt(mean(x²) + eps) * weight`` along axes."""

    name: ClassVar[str] = "rms_norm"
    function: ClassVar[str] = "RMSNorm"
    title: ClassVar[Title] = Title("RMSNorm", "均方根归一化")
    family: ClassVar[Family] = "norm"

    def latex(self, *args: str) -> str:
        """Write what it does with the mean of the squares of each row."""
        mean = rf"\operatorname{{mean}}\left({args[0]}^{{2}}\right)"
        return r" \odot ".join([rf"\frac{{{args[0]}}}{{\sqrt{{{mean} + \epsilon}}}}", *args[1:]])

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Normalise, then scale."""
        x, *affine = arrays
        square = xp.mean(xp.square(x), axis=self.axis, keepdims=True)
        return self._affine(xp, xp.divide(x, xp.sqrt(square + self.eps)), *affine)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """``(g - y mean(g y)) / root``, with y normalised and g its cotangent."""
        x = node.inputs[0]
        scale = rsqrt(mean(x * x, self.axis, keepdims=True) + self.eps)
        plain = x * scale
        g, affine = self._affine_vjp(node, plain, ct)
        return ((g - plain * mean(g * plain, self.axis, keepdims=True)) * scale, *affine)

    def expand(self, *nodes: Node) -> Node:
        """Mean of squares, root, then gain."""
        x, *affine = nodes
        square = mean(x * x, self.axis, keepdims=True)
        return self._affine_nodes(x * rsqrt(square + self.eps), tuple(affine))


def layer_norm(
    x: Value,
    weight: Value | None = None,
    bias: Value | None = None,
    *,
    axis: int | tuple[int, ...] = -1,
    eps: float = 1e-5,
) -> Node:
    """Return ``(x - mean) / sqrt(variance + eps) * weight + bias`` along axes.

    Parameters
    ----------
    weight, bias
        Of the shape of those axes, in their order.
    axis
        One axis or several.
    eps
        Keeps a constant row from dividing by zero.

    Examples
    --------
    >>> import cutaway as ca
    >>> layer_norm(ca.input("x", "B T D"), ca.parameter("weight", "D"))
    <layer_norm: float (B, T, D)>
    """
    (node,) = operands(x)
    axes = axes_of(axis, node.rank, "layer_norm")
    affine = _affine("layer_norm", axes, weight, bias)
    if bias is not None and weight is None:
        plain = apply(LayerNorm(axes, _eps(eps)), node)
        others = tuple(n for n in range(node.rank) if n not in axes)
        return plain + expand_dims(affine[0], others)
    return apply(LayerNorm(axes, _eps(eps)), node, *affine)


def rms_norm(
    x: Value, weight: Value | None = None, *, axis: int | tuple[int, ...] = -1, eps: float = 1e-5
) -> Node:
    """Return ``x / sqrt(mean(x²) + eps) * weight`` along axes."""
    (node,) = operands(x)
    axes = axes_of(axis, node.rank, "rms_norm")
    return apply(RMSNorm(axes, _eps(eps)), node, *_affine("rms_norm", axes, weight, None))


def _eps(eps: float) -> float:
    if not 0 <= eps < float("inf"):
        raise OptionError(f"eps is a number of at least 0, not {eps}")
    return float(eps)


def _affine(
    what: str, axes: tuple[int, ...], weight: Value | None, bias: Value | None
) -> tuple[Node, ...]:
    nodes = operands(*(value for value in (weight, bias) if value is not None))
    for node in nodes:
        if node.rank != len(axes):
            raise ShapeError(
                explain(
                    f"{what}: weight and bias have the normalised axes",
                    required=f"{len(axes)} axes",
                    came=repr(node),
                )
            )
    return nodes
