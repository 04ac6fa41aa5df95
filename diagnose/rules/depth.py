"""Values and gradients that grow or shrink from layer to layer.

Layers are found by their form. In a stack whose values keep their size a gradient does too; a
factor for each layer is the same for all of them, and in many it is fatal.
"""

from itertools import pairwise

import numpy as np

from cutaway.diagnose.case import Case, Seen, rms
from cutaway.graph import Node, Repeat
from cutaway.shapes.reading import Findings
from cutaway.transform import find_repeats

SMALLEST = 2  # ops in a layer
FACTOR = 3.0  # for one layer
WHOLE = 1e3  # for the stack
LARGEST = 1e4  # of a value, times what was fed


def by_layer(case: Case) -> Findings:
    """Report stacks through which values or gradients grow or shrink."""
    for repeat in find_repeats(case.graph, SMALLEST):
        ends = [copy[-1] for copy in repeat.copies]
        if len(ends) < 2:
            continue
        sizes = [rms(case.values[node]) for node in ends]
        words = {"layers": len(ends), "first": sizes[0], "last": sizes[-1]}
        if _steady(sizes):
            yield Seen("explode.forward", _steepest(case, repeat, forward=True), words)
            continue
        slopes = [case.slopes[node] for node in ends if node in case.slopes]
        if len(slopes) < len(ends) or not all(map(np.isfinite, slopes)):
            continue
        words = {"layers": len(ends), "first": slopes[0], "last": slopes[-1]}
        if _steady(slopes[::-1]):
            yield Seen("explode.backward", _steepest(case, repeat, forward=False), words)
        elif _steady(slopes):
            yield Seen("vanish", _steepest(case, repeat, forward=False, down=True), words)


def _steady(sizes: list[float]) -> bool:
    """Say whether numbers grow from one to the next, much for each and a lot in all."""
    if min(sizes) <= 0:
        return False
    steps = [b / a for a, b in pairwise(sizes)]
    return min(steps) > 1 and float(np.median(steps)) > FACTOR and sizes[-1] / sizes[0] > WHOLE


def _steepest(case: Case, repeat: Repeat, forward: bool, down: bool = False) -> Node:
    """Return the op of a copy that changes the size most."""
    sizes = {n: rms(case.values[n]) for n in repeat.copies[0]} if forward else case.slopes
    best, most = repeat.copies[0][-1], 0.0
    for node in repeat.copies[0]:
        for source in node.inputs:
            source_size = sizes.get(source) or (rms(case.values[source]) if forward else 0.0)
            own = sizes.get(node, 0.0)
            if source in case.reading.fed and source_size > 0 and own > 0:
                change = float(np.log(own / source_size))
                change = change if forward or down else -change
                if change > most:
                    best, most = node, change
    return best


def too_large(case: Case) -> Findings:
    """Report values so large that their squares leave the range of the floats."""
    limit = float(np.sqrt(case.limits.max)) / LARGEST
    fed = [rms(case.values[n]) for n in case.graph.inputs if n.dtype == "float"]
    filled = {node for attention in case.attentions for node in attention.way}
    for node in case.graph.nodes:
        value = case.values[node]
        if node in case.masked or node in filled:
            continue
        if node in case.reading.fed and value.dtype.kind == "f":
            most = float(np.abs(value[np.isfinite(value)]).max(initial=0.0))
            if most > max(limit, *fed, 1.0):
                words = {"most": most, "dtype": str(case.precision)}
                yield Seen("overflow", node, words | {"limit": float(np.sqrt(case.limits.max))})
                return
