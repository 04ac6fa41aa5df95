"""What is typed into the line at the bottom: breakpoints, watches and knock-outs, read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cutaway.graph import OptionError
from cutaway.graph.errors import explain
from cutaway.run.compile import Array
from cutaway.step.breakpoint import Breakpoint
from cutaway.step.knockout import HEAD, PARTS
from cutaway.step.patch import Patch
from cutaway.step.stepper import Stepper
from cutaway.step.terminal.layout import Place
from cutaway.step.watch import Watch

KINDS = (HEAD, *PARTS)
READS: dict[str, Callable[[Array], Any]] = {
    "max": np.max,
    "min": np.min,
    "mean": np.mean,
}
CELL = re.compile(r"(.*?)\s*\[([\d\s,]*)\]$")
WHEN = re.compile(r"(?:^|\s)when=(.*)$")


@dataclass(frozen=True)
class Element:
    """Reads one element of an array."""

    cell: Place

    def __call__(self, array: Array) -> Any:
        """Return the element."""
        return array[self.cell]


def add_breakpoint(stepper: Stepper, text: str) -> Breakpoint:
    """Add a breakpoint: ``*/softmax``, ``op=matmul``, ``changes``, ``when=abs > 1``, or several.

    Raises
    ------
    OptionError
        If it means nothing, or fits nothing.
    """
    condition = WHEN.search(text)
    rest = text[: condition.start()] if condition else text
    found: dict[str, Any] = {"when": condition[1].strip()} if condition else {}
    for word in rest.split():
        if word == "changes":
            found["changes"] = True
        elif word.startswith("op="):
            found["op"] = word[3:]
        elif "path" in found:
            fix = "*/softmax op=softmax when=abs > 1"
            raise OptionError(explain(f"{word!r} is a second path", required="one", fix=fix))
        else:
            found["path"] = word
    if not found:
        raise OptionError(explain("nothing says where to stop", fix="*/softmax, op=softmax"))
    return stepper.breakpoint(**found)


def add_watch(stepper: Stepper, text: str) -> Watch:
    """Follow a value: ``path``, ``path [0, 1]`` or ``path max``.

    Raises
    ------
    OptionError
        If there is no such value, or no such element in it.
    """
    path, _, last = text.strip().rpartition(" ")
    if path and last in READS:
        return stepper.watch(path.strip(), READS[last])
    cell = None if text.strip() in stepper.paths else CELL.fullmatch(text.strip())
    if cell is None:
        return stepper.watch(text.strip())
    place = tuple(int(n) for n in cell[2].split(",") if n.strip())
    return watch_element(stepper, cell[1], place)


def watch_element(stepper: Stepper, path: str, place: Place) -> Watch:
    """Follow one element.

    Raises
    ------
    OptionError
        If there is none.
    """
    shape = stepper.value(path).shape
    fits = len(place) == len(shape) and all(n < m for n, m in zip(place, shape, strict=True))
    if not fits:
        raise OptionError(
            explain(f"{path} has no element {list(place)}", required=f"a place in {shape}")
        )
    return stepper.watch(path, Element(place))


def add_knock_out(stepper: Stepper, text: str) -> Patch:
    """Switch a part off: ``head self_attention 1``, ``residual``, ``no-scale decoder/*``.

    Heads are counted from 1, as they are shown.

    Raises
    ------
    OptionError
        If there is no such part.
    """
    kind, *rest = text.split() or [""]
    head = int(rest.pop()) - 1 if kind == HEAD and rest and rest[-1].isdecimal() else None
    if len(rest) > 1:
        raise OptionError(explain(f"{rest[1]!r} is one word too many", fix="head PATH 1"))
    return stepper.knock_out(kind, rest[0] if rest else "*", head)


def watch_name(watch: Watch) -> str:
    """Return what a watch follows, as it is typed.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "T")
    >>> watch_name(add_watch(ca.Stepper(ca.ops.exp(x), {"x": [0.0, 1.0]}), "exp [1]"))
    'exp [1]'
    """
    if isinstance(watch.read, Element):
        return f"{watch.path} [{', '.join(map(str, watch.read.cell))}]"
    if watch.read is None:
        return watch.path
    return f"{watch.path} {getattr(watch.read, '__name__', '…')}"
