"""Sizes as text, in the language that ``cutaway.graph.parse`` reads."""

from functools import lru_cache

import sympy

from cutaway.graph.dims import Dim, Shape


@lru_cache(maxsize=65536)
def show(dim: Dim) -> str:
    """Print one dim in the language that ``as_shape`` reads.

    Examples
    --------
    >>> from cutaway.graph.symbols import dims
    >>> D, H = dims("D H")
    >>> show(D // H), show(D / H), show(4 * D * D - 1)
    ('D // H', 'D/H', '4*D*D - 1')
    """
    if isinstance(dim, int):
        return str(dim)
    text = ""
    terms = dim.as_ordered_terms()
    for term in sorted(terms, key=lambda term: bool(term.could_extract_minus_sign())):
        minus = term.could_extract_minus_sign()
        joint = (" - " if minus else " + ") if text else ("-" if minus else "")
        text += joint + _show_term(-term if minus else term)
    return text


def _show_term(term: sympy.Expr) -> str:
    """Print a product, its quotient last: ``4*D*H/(K*L)``."""
    if isinstance(term, sympy.floor):
        top, bottom = sympy.fraction(sympy.together(term.args[0]))
        return f"{_operand(top)} // {_operand(bottom)}"
    top, bottom = sympy.fraction(term)
    above = "*".join(_factors(top))
    below = _factors(bottom)
    if bottom == 1:
        return above
    return f"{above}/{below[0]}" if len(below) == 1 else f"{above}/({'*'.join(below)})"


def _factors(product: sympy.Expr) -> list[str]:
    found: list[str] = []
    for factor in product.as_ordered_factors():
        base, power = factor.as_base_exp()
        found += [_operand(base)] * int(power)
    return found


def _operand(expression: sympy.Expr) -> str:
    return str(expression) if expression.is_Atom else f"({show(expression)})"


def show_shape(shape: Shape) -> str:
    """Print a shape: ``(B, T, d_model)``."""
    return f"({', '.join(map(show, shape))}{',' if len(shape) == 1 else ''})"
