"""What a block is called and how it is coloured, read off what it computes."""

from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from cutaway.graph import Address, Constant, Group, Node, Parameter, Title, View
from cutaway.graph.scope import BACKWARD
from cutaway.ops import Size
from cutaway.render import glossary
from cutaway.render.mirror import is_backward
from cutaway.transform.recognise import (
    Operand,
    Role,
    is_causal,
    is_padding,
    masks,
    norm_placement,
)


class Look(NamedTuple):
    """A title, a note beside it, and the family that gives the colour."""

    title: Title
    family: str
    note: Title | None = None


class Namer:
    """Names the blocks of a view.

    Parameters
    ----------
    roles
        The roles of operands, from :func:`cutaway.transform.attention_roles`.
    residual
        The residual edges, from :func:`cutaway.transform.residual_edges`.
    """

    def __init__(self, view: View, roles: dict[Operand, Role], residual: set[Operand]) -> None:
        self._view = view
        self._roles = roles
        self._residual = residual
        self._sums = {node for node, _ in residual}
        self._masks = masks(view, roles)

    def group(self, group: Group) -> Look:
        """Name a group."""
        return self.block(group.address, group.kind, group.nodes)

    def block(self, address: Address, kind: str, nodes: tuple[Node, ...]) -> Look:
        """Name what stands at an address and is made of these nodes.

        A block of the backward pass is called after that of the forward pass.
        """
        if is_backward(address):
            return self._backward(address, kind, nodes)
        if nodes[-1].dtype == "bool":
            named = mask_title(nodes) if nodes[-1] in self._masks else glossary.COMPARISON
            return Look(named, "mask")
        name = address[-1].partition(".")[0]
        known = glossary.SCOPES.get(name) or Title(address[-1], address[-1])
        if kind in ("stack", "layer"):
            if name == "layer" and len(address) > 1:
                around = address[-2].partition(".")[0]
                layers = {"encoder": glossary.ENCODER_LAYER, "decoder": glossary.DECODER_LAYER}
                known = layers.get(around, known)
            return Look(known, "layer", self._placement(nodes))
        found = self._attention(nodes)
        if found is not None:
            return Look(found, "attention")
        work = [node for node in nodes if not isinstance(node.op, Parameter | Constant | Size)]
        families = {node.op.family for node in work}
        if families <= {"norm", "arithmetic"} and work:
            added = [node for node in work if node in self._sums]
            if len(work) == 1:
                return Look(glossary.ADD if added else work[0].op.title, "norm")
            if added and "norm" in families:
                return Look(glossary.ADD_NORM, "norm")
        if name == "attention":
            return Look(known, "attention")
        if "embedding" in families:
            return Look(known, "embedding")
        if name == "feed_forward":
            return Look(known, "feed_forward")
        if families <= {"matmul", "arithmetic", "movement"} and "matmul" in families:
            return Look(known, "matmul")
        return Look(known, "part")

    def _backward(self, address: Address, kind: str, nodes: tuple[Node, ...]) -> Look:
        """Name a block of the backward pass; of a further copy, after the copy that is shown."""
        if len(address) == 1:
            return Look(glossary.BACKWARD, "part")
        there = self._view.shown_as.get(address[1:], address[1:])
        look = self.block(there, kind, tuple(self._inside.get(there, nodes)))
        return Look(look.title.each(f"{BACKWARD} {{}}".format), look.family)

    @cached_property
    def _inside(self) -> dict[Address, list[Node]]:
        """The nodes of the forward pass that are shown in each scope."""
        found: dict[Address, list[Node]] = {}
        for node in self._view.nodes:
            address = self._view.address(node)
            if node not in self._view.first and not is_backward(address):
                for depth in range(1, len(address) + 1):
                    found.setdefault(address[:depth], []).append(node)
        return found

    def _attention(self, nodes: tuple[Node, ...]) -> Title | None:
        """Name a whole attention, with its projections: self or cross, masked, multi-head."""
        inside = set(nodes)
        scores = [node for node in nodes if self._roles.get((node, 0)) == "query"]
        projected = any(isinstance(node.op, Parameter) for node in nodes)
        if len(scores) != 1 or not projected:
            return None
        (product,) = scores
        query, key = (self.sources(product, place, inside) for place in (0, 1))
        masks = [
            n.inputs[o] for (n, o), role in self._roles.items() if role == "mask" and n in inside
        ]
        kind = glossary.SELF if query == key else glossary.CROSS
        if not query or not key:
            kind = glossary.ATTENTION  # of a way alone: where they come from is not to be seen
        parts = [glossary.MASKED] if any(map(is_causal, masks)) else []
        parts += [glossary.MULTI_HEAD] if product.rank > 3 else []
        en = "".join(part.en for part in (*parts, kind))
        return Title(en[0].upper() + en[1:], "".join(part.zh for part in (*parts, kind)))

    def sources(self, node: Node, operand: int, inside: set[Node]) -> set[Node]:
        """Return the values from outside a block, parameters apart, that make an operand."""
        found: set[Node] = set()
        seen: set[Node] = set()
        stack = [node.inputs[operand]]
        while stack:
            source = self._view.first.get(stack[-1], stack[-1])
            stack.pop()
            if source in seen:
                continue
            seen.add(source)
            if source in inside:
                stack.extend(source.inputs)
            elif not isinstance(source.op, Parameter | Constant | Size):
                found.add(source)
        return found

    def _placement(self, nodes: tuple[Node, ...]) -> Title | None:
        placed = norm_placement(nodes, self._residual, self._view.readers)
        return None if placed is None else {"post": glossary.POST, "pre": glossary.PRE}[placed]


def mask_title(nodes: Iterable[Node]) -> Title:
    """Name a mask by what it hides: what comes after, padding, or both."""
    *_, last = nodes
    causal, padding = is_causal(last), is_padding(last)
    if causal:
        return glossary.BOTH_MASKS if padding else glossary.CAUSAL_MASK
    return glossary.PADDING_MASK if padding else glossary.MASK
