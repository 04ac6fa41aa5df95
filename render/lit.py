"""What is lit in a picture: nodes, and the ways between them that an axis takes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cutaway.graph import Explanation, Graph, Misfit, Node, OptionError, Shown, View, show
from cutaway.graph.errors import explain
from cutaway.render import glossary
from cutaway.render.label import one_line
from cutaway.render.scene import Language

Highlight = Explanation | Misfit | Node | str | Iterable[Node | str]
Way = tuple[Node, Node]  # from a value to what reads it


@dataclass(frozen=True, slots=True)
class Lit:
    """Lit nodes, and lit ways with what stands at them.

    ``axes`` is whether the ways are those of an axis.
    """

    nodes: frozenset[Node] = frozenset()
    ways: dict[Way, str] = field(default_factory=dict)
    axes: bool = False

    @classmethod
    def of(cls, highlight: Highlight, graph: Graph, lang: Language) -> "Lit":
        """Return what an explanation lights, or nodes and all edges between them.

        Of two sizes that don't fit, what asks for them and where each comes from.

        Raises
        ------
        OptionError
            For nodes that are not in the graph, and paths that fit none.
        """
        if isinstance(highlight, Explanation):
            nodes = frozenset(highlight.nodes)
            ways = _ways(highlight, lang)
        else:
            nodes = frozenset(_nodes(highlight, graph))
            ways = {(source, node): "" for node in nodes for source in node.inputs}
        for node in nodes:
            if node not in graph.readers:
                raise OptionError(
                    explain(
                        "a node to highlight is not in the picture",
                        required="nodes of the graph that is drawn",
                        came=repr(node),
                        fix="at level 'primitive' composites are opened: draw at level 'op'",
                    )
                )
        return cls(nodes, ways, isinstance(highlight, Explanation))

    def between(self, view: View) -> dict[tuple[Shown, Shown, Node], str]:
        """Return the lit ways between boxes: tail, head, value, and what stands there."""
        ways = {
            (view.first.get(value, value), view.first.get(reader, reader)): text
            for (value, reader), text in self.ways.items()
        }
        nodes = {view.first.get(node, node) for node in self.nodes}
        return {
            (edge.tail, edge.head, edge.value): ways[edge.value, edge.reader]
            for edge in view.edges
            if (edge.value, edge.reader) in ways and {edge.value, edge.reader} <= nodes
        }


def _nodes(highlight: Misfit | Node | str | Iterable[Node | str], graph: Graph) -> Iterator[Node]:
    """Return the nodes that are named by themselves, by paths, or by what doesn't fit."""
    if isinstance(highlight, Misfit):
        yield from _of_misfit(highlight, graph)
        return
    listed = [highlight] if isinstance(highlight, Node | str) else highlight
    for each in listed if isinstance(listed, Iterable) else [listed]:
        if isinstance(each, Node):
            yield each
            continue
        if not isinstance(each, str):
            raise OptionError(
                explain(
                    "what to highlight is not known",
                    required="nodes, their paths, an explanation, or the misfit of an error",
                    came=repr(each)[:80],
                    fix='highlight=["softmax"]; nothing: highlight=()',
                )
            )
        found = graph.find(each)
        if not found:
            raise OptionError(
                explain(
                    f"nothing to highlight fits {each!r}",
                    required="the path of a node; * stands for any text",
                )
            )
        yield from found


def _of_misfit(misfit: Misfit, graph: Graph) -> Iterator[Node]:
    """Return the op that asks, and where the two sizes come from."""
    for node in graph.nodes:
        here = node.op.name, node.scope.path, node.source
        if here == (misfit.op, misfit.scope, misfit.source):
            yield node
    for side in (misfit.left, misfit.right):
        if side is not None:
            yield from graph.find(side.path)


def _ways(explanation: Explanation, lang: Language) -> dict[Way, str]:
    """Return the ways of an axis, and which axis it is on each."""
    word = one_line(glossary.AXIS, lang)
    found: dict[Way, list[str]] = {}
    for step in explanation.steps:
        for number in step.sources:
            source = explanation.steps[number]
            texts = found.setdefault((source.node, step.node), [])
            texts.append(f"{word} {source.axis}: {show(source.dim)}")
    return {way: ", ".join(dict.fromkeys(texts)) for way, texts in found.items()}
