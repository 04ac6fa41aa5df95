"""What the rules look at: a graph, and its values and gradients at one point."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from cutaway.diagnose.attention import Attention, attentions
from cutaway.graph import Graph, Node
from cutaway.graph.legal import sizes_in
from cutaway.run.compile import Array, Compiled, Run
from cutaway.shapes.attending import softmax_axis
from cutaway.shapes.reading import Finding as Seen
from cutaway.shapes.reading import Reading
from cutaway.transform.masked import masked

__all__ = ["Case", "Origins", "Seen"]
Origins = tuple[frozenset[Node], ...]  # for every axis, the inputs that it is carried from


@dataclass(eq=False)
class Case:
    """A model, and what is known of it.

    Attributes
    ----------
    run
        The rule that computes it; None where its numbers are not looked at.
    values
        The value of every node, where it was run.
    slopes
        The root mean square of the gradient of every node, where that was computed.
    given
        The names of the feeds and the paths of the parameters that the caller gave.
    loss
        What is differentiated; None for all outputs, times random numbers.
    """

    graph: Graph
    sizes: Mapping[str, int] = field(default_factory=dict)
    run: Run | None = None
    values: Mapping[Node, Array] = field(default_factory=dict)
    slopes: dict[Node, float] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    loss: Node | None = None

    @cached_property
    def reading(self) -> Reading:
        """What the lints read."""
        return Reading(self.graph)

    @cached_property
    def attentions(self) -> tuple[Attention, ...]:
        """Every attention."""
        return tuple(attentions(self.reading))

    @cached_property
    def along_keys(self) -> tuple[Attention, ...]:
        """The attentions whose softmax runs along what is summed over: only these have keys."""
        astray = {seen.node for seen in softmax_axis(self.reading)}
        return tuple(found for found in self.attentions if found.weights not in astray)

    @cached_property
    def masked(self) -> frozenset[Node]:
        """The nodes in which -∞ is meant."""
        return masked(self.graph)

    @property
    def precision(self) -> np.dtype[Any]:
        """The floats of the run."""
        return self.run.plan.xp.float_dtype if self.run else np.dtype(np.float32)

    @cached_property
    def limits(self) -> Any:
        """The limits of these floats."""
        return np.finfo(self.precision)

    @cached_property
    def origins(self) -> dict[Node, Origins]:
        """For every axis of every node, the inputs from whose axis it is carried."""
        found: dict[Node, Origins] = {}
        for node in self.graph.nodes:
            if not node.inputs:
                own = frozenset({node}) if node in self.graph.inputs else frozenset()
                found[node] = (own,) * node.rank
                continue
            axes: list[set[Node]] = [set() for _ in range(node.rank)]
            for source, into in zip(node.inputs, self.reading.carried(node), strict=True):
                for names, places in zip(found[source], into, strict=True):
                    for place in places:
                        axes[place] |= names
            found[node] = tuple(map(frozenset, axes))
        return found

    def stream(self, attention: Attention) -> frozenset[Node]:
        """Return the inputs whose positions the queries of an attention have."""
        queries, keys = self.origins[attention.product][-2:]
        return queries if attention.axis == attention.scores.rank - 1 else keys

    def memory(self, attention: Attention) -> frozenset[Node]:
        """Return the inputs whose positions the keys of an attention have."""
        queries, keys = self.origins[attention.product][-2:]
        return keys if attention.axis == attention.scores.rank - 1 else queries

    def again(self, changed: Mapping[Node, Array]) -> dict[Node, Array]:
        """Return the values with some of them changed: those of all nodes that read them."""
        assert self.run is not None
        values: dict[Node, Array] = dict(changed)
        with np.errstate(all="ignore"):
            for node in self.graph.nodes:
                if node in values or not any(source in values for source in node.inputs):
                    continue
                arrays = [values.get(n, self.values[n]) for n in node.inputs]
                values[node] = np.asarray(self.run.plan.kernels[node](self.run.plan.xp, *arrays))
        return values


def started(graph: Graph, feeds: Any, params: Any, sizes: Mapping[str, int]) -> Run:
    """Return the rule that computes a graph at a point."""
    known = sizes_in(graph, sizes)
    return Compiled(graph).start(feeds, params, known)


def rms(value: Array) -> float:
    """Return how large the numbers of an array are; infinity where squares overflow."""
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean(np.square(value, dtype=np.float64))))


def upstream(nodes: Iterator[Node] | tuple[Node, ...]) -> frozenset[Node]:
    """Return nodes and all that they depend on."""
    return frozenset(Graph(tuple(nodes)).nodes)
