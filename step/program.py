"""A run of a graph as data: what the page needs to compute the same values, and to change them."""

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from typing import Any

import numpy as np

from cutaway.graph import Formula, Graph, Leaf, Node, Symbol, given_sizes, show
from cutaway.graph import formula as write
from cutaway.run.compile import Array, Arrays
from cutaway.step.block import single_blocks
from cutaway.step.gradients import Gradients, gradients
from cutaway.step.javascript import functions
from cutaway.step.opened import Entry, Opening
from cutaway.step.packed import Data, to_json
from cutaway.step.session import Session, own
from cutaway.step.shipped import length, sample, shipped
from cutaway.transform import Formulas

VERSION = 1
LIMIT = 1_200_000  # characters of all arrays
SAMPLE = 4_096  # numbers of one array, where not all are shipped
FILES = ("arrays.js", "special.js", "ops.js", "shipped.js", "changes.js", "machine.js")


def program(
    graph: Graph | Node | Iterable[Node],
    feeds: Arrays | None = None,
    params: Arrays | None = None,
    dims: Any = None,
    *,
    backward: bool = False,
    words: Mapping[str, Sequence[str]] | None = None,
    title: str = "",
) -> Data:
    """Return a run of a graph as plain data, with which a page computes.

    The nodes of the graph come first, in the order of evaluation, then the primitives inside of
    composites. Leaves hold their arrays. Where these are too large to be shipped, every node holds
    a sample of its value instead, and nothing can be changed.

    Parameters
    ----------
    graph, feeds, params, dims
        As for :func:`cutaway.evaluate`.
    backward
        Whether the gradients come along: of a scalar loss, or of the sum of all outputs.
    words
        What the places along an axis are called, by its size.
    title
        What the page is called.

    Returns
    -------
    dict
        What JSON can hold. ``nodes``: of each its ``id`` (its place), ``path``, ``op``, ``inputs``,
        ``shape`` and ``dtype``; ``latex``, ``formula_mathml``, and ``numbers_mathml``, in which
        texts ``operand 0`` … stand for numbers; ``scope`` with its ``kinds``; whether it is
        ``backward``, and ``forward_of``, the value whose gradient it is a part of. What computes it
        is a ``function`` with ``attrs``, or the node as which it is ``opened``, or ``data``.
        ``gradients``: the gradient of each value. ``steps``: those of level ``op``, by direction.
        ``editable``: whether values can be changed.

    Raises
    ------
    FeedError, ContractError, GradError
        As :class:`Stepper` does.
    OptionError
        For an op that a page cannot compute.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "T")
    >>> found = program(ca.ops.softmax(x) * 2.0, {"x": [0.0, 1.0]})
    >>> [node["path"] for node in found["nodes"] if not node["inner"]]
    ['x', 'softmax', 'constant', 'multiply']
    >>> found["steps"], found["outputs"], list(found["elementwise"])[-2:]
    ({'forward': [1, 3], 'backward': []}, [3], ['divide', 'multiply'])
    """
    forward = Graph.of(graph)
    back = gradients(forward) if backward else None
    whole = back.graph if back else forward
    sizes = given_sizes(whole, {} if dims is None else dims)
    session = Session(whole, own(feeds), params, sizes, None)
    opening = Opening(whole, session)
    editable = _fit([entry.value for entry in opening.entries if entry.value is not None])
    entries = opening.entries if editable else opening.entries[: len(whole.nodes)]
    number = {node: place for place, node in enumerate(whole.nodes)}
    writer = _Writer(whole, back, number)
    nodes = [
        {"id": place, **writer.node(entry), **_computed(entry)}
        for place, entry in enumerate(entries)
    ]
    if not editable:
        _sample(nodes, session)
    return {
        "version": VERSION,
        "title": title,
        "editable": editable,
        "sizes": dict(session.sizes),
        "words": {size: list(names) for size, names in (words or {}).items()},
        "nodes": nodes,
        "outputs": [number[node] for node in forward.outputs],
        "gradients": {str(number[n]): number[ct] for n, ct in back.of.items()} if back else {},
        "steps": {
            "forward": _steps(forward, frozenset(), number),
            "backward": _steps(whole, back.forward, number) if back else [],
        },
        "elementwise": {name: functions(*op) for name, op in opening.elementwise.items()},
    }


