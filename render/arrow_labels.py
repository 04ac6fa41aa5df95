"""What stands at the arrows: names of operands and weights, and shapes where they change."""

from collections.abc import Callable, Iterable, Iterator

from cutaway.graph import Group, Node, Parameter, Shape, View
from cutaway.render.arrows import Bundle, shapes_entering
from cutaway.render.label import role_of
from cutaway.render.mirror import is_kept

TOLD = 3  # texts at an arrow; many values on one way have many shapes


def arrow_labels(
    view: View, bundles: Iterable[Bundle], shape: Callable[[Shape], str]
) -> dict[int, str]:
    """Return the texts at arrows, by the ids of their bundles.

    A value's shape stands once: at its arrow of data, if it has one.
    """
    entering = shapes_entering(view)
    told: set[Node] = set()

    def texts(bundle: Bundle) -> Iterator[str]:
        yield bundle.name()
        leaf = not isinstance(bundle.tail, Group) and role_of(bundle.tail) != "op"
        for value in bundle.values:
            if leaf or value in told or value.shape in entering.get(bundle.tail, ()):
                continue
            told.add(value)
            yield value.name if isinstance(value.op, Parameter) else ""
            yield shape(value.shape)

    found: dict[int, str] = {}
    for bundle in sorted(bundles, key=lambda bundle: bundle.stroke != "data"):
        if isinstance(bundle.tail, Group) and is_kept(view, bundle.tail, bundle.head):
            continue  # many values: what a block keeps for its backward block
        listed = tuple(dict.fromkeys(filter(None, texts(bundle))))
        more = ("…",) if len(listed) > TOLD else ()
        found[id(bundle)] = "  ".join((*listed[:TOLD], *more))
    return found
