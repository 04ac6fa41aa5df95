"""Scopes: where in the model a node stands, and what a block asks of its sizes."""

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Literal, ParamSpec, TypeVar

import sympy

from cutaway.graph.conditions import Condition, parse_condition
from cutaway.graph.dims import Dim, as_dim
from cutaway.graph.errors import OptionError, ShapeError, explain
from cutaway.graph.fixes import choose_divisor
from cutaway.graph.misfit import Derivation, Misfit
from cutaway.graph.show import show
from cutaway.graph.source import Source, caller

P = ParamSpec("P")
R = TypeVar("R")
Kind = Literal["stack", "layer", "sublayer", "part"]
BACKWARD = "∇"  # around the backward pass


@dataclass(frozen=True, slots=True)
class Scope:
    """A path such as ``encoder/layer.0/self_attention``, with the kind of each of its parts.

    ``requires`` are the conditions declared by the blocks around, in the caller's sizes;
    ``allowed`` are the codes of the lints that are silent here.
    """

    path: str = ""
    kinds: tuple[str, ...] = ()
    requires: tuple[Condition, ...] = ()
    allowed: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """The parts of the path."""
        return tuple(self.path.split("/")) if self.path else ()

    def inside(self, name: str, kind: str = "part") -> "Scope":
        """Return the scope of that name within this one; ``/`` opens nested scopes."""
        names = [part for part in name.split("/") if part]
        if not names:
            return self
        path = "/".join([self.path, *names] if self.path else names)
        kinds = (*self.kinds, *["part"] * (len(names) - 1), kind)
        return Scope(path, kinds, self.requires, self.allowed)

    @property
    def backward(self) -> "Scope":
        """Where the backward pass of what stands here stands.

        Examples
        --------
        >>> Scope().inside("layer.0", "layer").backward.path
        '∇/layer.0'
        """
        path = f"{BACKWARD}/{self.path}" if self.path else BACKWARD
        return Scope(path, ("part", *self.kinds))

    def marked(self, kind: str, requires: Sequence[Condition]) -> "Scope":
        """Return this scope as a block of that kind, with what the block asks for."""
        kinds = self.kinds
        if kinds and kinds[-1] == "part":
            kinds = (*kinds[:-1], kind)
        extra = tuple(condition for condition in requires if condition not in self.requires)
        return Scope(self.path, kinds, self.requires + extra, self.allowed)


_TOP = Scope()
_scope: ContextVar[Scope] = ContextVar("scope", default=_TOP)
_source: ContextVar[Source | None] = ContextVar("source", default=None)


def current_scope() -> Scope:
    """Return the scope that new nodes get."""
    return _scope.get()


def current_source() -> Source:
    """Return the line that new nodes get: the user's, or the one set by :func:`located`."""
    return _source.get() or caller()


@contextmanager
def located(scope: Scope, source: Source | None) -> Iterator[None]:
    """Give the nodes made inside that scope and source: for transforms of existing nodes."""
    tokens = _scope.set(scope), _source.set(source)
    try:
        yield
    finally:
        _scope.reset(tokens[0])
        _source.reset(tokens[1])


@contextmanager
def allowing(codes: Iterable[str]) -> Iterator[None]:
    """Silence lints for the nodes made inside: :func:`cutaway.shapes.allow` checks the codes."""
    outer = _scope.get()
    token = _scope.set(replace(outer, allowed=outer.allowed.union(codes)))
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def scope(name: str, kind: Kind = "part") -> Iterator[Scope]:
    """Put the nodes made inside under ``name``; ``/`` in it opens nested scopes.

    Examples
    --------
    >>> with scope("encoder", kind="stack"), scope("layer.0", kind="layer"):
    ...     current_scope().path
    'encoder/layer.0'
    """
    inner = _scope.get().inside(name, kind)
    token = _scope.set(inner)
    try:
        yield inner
    finally:
        _scope.reset(token)


