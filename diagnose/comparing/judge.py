"""From values to verdict: what differs, where it begins, what else is to be said."""

from collections.abc import Iterable, Mapping
from itertools import islice

from cutaway.diagnose.comparing.alignment import Alignment
from cutaway.diagnose.comparing.blame import Blame
from cutaway.diagnose.comparing.comparison import Comparison, Row
from cutaway.diagnose.comparing.difference import EQUAL, Array, Difference, difference
from cutaway.diagnose.comparing.divergence import Divergence
from cutaway.diagnose.comparing.ran import Ran
from cutaway.diagnose.comparing.recomputed import Forced, forced
from cutaway.diagnose.comparing.slopes import noise_of
from cutaway.diagnose.comparing.texts import TEXTS
from cutaway.graph import Constant, Graph, Input, Node, Parameter, Title

Slopes = Mapping[Node, tuple[Array, Array]]


def judge(
    one: Ran,
    two: Ran,
    alignment: Alignment,
    blame: Blame,
    tolerance: float,
    slopes: Slopes | None,
) -> Comparison:
    """Return what the comparison of two runs finds."""
    partners = {**dict(zip(one.graph.outputs, two.graph.outputs, strict=False)), **alignment.pairs}
    partners = {
        node: other
        for node, other in partners.items()
        if node in one.values and other in two.values and not isinstance(node.op, Constant)
    }
    theirs = {node: two.values[other] for node, other in partners.items()}
    found = forced(one, theirs, frozenset(alignment.pairs))
    back = None if slopes is None else _slopes(one.graph, slopes)
    begun = [
        blame.of(node, partners[node], _seen(found.apart[node], tolerance), found.between[node])
        for node in one.graph.nodes
        if node in found.own and found.own[node].relative > tolerance
    ]
    begun = list({(each.kind, each.at): each for each in reversed(begun)}.values())[::-1]
    begun += _ends(one, two, partners, blame, tolerance)
    if not begun:
        begun = _other(one.graph, found, back or {}, partners, blame, tolerance)
    rows = _rows(one.graph, two.graph, alignment, found, tolerance, back)
    notes = _notes(one, two, alignment, begun)
    if begun and begun[0].kind != "gradient" and _same_outputs(one, two, tolerance):
        notes = (TEXTS["outputs"], *notes)
    return Comparison(one.graph, rows, tuple(begun), tolerance, notes)


def _seen(apart: Difference, tolerance: float) -> Difference:
    """Return a difference; none, where an op makes up for one that was there before."""
    return apart if apart.relative > tolerance else EQUAL


def _same_outputs(one: Ran, two: Ran, tolerance: float) -> bool:
    """Say whether both runs give the same in the end."""
    left, right = ([ran.values.get(output) for output in ran.graph.outputs] for ran in (one, two))
    return len(left) == len(right) and all(
        mine is not None and other is not None and difference(mine, other).relative <= tolerance
        for mine, other in zip(left, right, strict=True)
    )


def _slopes(graph: Graph, slopes: Slopes) -> dict[Node, Difference]:
    noise = noise_of(graph, slopes)
    return {node: difference(*both, noise) for node, both in slopes.items()}


def _ends(
    one: Ran, two: Ran, partners: Mapping[Node, Node], blame: Blame, tolerance: float
) -> list[Divergence]:
    """Return what differs between outputs of the same place that are no pair."""
    found = []
    for mine, other in zip(one.graph.outputs, two.graph.outputs, strict=False):
        if mine in one.values and other in two.values and partners.get(mine) is not other:
            apart = difference(one.values[mine], two.values[other])
            if apart.relative > tolerance:
                found.append(blame.of(mine, other, apart, ()))
    return found


def _other(
    graph: Graph,
    found: Forced,
    slopes: Mapping[Node, Difference],
    partners: Mapping[Node, Node],
    blame: Blame,
    tolerance: float,
) -> list[Divergence]:
    """Return a difference that begins at no single op: in a gradient, or by rounding."""
    for node in first_apart(graph.nodes, found.apart, tolerance):
        return [blame.plain("rounding", node, partners[node], found.apart[node])]
    for node in first_apart(reversed(graph.nodes), slopes, tolerance):
        return [blame.gradient(node, partners[node], slopes[node])]
    return []


def first_apart(
    nodes: Iterable[Node], apart: Mapping[Node, Difference], tolerance: float
) -> tuple[Node, ...]:
    """Return the first node whose values lie further apart than they may, if there is one."""
    far = (node for node in nodes if node in apart and apart[node].relative > tolerance)
    return tuple(islice(far, 1))


def _rows(
    left: Graph,
    right: Graph,
    alignment: Alignment,
    found: Forced,
    tolerance: float,
    slopes: Mapping[Node, Difference] | None,
) -> tuple[Row, ...]:
    """Return a row for each node of A, and before it for what only B has up to there."""
    places = {node: place for place, node in enumerate(right.nodes)}
    waiting = list(alignment.only(right, right=True))
    rows: list[Row] = []

    def catch_up(place: int) -> None:
        while waiting and places[waiting[0]] < place:
            node = waiting.pop(0)
            rows.append(Row(right.path(node), right.path(node), "b", kind_of(node), None))

    for node in left.nodes:
        other = alignment.pairs.get(node)
        if other is not None:
            catch_up(places[other])
        named = "" if other is None else right.path(other)
        rows.append(row(left, node, named, found, tolerance, slopes))
    catch_up(len(places))
    return tuple(rows)


def row(
    graph: Graph,
    node: Node,
    other: str,
    found: Forced,
    tolerance: float,
    slopes: Mapping[Node, Difference] | None,
) -> Row:
    """Return the row of a node of A."""
    return Row(
        graph.path(node),
        other,
        "" if other else "a",
        kind_of(node),
        found.apart.get(node),
        (slopes or {}).get(node),
        _growth(node, found, tolerance),
    )


def _growth(node: Node, found: Forced, tolerance: float) -> float:
    """Return how many times as large a difference is as before; 0, where it begins."""
    read = [found.apart[n].relative for n in node.inputs if n in found.apart and n.dtype == "float"]
    before = max(read, default=0.0)
    if not before or node not in found.apart or found.own[node].relative > tolerance:
        return 0.0
    return found.apart[node].relative / before


def kind_of(node: Node) -> str:
    """Return what a node is: a leaf of some kind, or an op."""
    return node.op.name if isinstance(node.op, Input | Parameter | Constant) else "op"


def _notes(one: Ran, two: Ran, alignment: Alignment, begun: list[Divergence]) -> tuple[Title, ...]:
    notes = []
    if one.precision != two.precision:
        notes.append(TEXTS["precision"].fill(one.precision, two.precision))
    for ran, right in ((one, False), (two, True)):
        only = [n for n in alignment.only(ran.graph, right) if not isinstance(n.op, Constant)]
        if only and not begun:
            notes.append(TEXTS["unlike"].fill(count=len(only), side="AB"[right]))
    return tuple(notes)
