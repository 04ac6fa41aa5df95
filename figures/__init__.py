"""The article's twelve figures, and pictures of any model's attention, from graphs that run."""

from cutaway.figures.attentions import attention_maps
from cutaway.figures.catalogue import FIGURES
from cutaway.figures.draw import figure, find_figure
from cutaway.figures.maps import AttentionMap, AttentionMaps
from cutaway.figures.spec import Figure

__all__ = [
    "FIGURES",
    "AttentionMap",
    "AttentionMaps",
    "Figure",
    "attention_maps",
    "figure",
    "find_figure",
]
