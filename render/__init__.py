"""Graphs to pictures: Graphviz places the boxes, the SVG is ours."""

from cutaway.render.draw import draw
from cutaway.render.errors import RenderError
from cutaway.render.picture import Picture
from cutaway.render.tint import Tint

__all__ = ["Picture", "RenderError", "Tint", "draw"]
