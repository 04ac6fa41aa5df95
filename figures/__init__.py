"""The article's twelve figures, drawn from graphs that run."""

from cutaway.figures.catalogue import FIGURES
from cutaway.figures.draw import figure, find_figure

__all__ = ["FIGURES", "figure", "find_figure"]
