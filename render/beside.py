"""Which arrows go sideways: from one stack to another that begins beside it."""

from collections.abc import Iterable

import networkx

from cutaway.graph import Address, Group, Shown, View
from cutaway.render.arrows import Bundle
from cutaway.render.mirror import is_kept


def bundles_beside(view: View, bundles: Iterable[Bundle]) -> set[int]:
    """Return the ids of the bundles that don't say which end is further along.

    A memory goes from an encoder to the decoder beside it; a mask that both read stands below
    the first; a weight that two blocks share lies between them. A stack that reads nothing but
    another stack stands above it. The backward pass stands beside the forward pass.
    """
    everything = tuple(bundles)
    kept = {id(b) for b in everything if is_kept(view, b.tail, b.head)}
    listed = tuple(b for b in everything if id(b) not in kept)
    order = networkx.DiGraph((b.tail, b.head) for b in listed if b.stroke != "weight")
    into: dict[Address, set[Address | None]] = {}  # stacks, and from where they get data
    first: dict[Shown, Address] = {}
    ends: dict[int, tuple[Address | None, Address | None]] = {}
    for bundle in listed:
        tail, head = (_stack(view, shown) for shown in (bundle.tail, bundle.head))
        ends[id(bundle)] = tail, head
        if head is not None and tail != head:
            first.setdefault(bundle.tail, head)
            if bundle.stroke == "data":
                into.setdefault(head, set()).add(tail)
    found = kept
    for bundle in listed:
        tail, head = ends[id(bundle)]
        if bundle.stroke == "weight":
            sideways = not _leads(order, bundle)
        elif head is None or tail == head:
            sideways = False
        elif tail is None:
            sideways = bundle.stroke == "mask" and first[bundle.tail] != head
        else:
            sideways = None in into.get(head, ())
        if sideways:
            found.add(id(bundle))
    return found


def _leads(order: networkx.DiGraph, bundle: Bundle) -> bool:
    """Say whether other arrows lead from its tail to its head."""
    known = bundle.tail in order and bundle.head in order
    return known and bool(networkx.has_path(order, bundle.tail, bundle.head))


def _stack(view: View, shown: Shown) -> Address | None:
    """Return the outermost stack in which a box stands."""
    address = shown.address if isinstance(shown, Group) else view.address(shown)
    above = (address[:depth] for depth in range(1, len(address) + 1))
    return next((scope for scope in above if view.kinds.get(scope) == "stack"), None)
