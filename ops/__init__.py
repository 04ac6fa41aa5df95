"""The primitives, each declared once, by their array-API names and arguments."""

from cutaway.graph import Node
from cutaway.ops import arithmetic as _arithmetic
from cutaway.ops import compare as _compare
from cutaway.ops import linear as _linear
from cutaway.ops import reduction as _reduction
from cutaway.ops.activation import Gelu, GeluTanh, Silu, gelu, gelu_tanh, silu
from cutaway.ops.arithmetic import (
    Add,
    Divide,
    Multiply,
    Negative,
    Pow,
    Reciprocal,
    Square,
    Subtract,
    add,
    divide,
    multiply,
    negative,
    pow,
    reciprocal,
    square,
    subtract,
)
from cutaway.ops.backend import Numpy
from cutaway.ops.cast import Cast, StopGradient, cast, stop_gradient
from cutaway.ops.compare import (
    Equal,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    LogicalAnd,
    LogicalNot,
    LogicalOr,
    NotEqual,
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    not_equal,
)
from cutaway.ops.cumulative import CumulativeSum, cumulative_sum
from cutaway.ops.dropout import Dropout, dropout
from cutaway.ops.elementwise import Elementwise
from cutaway.ops.functions import (
    Cos,
    Erf,
    Exp,
    Log,
    Rsqrt,
    Sigmoid,
    Sin,
    Softplus,
    Sqrt,
    Tanh,
    cos,
    erf,
    exp,
    log,
    rsqrt,
    sigmoid,
    sin,
    softplus,
    sqrt,
    tanh,
)
from cutaway.ops.indexing import (
    Arange,
    CausalMask,
    OneHot,
    ScatterAdd,
    Take,
    arange,
    causal_mask,
    one_hot,
    scatter_add,
    take,
)
from cutaway.ops.joining import Concat, Pad, concat, pad, stack
from cutaway.ops.lift import Value, as_node
from cutaway.ops.linear import MatMul, matmul
from cutaway.ops.loss import CrossEntropy, cross_entropy
from cutaway.ops.movement import (
    BroadcastTo,
    ExpandDims,
    PermuteDims,
    Reshape,
    Squeeze,
    broadcast_to,
    expand_dims,
    matrix_transpose,
    permute_dims,
    reshape,
    squeeze,
)
from cutaway.ops.norm import LayerNorm, RMSNorm, layer_norm, rms_norm
from cutaway.ops.reduction import ArgMax, Max, Mean, Min, Sum, argmax, max, mean, min, sum
from cutaway.ops.select import (
    Abs,
    Maximum,
    Minimum,
    Relu,
    Where,
    abs,
    maximum,
    minimum,
    relu,
    where,
)
from cutaway.ops.size import Size, dim
from cutaway.ops.slicing import Place, Slice, index
from cutaway.ops.softmax import LogSoftmax, LogSumExp, Softmax, log_softmax, logsumexp, softmax


class _Operators:
    """Arithmetic on nodes, in ops."""

    def binary(self, name: str, left: object, right: object) -> Node:
        """Build the node of a binary operator."""
        found: Node = _BINARY[name](left, right)
        return found

    def negative(self, x: Node) -> Node:
        """``-x``."""
        return negative(x)

    def index(self, x: Node, key: object) -> Node:
        """``x[key]``."""
        return index(x, key)

    def transpose(self, x: Node, axes: tuple[int, ...] | None) -> Node:
        """``x.mT`` or ``x.transpose(axes)``."""
        return matrix_transpose(x) if axes is None else permute_dims(x, axes)

    def reshape(self, x: Node, shape: object) -> Node:
        """``x.reshape(shape)``."""
        return reshape(x, shape)

    def reduce(
        self, name: str, x: Node, axis: int | tuple[int, ...] | None, keepdims: bool
    ) -> Node:
        """``x.sum()`` and the like."""
        found: Node = getattr(_reduction, name)(x, axis, keepdims)
        return found


_BINARY = {
    name: getattr(module, name)
    for module, names in (
        (_arithmetic, ("add", "subtract", "multiply", "divide", "pow")),
        (_linear, ("matmul",)),
        (_compare, ("less", "less_equal", "greater", "greater_equal", "logical_and", "logical_or")),
    )
    for name in names
}
Node.operators = _Operators()

__all__ = [
    "Abs",
    "Add",
    "Arange",
    "ArgMax",
    "BroadcastTo",
    "Cast",
    "CausalMask",
    "Concat",
    "Cos",
    "CrossEntropy",
    "CumulativeSum",
    "Divide",
    "Dropout",
    "Elementwise",
    "Equal",
    "Erf",
    "Exp",
    "ExpandDims",
    "Gelu",
    "GeluTanh",
    "Greater",
    "GreaterEqual",
    "LayerNorm",
    "Less",
    "LessEqual",
    "Log",
    "LogSoftmax",
    "LogSumExp",
    "LogicalAnd",
    "LogicalNot",
    "LogicalOr",
    "MatMul",
    "Max",
    "Maximum",
    "Mean",
    "Min",
    "Minimum",
    "Multiply",
    "Negative",
    "NotEqual",
    "Numpy",
    "OneHot",
    "Pad",
    "PermuteDims",
    "Place",
    "Pow",
    "RMSNorm",
    "Reciprocal",
    "Relu",
    "Reshape",
    "Rsqrt",
    "ScatterAdd",
    "Sigmoid",
    "Silu",
    "Sin",
    "Size",
    "Slice",
    "Softmax",
    "Softplus",
    "Sqrt",
    "Square",
    "Squeeze",
    "StopGradient",
    "Subtract",
    "Sum",
    "Take",
    "Tanh",
    "Value",
    "Where",
    "abs",
    "add",
    "arange",
    "argmax",
    "as_node",
    "broadcast_to",
    "cast",
    "causal_mask",
    "concat",
    "cos",
    "cross_entropy",
    "cumulative_sum",
    "dim",
    "divide",
    "dropout",
    "equal",
    "erf",
    "exp",
    "expand_dims",
    "gelu",
    "gelu_tanh",
    "greater",
    "greater_equal",
    "index",
    "layer_norm",
    "less",
    "less_equal",
    "log",
    "log_softmax",
    "logical_and",
    "logical_not",
    "logical_or",
    "logsumexp",
    "matmul",
    "matrix_transpose",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "multiply",
    "negative",
    "not_equal",
    "one_hot",
    "pad",
    "permute_dims",
    "pow",
    "reciprocal",
    "relu",
    "reshape",
    "rms_norm",
    "rsqrt",
    "scatter_add",
    "sigmoid",
    "silu",
    "sin",
    "softmax",
    "softplus",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "stop_gradient",
    "subtract",
    "sum",
    "take",
    "tanh",
    "where",
]
