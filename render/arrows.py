"""The arrows of a view: edges between the same boxes are one, with what they carry."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cutaway.graph import Group, Node, Parameter, Shape, Shown, View
from cutaway.render.fold import is_number
from cutaway.render.glossary import ROLES
from cutaway.render.mirror import cotangents_of, is_kept
from cutaway.render.scene import Stroke
from cutaway.transform.recognise import Operand, Role, masks


@dataclass(slots=True)
class Bundle:
    """Edges that are drawn as one arrow."""

    tail: Shown
    head: Shown
    stroke: Stroke
    gradient: bool = False
    values: dict[Node, None] = field(default_factory=dict)
    roles: dict[str, None] = field(default_factory=dict)

    @property
    def role(self) -> str:
        """The one role of what it carries, or nothing."""
        return next(iter(self.roles)) if len(self.roles) == 1 else ""

    def name(self) -> str:
        """Return Q, K and V, as far as it carries them; a layer gets all three as a rule."""
        large = isinstance(self.head, Group) and self.head.kind in ("stack", "layer")
        if large and len(self.roles) == len(ROLES):
            return ""
        return ", ".join(ROLES[role] for role in ROLES if role in self.roles)


def bundles(
    view: View, roles: Mapping[Operand, Role], residual: set[Operand]
) -> tuple[Bundle, ...]:
    """Return the arrows of a view.

    Dashed are residuals, dotted masks and weights that blocks share. What enters a block with an
    attention inside carries the roles that it gets there. Gradients have a stroke of their own,
    or are dashed where they go round what a residual went round; all that the backward pass reads
    of a block of the forward pass is one arrow.
    """
    cotangents = cotangents_of(view)
    inner = _roles_of_entries(view, roles)
    hiding = masks(view, roles)
    found: dict[tuple[Shown, Shown, str], Bundle] = {}
    for edge in view.edges:
        operand = edge.reader, edge.operand
        stroke: Stroke = "data"
        gradient = edge.value in cotangents
        if gradient:
            stroke = "residual" if operand in residual else "gradient"
        elif isinstance(edge.tail, Group) and is_kept(view, edge.tail, edge.head):
            pass
        elif operand in residual:
            stroke = "residual"
        elif edge.value in hiding or roles.get(operand) == "mask":
            stroke = "mask"
        elif isinstance(edge.value.op, Parameter) and isinstance(edge.tail, Group):
            stroke = "weight"
        bundle = found.setdefault(
            (edge.tail, edge.head, stroke), Bundle(edge.tail, edge.head, stroke, gradient)
        )
        bundle.values[edge.value] = None
        if stroke == "data":
            bundle.roles |= dict.fromkeys(inner.get(operand, ()))
    for (tail, head, kind), bundle in tuple(found.items()):
        straight = (tail, head, "gradient" if bundle.gradient else "data")
        if kind == "residual" and isinstance(head, Group) and straight in found:
            found[straight].values |= bundle.values  # the sum is not to be seen
            del found[tail, head, kind]
    return tuple(found.values())


def _roles_of_entries(view: View, roles: Mapping[Operand, Role]) -> dict[Operand, set[str]]:
    """Follow queries, keys and values back to where they enter the box of their attention."""
    found: dict[Operand, set[str]] = {}
    for (reader, operand), role in roles.items():
        if role == "mask" or reader in view.first:
            continue
        box = view.box(reader)
        stack, seen = [(reader, operand)], {(reader, operand)}
        while stack:
            here = stack.pop()
            source = here[0].inputs[here[1]]
            source = view.first.get(source, source)
            if isinstance(box, Group) and view.box(source) is box:
                new = {(source, place) for place in range(len(source.inputs))} - seen
                seen |= new
                stack.extend(new)
            else:
                found.setdefault(here, set()).add(role)
    return found


def shapes_entering(view: View) -> dict[Shown, set[Shape]]:
    """Return the shapes of what each box reads, weights and numbers apart."""
    found: dict[Shown, set[Shape]] = {}
    for edge in view.edges:
        if not isinstance(edge.value.op, Parameter) and not is_number(edge.value):
            found.setdefault(edge.head, set()).add(edge.value.shape)
    return found
