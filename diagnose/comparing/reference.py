"""A trace from elsewhere: arrays by name, and which of a graph's values they are."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.diagnose.comparing.difference import Array, difference
from cutaway.diagnose.comparing.names import idle, renamed, unpacked
from cutaway.diagnose.comparing.places import Places
from cutaway.graph import Graph, LoadError, Node, OptionError, Parameter
from cutaway.graph.errors import explain
from cutaway.interop import read_arrays
from cutaway.ops import MatMul

GRADIENT = "grad/"  # what the names of gradients begin with


@dataclass(frozen=True, eq=False)
class Reference:
    """The arrays of a trace from elsewhere.

    Attributes
    ----------
    arrays
        Arrays by name.
    names
        What theirs are called here: ``{"h.*.mlp": "decoder/layer.*/feed_forward"}``.
    where
        The file, for messages.
    """

    arrays: Mapping[str, Array]
    names: Mapping[str, str] = field(default_factory=dict)
    where: str = ""

    @classmethod
    def of(cls, given: Any, names: Mapping[str, str]) -> "Reference | None":
        """Return what a caller gives as a reference: a file or a mapping; None if it is neither.

        Raises
        ------
        LoadError
            If a file cannot be read.
        OptionError
            If something in a mapping is no array of numbers.
        """
        if isinstance(given, str | os.PathLike):
            return cls(read_arrays(given), names, os.fspath(given))
        if isinstance(given, Mapping) and all(isinstance(name, str) for name in given):
            return cls({name: _array(name, value) for name, value in given.items()}, names)
        return None


def _array(name: str, value: npt.ArrayLike) -> Array:
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind not in "biuf":
        raise OptionError(
            explain(
                f"the reference's {name[:80]!r} is no array of numbers",
                came=f"{type(value).__name__} of {array.dtype}",
                fix="of a tensor give tensor.detach().numpy()",
            )
        )
    return array


@dataclass(frozen=True, eq=False)
class Found:
    """What of a reference fits a graph.

    Attributes
    ----------
    values, slopes
        Its values and gradients, by our nodes.
    names
        What it calls them.
    extra
        Its names that nothing here is called.
    turned
        The nodes whose arrays it has transposed.
    """

    values: dict[Node, Array]
    slopes: dict[Node, Array]
    names: dict[Node, str]
    extra: tuple[str, ...]
    turned: frozenset[Node]

    def shape(self, node: Node) -> tuple[int, ...]:
        """Return the shape of a value as the reference has it."""
        shape = self.values[node].shape
        return shape[::-1] if node in self.turned else shape


def found_in(reference: Reference, graph: Graph) -> Found:
    """Find the nodes of a reference's names: by path, by scope (its output), by known names.

    Raises
    ------
    LoadError
        If none fits.
    OptionError
        If a name that a caller says what it means isn't there.
    """
    _check_rules(reference)
    places = Places(graph)
    values: dict[Node, Array] = {}
    slopes: dict[Node, Array] = {}
    names: dict[Node, str] = {}
    extra: list[str] = []
    turned: set[Node] = set()
    for name, array in unpacked(reference.arrays):
        back = name.startswith(GRADIENT)
        plain = renamed(name.removeprefix(GRADIENT), reference.names)
        path, node = places.find(plain)
        if node is None:
            extra.append(name)
            continue
        if path != plain and _is_pytorchs(plain) and _is_weight(node, graph) and array.ndim == 2:
            array = array.T
            turned.add(node)
        known = (slopes if back else values).setdefault(node, array)
        if difference(known, array).relative > 0:  # a layer's last module, and the layer, agree
            extra.append(name)
        if node not in names or names[node].startswith(GRADIENT):
            names[node] = name
    if not values and not slopes:
        raise LoadError(
            explain(
                "nothing in the reference has a name of this graph",
                required="paths of nodes or scopes, such as " + graph.path(graph.outputs[0]),
                came=", ".join(extra[:5]) or "no arrays",
                where=reference.where,
                fix='say what is what: names={"theirs": "ours"}',
            )
        )
    return Found(values, slopes, names, tuple(extra), frozenset(turned))


def params_in(
    file: str | os.PathLike[str],
    graph: Graph,
    names: Mapping[str, str] | None = None,
    partial: bool = False,
) -> dict[str, Array]:
    """Return the parameters of a graph from a file, under their names here.

    Parameters
    ----------
    file
        A ``.npz`` or ``.safetensors`` file.
    graph
        Whose they are.
    names
        What theirs are called here: ``{"h.*.mlp": "decoder/layer.*/feed_forward"}``.
    partial
        Whether some may be lacking, if all that the file holds is a parameter of the graph: else
        one may have another name there.

    Raises
    ------
    LoadError
        If the file cannot be read, or lacks a parameter.
    """
    reference = Reference(read_arrays(file), names or {}, os.fspath(file))
    found = found_in(reference, graph)
    weights = {node.path: found.values[node] for node in graph.parameters if node in found.values}
    lacking = [node.path for node in graph.parameters if node.path not in weights]
    others = [name for n, name in found.names.items() if not isinstance(n.op, Parameter)]
    others += found.extra
    if lacking and (others or not partial):
        raise LoadError(
            explain(
                "the weights are not all there",
                required=", ".join(lacking[:5]),
                came=", ".join((others or list(reference.arrays))[:5]),
                where=reference.where,
            )
        )
    return weights


def _check_rules(reference: Reference) -> None:
    known = [name.removeprefix(GRADIENT) for name, _ in unpacked(reference.arrays)]
    for theirs in idle(known, reference.names):
        raise OptionError(
            explain(
                f"nothing in the reference is called {theirs!r}",
                required=", ".join(known[:5]) or "a name that it has",
                came=f"{theirs} = {reference.names[theirs]}",
                where=reference.where,
            )
        )


def _is_pytorchs(name: str) -> bool:
    """Say whether a name is that of the weight of a PyTorch layer, which is kept (out, in)."""
    return name.endswith("weight") and "/" not in name


def _is_weight(node: Node, graph: Graph) -> bool:
    """Say whether a node is a matrix that something is multiplied by."""
    return isinstance(node.op, Parameter) and any(
        isinstance(reader.op, MatMul) for reader in graph.readers[node]
    )