def script(found: Data) -> str:
    """Return JavaScript that declares ``Machine``, which computes the values of a program.

    Examples
    --------
    >>> import cutaway as ca
    >>> text = script(program(ca.ops.exp(ca.input("x", "T")), {"x": [0.0, 1.0]}))
    >>> text.startswith("const Machine"), "(a) => Math.exp(a)" in text
    (True, True)
    """
    rows = [f"  {to_json(name)}: {code}," for name, code in found["elementwise"].items()]
    table = "\n".join(["const ELEMENTWISE = {", *rows, "};"])
    folder = resources.files(__package__).joinpath("page")
    parts = [folder.joinpath(name).read_text("utf-8") for name in FILES]
    return "\n".join(["const Machine = (() => {", table, *parts, "return Machine;", "})();", ""])


def _fit(arrays: Sequence[Array]) -> bool:
    """Say whether arrays are small enough to be shipped; large ones are not even looked at."""
    return sum(array.size for array in arrays) <= LIMIT and sum(map(length, arrays)) <= LIMIT


class _Writer:
    """Writes what a page shows of nodes, apart from values."""

    def __init__(self, graph: Graph, back: Gradients | None, number: Mapping[Node, int]) -> None:
        self._graph, self._back, self._number = graph, back, number
        self._formulas = Formulas(graph)

    def node(self, entry: Entry) -> Data:
        """Write an entry; of one inside of an op, where it is."""
        node = entry.node
        if node is None:
            return {"path": entry.path, "op": entry.op.name, "inner": True}
        owner = self._back.owner.get(node) if self._back else None
        formulas: Data = {"latex": "", "formula_mathml": "", "numbers_mathml": ""}
        if not isinstance(node.op, Leaf):
            formula = self._formulas.op(node)
            formulas = {
                "latex": str(formula),
                "formula_mathml": formula.mathml,
                "numbers_mathml": _with_places(node).mathml,
            }
        return {
            "path": entry.path,
            "name": node.name,
            "op": entry.op.name,
            "title": node.op.title._asdict(),
            "family": node.op.family,
            "axes": [show(dim) for dim in node.shape],
            **formulas,
            "scope": list(node.scope.names),
            "kinds": list(node.scope.kinds),
            "backward": self._back is not None and node not in self._back.forward,
            "forward_of": None if owner is None else self._number[owner],
            "inner": False,
        }


def _with_places(node: Node) -> Formula:
    """Write an op with a text in the place of each operand, for its numbers."""
    return write(
        node,
        {
            source: Symbol(rf"\text{{operand {place}}}", f"operand {place}", counted=False)
            for place, source in enumerate(node.inputs)
        },
    )


def _computed(entry: Entry) -> Data:
    """Write what a value is computed with, or the array that is given."""
    return {
        "inputs": list(entry.inputs),
        "function": entry.function,
        "attrs": _attributes(entry) if entry.function else {},
        "opened": entry.opened,
        "shape": list(entry.shape),
        "dtype": entry.dtype,
        "sampled": False,
        "data": None if entry.value is None else shipped(entry.value),
    }


def _attributes(entry: Entry) -> Data:
    fields = dataclasses.fields(entry.op)  # type: ignore[arg-type]
    return {field.name: _plain(getattr(entry.op, field.name)) for field in fields}


def _plain(value: Any) -> Any:
    """Return a field of an op as JSON has it; infinities as texts that JavaScript reads."""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")
    return value


def _sample(nodes: Sequence[Data], session: Session) -> None:
    """Give every node a sample of its value, and nothing to compute it with."""
    most = min(SAMPLE, max(LIMIT // (6 * len(nodes)), 16))
    for data, node in zip(nodes, session.graph.nodes, strict=True):
        (value,) = session.values([node])
        places = sample(value, most)
        data["opened"] = None
        data["sampled"] = sum(map(len, places)) < sum(value.shape)
        data["places"] = [list(along) for along in places]
        data["data"] = shipped(_narrow(value[np.ix_(*places)]))


def _narrow(array: Array) -> Array:
    """Return floats as float32: enough to be looked at."""
    with np.errstate(all="ignore"):
        return array.astype(np.float32) if array.dtype.kind == "f" else array


def _steps(graph: Graph, hidden: Iterable[Node], number: Mapping[Node, int]) -> list[int]:
    return [number[block.node] for block in single_blocks(graph, frozenset(hidden))]
