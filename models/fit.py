"""A checkpoint's tensors become a graph's parameters, or one error lists all that does not fit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.graph import Graph, LoadError, show_shape
from cutaway.graph.errors import explain
from cutaway.interop import Tensors, brief
from cutaway.interop.tensors import FLOATS
from cutaway.models.family import Family, Outputs
from cutaway.models.rows import Source, sources

Array = npt.NDArray[Any]
MOST = 200  # lines of each kind in one message


@dataclass(slots=True)
class Misfits:
    """What does not fit, by kind."""

    found: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, tensor: str, text: str) -> None:
        """Remember one tensor that does not fit."""
        self.found.setdefault(kind, []).append(f"{brief(tensor)}: {text}")

    def __str__(self) -> str:
        lines: list[str] = []
        for kind, entries in self.found.items():
            lines.append(f"  {kind}, {len(entries)}:")
            lines += [f"    {entry}" for entry in entries[:MOST]]
            lines += [f"    … and {len(entries) - MOST} more"] * (len(entries) > MOST)
        return "\n".join(lines)


def fit(
    family: Family, outputs: Outputs, tensors: Tensors, where: str
) -> tuple[Outputs, dict[str, Array]]:
    """Return the outputs that the tensors suffice for, and an array for each parameter.

    Arrays are views of the mapped files wherever the layout allows it.

    Raises
    ------
    LoadError
        Listing every tensor that is missing, extra, of another shape or dtype, or holds NaN.
    """
    misfits = Misfits()
    names: dict[str, str] = {}  # as the table has them, to those in the file
    for name in tensors:
        plain = family.plain(name)
        if plain in names:
            misfits.add("twice", name, f"the same as {brief(names[plain])}")
        names[plain] = name
    kept = _supported(family, outputs, names)
    wanted = _wanted(family, kept)
    params: dict[str, Array] = {}
    for plain, source in wanted.items():
        if plain not in names:
            misfits.add("missing", plain, show_shape(source.shape))
        else:
            params.update(_read(tensors, names[plain], source, misfits))
    for plain, name in names.items():
        if plain not in wanted and not family.ignores(plain):
            misfits.add("extra", name, str(tensors[name]))
    if misfits.found:
        raise LoadError(
            explain(
                f"the weights do not fit the model that config.json describes\n{misfits}",
                where=where,
                fix="use config.json and weights of one and the same model",
            )
        )
    return kept, params


def _read(tensors: Tensors, name: str, source: Source, misfits: Misfits) -> dict[str, Array]:
    entry = tensors[name]
    if entry.shape != source.shape:
        required = f"{show_shape(source.shape)} required"
        misfits.add("wrong shape", name, f"{show_shape(entry.shape)}, {required}")
    if entry.dtype not in FLOATS:
        misfits.add("wrong dtype", name, f"{entry.dtype}, {' or '.join(FLOATS)} required")
    if entry.shape != source.shape or entry.dtype not in FLOATS:
        return {}  # what cannot be used is not read
    array = tensors.read(name)
    if np.isnan(array.min()):  # the least is NaN if any is
        misfits.add("NaN", name, f"{int(np.isnan(array).sum())} of {array.size} numbers")
    return source.parameters(array)


def _supported(family: Family, outputs: Outputs, names: Mapping[str, str]) -> Outputs:
    """Leave out an optional output of whose own tensors there is none."""
    kept = dict(outputs)
    for name in family.optional & outputs.keys():
        others = {key: node for key, node in kept.items() if key != name}
        own = _wanted(family, outputs).keys() - _wanted(family, others).keys()
        if not own & names.keys():
            kept = others
    return kept


def _wanted(family: Family, outputs: Outputs) -> dict[str, Source]:
    shapes = {node.path: node.shape for node in Graph(outputs.values()).parameters}
    whole = {path: tuple(map(int, shape)) for path, shape in shapes.items()}
    return sources(family.rows, whole)
