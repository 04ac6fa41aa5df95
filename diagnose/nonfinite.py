"""The first NaN or infinity: the op that made it of numbers that were in order."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from cutaway.diagnose.case import Case, Seen
from cutaway.graph import Node, Parameter
from cutaway.ops import (
    Divide,
    Exp,
    Log,
    MatMul,
    Multiply,
    Pow,
    Reciprocal,
    Rsqrt,
    Sqrt,
    Subtract,
)
from cutaway.run.compile import Array


def bad_leaf(case: Case) -> Seen | None:
    """Return the first input or parameter that holds NaN or infinity and should not."""
    for node in case.graph.nodes:
        if node.inputs or node not in case.values or node.dtype != "float":
            continue
        array = case.values[node]
        wrong = np.isnan(array) if node in case.masked else ~np.isfinite(array)
        if isinstance(node.op, Parameter) and wrong.any():
            key = "nan.parameter" if np.isnan(array).any() else "inf.parameter"
            return leaf(key, node, array, wrong)
        if node in case.graph.inputs and np.isnan(array).any():
            return leaf("nan.input", node, array, np.isnan(array))
    return None


def leaf(key: str, node: Node, array: Array, wrong: Array) -> Seen:
    """Say which numbers of an input or a parameter are wrong."""
    return Seen(
        key,
        node,
        {
            "name": node.path,
            "count": int(wrong.sum()),
            "size": array.size,
            "place": tuple(int(axis[0]) for axis in np.nonzero(wrong)),
        },
    )


def born(node: Node, value: Array, inputs: Sequence[Array], meant: Collection[Node] = ()) -> bool:
    """Say whether a bad number is in a value, and came from good ones.

    -∞ is good: masks are made of it. What an input has already is not new. In the nodes in which
    infinity is ``meant``, only NaN is bad.
    """
    if value.dtype.kind != "f" or np.isfinite(value).all():
        return False
    if node in meant and not np.isnan(value).any():
        return False
    floats = [array for array in inputs if array.dtype.kind == "f"]
    if any(np.isnan(array).any() or np.isposinf(array).any() for array in floats):
        return False
    if np.isnan(value).any() or np.isposinf(value).any():
        return True
    return bool(node.inputs) and not any(np.isneginf(array).any() for array in floats)


def first_bad(case: Case, values: Mapping[Node, Array]) -> Seen | None:
    """Return the first bad node of a forward pass; leaves are for :func:`bad_leaf`."""
    fixed = set(case.graph.nodes) - case.reading.fed - case.reading.learned
    meant = case.masked | fixed  # masks made by a logarithm or a quotient
    for node in case.graph.nodes:
        value, inputs = values[node], [values[source] for source in node.inputs]
        if node.inputs and born(node, value, inputs, meant):
            kind = "nan" if np.isnan(value).any() else "inf"
            return Seen(f"{kind}.{_why(node, inputs)}", node, _words(node, inputs))
    return None


def _why(node: Node, inputs: list[Array]) -> str:
    """Say which mistake of arithmetic it is."""
    op, infinite = node.op, any(np.isinf(a).any() for a in inputs if a.dtype.kind == "f")
    if isinstance(op, Exp):
        return "exp"
    if isinstance(op, Log):
        return "log"
    if isinstance(op, Sqrt | Rsqrt | Pow) and (inputs[0] < 0).any():
        return "root"
    if isinstance(op, Divide | Reciprocal | Rsqrt | Pow) and (inputs[-1] == 0).any():
        return "zero"
    if isinstance(op, Subtract) and infinite:
        return "minus"
    if isinstance(op, Multiply | MatMul) and infinite:
        return "times"
    return "overflow"


def _words(node: Node, inputs: list[Array]) -> dict[str, Any]:
    floats = [array[np.isfinite(array)] for array in inputs if array.dtype.kind == "f"]
    least = min((float(a.min()) for a in floats if a.size), default=0.0)
    most = max((float(a.max()) for a in floats if a.size), default=0.0)
    dtype = next((str(a.dtype) for a in inputs if a.dtype.kind == "f"), "float32")
    return {"op": node.op.name, "least": least, "most": most, "dtype": dtype}
