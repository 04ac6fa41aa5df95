"""What a graph is: nodes, ops, sizes, scopes, and the one loop that walks it.

Knows no concrete op: those stand in ``cutaway.ops``.
"""

from cutaway.graph.axes import Axes, signature
from cutaway.graph.conditions import Condition, at_least, divides, equal, parse_condition
from cutaway.graph.cost import Cost, parameter_count
from cutaway.graph.dims import Dim, Shape, as_dim, as_shape, evaluate
from cutaway.graph.errors import (
    ContractError,
    CutawayError,
    DimError,
    DTypeError,
    FeedError,
    GradError,
    LoadError,
    OptionError,
    SaveError,
    ShapeError,
    TrainingError,
)
from cutaway.graph.explanation import Explanation, Happening, Step
from cutaway.graph.facts import Facts
from cutaway.graph.files import save
from cutaway.graph.formula import Formula, Piece, Reading, Symbol, formula
from cutaway.graph.graph import Graph, glob_pattern
from cutaway.graph.leaves import Constant, Input, Leaf, Parameter, constant, input, parameter
from cutaway.graph.legal import check_sizes, given_sizes, legal_sizes
from cutaway.graph.misfit import Derivation, Misfit
from cutaway.graph.node import Node, apply
from cutaway.graph.op import Composite, Cotangents, Family, Kind, Op
from cutaway.graph.origin import origin
from cutaway.graph.requirement import Carried, InputAxis, Requirement, Side
from cutaway.graph.scope import Scope, block, current_scope, located, scope
from cutaway.graph.show import show, show_shape
from cutaway.graph.site import misfit
from cutaway.graph.source import Source
from cutaway.graph.symbols import dims
from cutaway.graph.title import Title
from cutaway.graph.trace import Trace
from cutaway.graph.view import Address, Edge, Group, Repeat, Shown, View
from cutaway.graph.walk import resume, walk

__all__ = [
    "Address",
    "Axes",
    "Carried",
    "Composite",
    "Condition",
    "Constant",
    "ContractError",
    "Cost",
    "Cotangents",
    "CutawayError",
    "DTypeError",
    "Derivation",
    "Dim",
    "DimError",
    "Edge",
    "Explanation",
    "Facts",
    "Family",
    "FeedError",
    "Formula",
    "GradError",
    "Graph",
    "Group",
    "Happening",
    "Input",
    "InputAxis",
    "Kind",
    "Leaf",
    "LoadError",
    "Misfit",
    "Node",
    "Op",
    "OptionError",
    "Parameter",
    "Piece",
    "Reading",
    "Repeat",
    "Requirement",
    "SaveError",
    "Scope",
    "Shape",
    "ShapeError",
    "Shown",
    "Side",
    "Source",
    "Step",
    "Symbol",
    "Title",
    "Trace",
    "TrainingError",
    "View",
    "apply",
    "as_dim",
    "as_shape",
    "at_least",
    "block",
    "check_sizes",
    "constant",
    "current_scope",
    "dims",
    "divides",
    "equal",
    "evaluate",
    "formula",
    "given_sizes",
    "glob_pattern",
    "legal_sizes",
    "input",
    "located",
    "misfit",
    "origin",
    "parameter",
    "parameter_count",
    "parse_condition",
    "resume",
    "save",
    "scope",
    "show",
    "show_shape",
    "signature",
    "walk",
]
