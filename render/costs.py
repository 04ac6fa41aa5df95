"""What a block costs, in words: parameters and arithmetic, as formulas or filled in."""

from collections.abc import Collection, Mapping
from typing import Literal, get_args

import sympy

from cutaway.graph import Address, Node, Parameter, View, show
from cutaway.graph.cost import Number, arithmetic, total
from cutaway.graph.dims import product
from cutaway.graph.mathml import RAISED
from cutaway.render import glossary
from cutaway.render.label import SMALL, one_line
from cutaway.render.scene import Language, Line

Detail = Literal["parameters", "flops"]
DETAILS: tuple[Detail, ...] = get_args(Detail)
LONGEST = 33  # characters of a formula; of a longer one, its terms of the highest degree
REPEATED = 28  # … where there stands also how often


class Costs:
    """Counts what boxes hold and do.

    Parameters
    ----------
    view
        What is drawn.
    details
        What is counted: ``parameters``, ``flops`` (a multiply-add is two).
    sizes
        Sizes to fill in, by name.
    """

    def __init__(self, view: View, details: Collection[str], sizes: Mapping[str, int]) -> None:
        self._view = view
        self._details = [detail for detail in DETAILS if detail in details]
        self._sizes = sizes

    def lines(self, address: Address, nodes: Collection[Node], lang: Language) -> list[Line]:
        """Say what the nodes drawn at an address cost: a line for each detail there is any of.

        Inside of a repeated block it is the cost of one copy; of the block itself, also of all.
        """
        found = []
        for detail in self._details:
            if text := self._text(address, nodes, detail):
                words = one_line(glossary.COSTS[detail], lang)
                found.append(Line(f"{text} {words}", size=SMALL))
        return found

    def _text(self, address: Address, nodes: Collection[Node], detail: Detail) -> str:
        above = (address[:depth] for depth in range(1, len(address) + 1))
        repeated = next((scope for scope in above if scope in self._view.times), None)
        whole = self._count(nodes, detail)
        if repeated is None or whole == 0:
            return written(whole) if whole != 0 else ""
        one = self._count([node for node in nodes if node not in self._view.first], detail)
        if repeated != address:
            return written(one)
        times = self._view.times[address]
        if whole != one * times:  # something is shared
            return written(whole)
        if isinstance(one, int):
            return f"{times} × {written(one)} = {written(whole)}"
        return f"{times} × ({written(one, REPEATED)})"

    def _count(self, nodes: Collection[Node], detail: Detail) -> Number:
        if detail == "flops":
            return total(map(arithmetic, nodes), self._sizes)
        weights = (product(node.shape) for node in nodes if isinstance(node.op, Parameter))
        return total(weights, self._sizes)


def written(number: Number, longest: int = LONGEST) -> str:
    """Write a number in groups of three, and a sum from its highest degree down.

    Examples
    --------
    >>> import cutaway as ca
    >>> D, F = ca.dims("D F")
    >>> written(3152384), written(F + D * F * 2 + 4 * D**2)
    ('3,152,384', '4·D² + 2·D·F + F')
    """
    if isinstance(number, int):
        return f"{number:,}"
    terms = sorted(number.as_ordered_terms(), key=_weight, reverse=True)
    text = _term(terms[0])
    for term in terms[1:]:
        more = f"{text} - {_term(-term)}" if _negative(term) else f"{text} + {_term(term)}"
        if len(more) > longest:
            return f"{text} + …"
        text = more
    return text


def _weight(term: sympy.Expr) -> tuple[int, float]:
    """Return the degree of a term, and its coefficient: what comes first when sizes are large."""
    number, factors = term.as_coeff_mul()
    powers = (factor.as_base_exp()[1] for factor in factors)
    return sum(int(power) for power in powers), float(number)


def _negative(term: sympy.Expr) -> bool:
    return bool(term.could_extract_minus_sign())


def _term(term: sympy.Expr) -> str:
    """Write a product with raised powers; a quotient as sizes are written."""
    factors = [factor.as_base_exp() for factor in term.as_ordered_factors()]
    if not all(base.is_Atom and power.is_Integer and power > 0 for base, power in factors):
        return show(term).replace("*", "·")
    return "·".join(
        f"{base}{str(power).translate(RAISED) if power != 1 else ''}" for base, power in factors
    )