def block(
    *,
    kind: Kind = "part",
    requires: Sequence[str] = (),
    sizes: Mapping[str, str] | None = None,
    name: str | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a block: its nodes share a scope, and it declares what it needs.

    Parameters
    ----------
    kind
        ``stack``, ``layer``, ``sublayer`` or ``part``.
    requires
        Conditions such as ``"h | d_model"``.
    sizes
        What the names in ``requires`` stand for: an argument (``"heads"``) or an axis of one
        (``"query[-1]"``). A name that is not listed is the symbol of that name.
    name
        The scope's name; by default the function's. ``""`` adds none: the block marks the
        caller's scope, as the layers of cutaway do.

    Raises
    ------
    ShapeError
        When called with sizes at which a declared condition can never hold.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        form = inspect.signature(function)
        label = function.__name__ if name is None else name

        @functools.wraps(function)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            declared: list[Condition] = []
            if requires:
                bound = form.bind(*args, **kwargs)
                bound.apply_defaults()
                known = _resolve(sizes or {}, bound.arguments)
                declared = [
                    found
                    for text in requires
                    if (found := _declare(text, sizes or {}, known, function.__name__)) is not None
                ]
            inner = _scope.get().inside(label, kind).marked(kind, declared)
            token = _scope.set(inner)
            try:
                return function(*args, **kwargs)
            finally:
                _scope.reset(token)

        return wrapper

    return decorate


def _resolve(sizes: Mapping[str, str], arguments: Mapping[str, object]) -> dict[str, Dim]:
    known: dict[str, Dim] = {}
    for name, spec in sizes.items():
        match = re.fullmatch(r"(\w+)(?:\[(-?\d+)\])?", spec)
        assert match, spec
        value = arguments[match[1]]
        if value is None:
            continue
        if match[2] is not None:
            shape: tuple[Dim, ...] = getattr(value, "shape", ())
            if not -len(shape) <= int(match[2]) < len(shape):
                continue  # too few axes: the function itself says so better
            value = shape[int(match[2])]
        known[name] = as_dim(value)
    return known


def _declare(
    text: str, named: Mapping[str, str], known: Mapping[str, Dim], what: str
) -> Condition | None:
    """Return a declared condition in the caller's sizes.

    None where it always holds, or where an argument that it speaks of was not given.
    """
    general = parse_condition(text)
    if isinstance(general, bool):
        raise OptionError(f"@block(requires=[{text!r}]) holds {'always' if general else 'never'}")
    if any(name in named and name not in known for name in general.symbols):
        return None
    swap = {
        symbol: sympy.sympify(known[symbol.name])
        for side in (general.left, general.right)
        for symbol in sympy.sympify(side).free_symbols
        if symbol.name in known
    }
    sides = [show(sympy.sympify(s).xreplace(swap)) for s in (general.left, general.right)]
    found = parse_condition(f"{sides[0]} {general.relation} {sides[1]}")
    if found is False:
        came = ", ".join(f"{name} = {show(dim)}" for name, dim in known.items())
        misfit = _misfit(general, known, what)
        raise ShapeError(
            explain(
                f"{what}: sizes that can never fit",
                required=text,
                came=came,
                where=f"scope {misfit.scope or '(top)'}, {misfit.source}",
                fix=misfit.fix,
            ),
            misfit,
        )
    return found if isinstance(found, Condition) else None


def _misfit(general: Condition, known: Mapping[str, Dim], what: str) -> Misfit:
    """Say as data which declared condition a block's sizes break."""
    divides, number = general.relation == "|", show(general.right)
    size = known.get(number)
    fix = f"choose sizes with {general}"
    if divides and isinstance(size, int):
        fix = choose_divisor(show(general.left), f"{number} = {size}", size)
    left, right = (
        Derivation(known.get(show(side), side), show(side), current_source())
        for side in (general.left, general.right)
    )
    return Misfit(
        "not-divisible" if divides else "sizes-differ",
        what,
        current_scope().path,
        current_source(),
        False,
        f"{what} requires {general}",
        left,
        right,
        fix,
    )
