"""What the kernels do at illegal sizes when nothing guards them."""

import warnings
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from cutaway.graph import Condition, Graph, Leaf, Node
from cutaway.graph.dims import evaluate
from cutaway.graph.leaves import Constant
from cutaway.ops import Numpy

Outcome = Literal["fails", "another shape", "silent", "too large"]
LARGEST = 2**22  # elements of one array
KERNELS = 20_000  # runs of a kernel, over all replays of one graph

_XP = Numpy(np.float64)


class Replay:
    """Runs a graph's kernels at sizes that break some of its conditions.

    A node that asks for nothing broken, and reads from none that does, gives what its shape says:
    it isn't run. So a replay begins at the first node that is asked too much.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.left = KERNELS
        self._asking: dict[Condition, list[Node]] = {}
        for node in graph.nodes:
            for condition in node.conditions:
                self._asking.setdefault(condition, []).append(node)

    def __call__(self, sizes: Mapping[str, int]) -> Outcome:
        """Return what happens: an error, a shape that isn't the predicted one, or nothing."""
        touched = {
            node
            for condition, nodes in self._asking.items()
            if not condition.holds(sizes)
            for node in nodes
        }
        values: dict[Node, Any] = {}
        another = False
        try:
            for node in self.graph.nodes:
                if node not in touched and not any(source in touched for source in node.inputs):
                    continue
                touched.add(node)
                if self.left <= 0:
                    return "too large"
                self.left -= 1
                for source in node.inputs:
                    if source not in values:
                        values[source] = _zeros(source, sizes)
                if isinstance(node.op, Leaf) and not isinstance(node.op, Constant):
                    values[node] = _zeros(node, sizes)
                else:
                    values[node] = _run(node, sizes, [values[s] for s in node.inputs])
                another |= tuple(values[node].shape) != _shape(node, sizes)
        except _TooLargeError:
            return "too large"
        except Exception:  # whatever it is: it failed
            return "fails"
        return "another shape" if another else "silent"


class _TooLargeError(Exception):
    """An array that is not worth making."""


def _shape(node: Node, sizes: Mapping[str, int]) -> tuple[Fraction, ...]:
    return tuple(evaluate(dim, sizes) for dim in node.shape)


def _zeros(node: Node, sizes: Mapping[str, int]) -> Any:
    lengths = _shape(node, sizes)
    if any(length.denominator != 1 for length in lengths):
        raise ValueError("no array has such a length")
    shape = [max(0, int(length)) for length in lengths]
    if np.prod(shape, dtype=float) > LARGEST:
        raise _TooLargeError
    return np.zeros(shape, _XP.dtype_of(node.dtype))


def _run(node: Node, sizes: Mapping[str, int], arrays: list[Any]) -> Any:
    if np.prod([float(size) for size in _shape(node, sizes)]) > LARGEST:
        raise _TooLargeError
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asarray(node.op.bind(sizes).kernel(_XP, *arrays))
