"""The article's twelve figures, and pictures of any model's attention, from graphs that run."""

from cutaway.figures.catalogue import FIGURES
from cutaway.figures.draw import figure, find_figure
from cutaway.figures.maps import AttentionMap, AttentionMaps, attention_maps

__all__ = [
    "FIGURES",
    "AttentionMap",
    "AttentionMaps",
    "attention_maps",
    "figure",
    "find_figure",
]
