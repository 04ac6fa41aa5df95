"""Numbers that a sentence quotes: ``{value:attention/softmax[0, 1]}``, read from the graph."""

import re
from collections.abc import Callable

import numpy as np

from cutaway.graph import Node, OptionError, show_shape
from cutaway.graph.errors import explain
from cutaway.ops import Size
from cutaway.render.scale import number as rounded
from cutaway.run.compile import Array
from cutaway.step.find import find_one, listed
from cutaway.step.focus import Place, part
from cutaway.step.numbers import number
from cutaway.step.stepper import Stepper

PIECE = re.compile(r"(?P<brace>\{\{|\}\})|\{(?P<quote>[^{}]*)\}|(?P<stray>[{}])")
INDEXED = re.compile(r"(.+)\[\s*(-?\d{1,9}(?:\s*,\s*-?\d{1,9})*)\s*\]", re.DOTALL)
GRADIENT = re.compile(r"gradient\(\s*(.+?)\s*\)", re.DOTALL)
FORM = "{KIND:PATH} or {KIND:PATH[0, 1]}"


def quoting(text: str, stepper: Stepper) -> str:
    """Return a text with what it quotes in the places of braces.

    ``value`` is one number; ``sum``, ``mean``, ``min`` and ``max`` are those of a value or a row;
    ``argmax`` is the place of the largest in a row: its word, where it has one; ``shape`` is a
    shape, and ``word`` what a place along a size is called. ``gradient(PATH)`` in the place of a
    path is the gradient of that value, on the way back. ``{{`` and ``}}`` are braces.

    Raises
    ------
    OptionError
        For a brace that quotes nothing, a node or a place that there is not, or a value of which
        the kind makes no sense.

    Examples
    --------
    >>> import cutaway as ca
    >>> stepper = Stepper(ca.ops.softmax(ca.input("x", "S")), {"x": [0.0, 1.0]})
    >>> quoting("{value:softmax[0]} + {value:softmax[1]} = {sum:softmax}", stepper)
    '0.27 + 0.73 = 1.00'
    """

    def fill(found: re.Match[str]) -> str:
        if found["brace"]:
            return found["brace"][0]
        if found["stray"]:
            fix = "write {{ and }} for braces"
            raise OptionError(
                explain("a brace stands alone", required=FORM, came=text[:80], fix=fix)
            )
        return quoted(found["quote"], stepper)

    return PIECE.sub(fill, text)


def quoted(quote: str, stepper: Stepper) -> str:
    """Return what stands for one pair of braces.

    Raises
    ------
    OptionError
        As :func:`quoting` does.
    """
    kind, colon, target = (piece.strip() for piece in quote.partition(":"))
    if not colon or kind not in (*READS, "word"):
        known = f"{FORM}, where KIND is one of {', '.join((*READS, 'word'))}"
        fix = "{value:gradient(PATH)[0]} is a gradient" if kind.startswith("gradient") else ""
        raise OptionError(explain(f"{{{quote[:80]}}} quotes nothing", required=known, fix=fix))
    if kind == "word":
        return _word(target, stepper)
    node, value, index = _read(target, stepper)
    found = part(value, index, stepper.graph.path(node))
    try:
        return READS[kind](found, node, stepper)
    except ValueError as error:
        came = f"an array of shape {found.shape}"
        raise OptionError(
            explain(f"{{{quote[:80]}}} makes no sense", required=str(error), came=came)
        ) from None


def _read(target: str, stepper: Stepper) -> tuple[Node, Array, Place]:
    """Return a node, its value or its gradient, and a place in that."""
    known = target in map(stepper.graph.path, stepper.graph.nodes)
    path, index = (target, ()) if known else _split(target)  # at level token a path has places
    if gradient := GRADIENT.fullmatch(path):
        if not stepper.backward:
            raise OptionError(
                explain(
                    "there are no gradients on the way forward",
                    came=target[:80],
                    fix='direction = "backward", at the top of the story',
                )
            )
        return find_one(stepper.graph, gradient[1]), stepper.gradient(gradient[1]), index
    node = find_one(stepper.graph, path)
    return node, stepper.value(node), index


def _split(target: str) -> tuple[str, Place]:
    """Return what stands before ``[0, 1]``, and the places."""
    found = INDEXED.fullmatch(target)
    return (found[1], tuple(map(int, found[2].split(",")))) if found else (target, ())


def _word(target: str, stepper: Stepper) -> str:
    size, index = _split(target)
    if size not in stepper.words or len(index) != 1:
        raise OptionError(
            explain(
                f"there is no word {target[:80]!r}",
                required="a size with words, and a place: S[0]",
                came=f"sizes with words: {listed(stepper.words)}",
            )
        )
    return str(part(np.array(stepper.words[size]), index, size))


def _value(found: Array, node: Node, stepper: Stepper) -> str:
    if found.size != 1:
        raise ValueError("one number; give the place of one")
    only = found.reshape(())[()]
    return str(int(only)) if isinstance(node.op, Size) else _written(only)


def _argmax(found: Array, node: Node, stepper: Stepper) -> str:
    if found.ndim != 1 or not found.size:
        raise ValueError("a row; give the place of one")
    place = int(found.argmax())
    words = stepper.words.get(str(node.shape[-1]), ())
    return words[place] if len(words) == found.size else str(place)


def _shape(found: Array, node: Node, stepper: Stepper) -> str:
    return show_shape(found.shape)


def _of_all(read: Callable[[Array], object]) -> Callable[[Array, Node, Stepper], str]:
    def written(found: Array, node: Node, stepper: Stepper) -> str:
        if not found.size:
            raise ValueError("at least one number")
        with np.errstate(all="ignore"):
            return _written(read(found))

    return written


def _written(value: object) -> str:
    """Write a number as figures do; whole numbers and answers as they are."""
    if isinstance(value, np.integer):
        return str(value)
    return rounded(float(value)) if isinstance(value, np.floating) else number(value)


READS: dict[str, Callable[[Array, Node, Stepper], str]] = {
    "value": _value,
    "sum": _of_all(np.sum),
    "mean": _of_all(np.mean),
    "min": _of_all(np.min),
    "max": _of_all(np.max),
    "argmax": _argmax,
    "shape": _shape,
}
