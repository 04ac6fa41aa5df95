"""The weight and the bias of a linear map, as what multiplies and what is added."""

from collections.abc import Sequence

import numpy as np

from cutaway.figures.equation import op_sign, shapes
from cutaway.figures.formula import formula
from cutaway.figures.matrix import rows
from cutaway.figures.spec import Setting
from cutaway.graph import Trace
from cutaway.render.compose import column, row
from cutaway.render.grid import Look
from cutaway.render.marks import Drawing

BIAS = 8.0  # points: how high it is


def weight(
    setting: Setting, trace: Trace, scope: str, letter: str, unit: float, border: str = "edge"
) -> Drawing:
    """Return the weight of the linear map in a scope; both its sides are features."""
    values = trace[f"{scope}/weight"]
    look = Look(cell=(unit, unit), learned=True, border=border)
    return rows(setting, values, f"{scope}/weight", f"W^{letter}", look, vectors="")


def bias(
    setting: Setting,
    trace: Trace,
    scope: str,
    letter: str,
    unit: float,
    border: str = "edge",
    sizes: Sequence[str] = (),
) -> Drawing:
    """Return the bias, which is added to each row, over the shape of the weight."""
    values = trace[f"{scope}/bias"][np.newaxis]
    look = Look(cell=(unit, BIAS), learned=True, border=border)
    strip = rows(setting, values, f"{scope}/bias", f"b^{letter}", look, vectors="")
    plus = op_sign(setting, "+", trace, f"{scope}/add", size=12.0)
    added = row(plus, strip, formula(f"b^{letter}"), gap=5.0)
    return column(added, shapes(setting, trace, f"{scope}/weight", sizes=sizes), gap=5.0)
