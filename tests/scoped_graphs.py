"""Random graphs in random scopes: left and entered again, with repeated blocks, masks, weights."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, get_args

from hypothesis import strategies as st

import cutaway as ca
from cutaway.graph.scope import Kind

PATHS = ("", "a", "a/b", "a/b/c", "a/d", "e", "e/b", "a.1")
KINDS: tuple[Kind, ...] = get_args(Kind)
BODY = 9  # what a step can do, but for a loop

Step = tuple[int, int, int, int]  # scope, what, and two operands, counted from the latest
Loop = tuple[int, int, list[Step], str]  # scope, times, body, names of the copies


class Program:
    """Builds a graph step by step; operands are counted from the latest value."""

    def __init__(self, kinds: list[Kind], inputs: int) -> None:
        self._kinds = dict(zip(PATHS[1:], kinds, strict=True))
        self.values = [ca.input(f"x{n}", "T D") for n in range(inputs)]
        self.masks: list[ca.Node] = []
        self.weights: list[ca.Node] = []

    @contextmanager
    def scope(self, path: str) -> Iterator[None]:
        """Open the scopes of a path, each with its kind."""
        with ExitStack() as stack:
            names = path.split("/") if path else []
            for depth, name in enumerate(names, 1):
                kind = self._kinds.get("/".join(names[:depth]), "part")
                stack.enter_context(ca.scope(name, kind=kind))
            yield

    def step(self, what: int, left: int, right: int) -> None:
        """Do one thing."""
        a, b = (self.values[-1 - n % len(self.values)] for n in (left, right))
        match what:
            case 0:
                self.values.append(ca.ops.relu(a))
            case 1:
                self.values.append(a + b)
            case 2:
                self.weights.append(ca.parameter(f"w{len(self.weights)}", "D D"))
                self.values.append(a @ self.weights[-1])
            case 3 if self.weights:
                self.values.append(a @ self.weights[right % len(self.weights)])
            case 4 if self.weights:
                self.weights.append(self.weights[left % len(self.weights)] * 2.0)
            case 5:
                self.masks.append(a > b)
            case 6 if self.masks:
                self.values.append(ca.ops.where(self.masks[right % len(self.masks)], a, b))
            case 7 if self.masks:
                self.masks.append(self.masks[-1] | self.masks[right % len(self.masks)])
            case _:
                self.values.append(ca.ops.softmax(a))

    def loop(self, times: int, body: list[Step], name: str) -> None:
        """Do the same several times, each time with what came before and new weights."""
        for number in range(times):
            known, weights = self.values, self.weights
            with ca.scope(name.format(number), kind="layer"):
                self.values, self.weights = known[-1:], []
                for path, *step in body:
                    with ca.scope(PATHS[path]):
                        self.step(*step)
            self.values, self.weights = [*known, *self.values[1:]], weights


@st.composite
def graphs(draw: st.DrawFn) -> ca.Graph:
    """Draw a graph."""
    small = st.integers(0, 5)
    step = st.tuples(st.integers(0, len(PATHS) - 1), st.integers(0, BODY - 1), small, small)
    body = st.lists(step, min_size=1, max_size=6)
    names = st.sampled_from(("", "layer.{}", "same"))
    loop = st.tuples(st.integers(0, len(PATHS) - 1), st.integers(2, 4), body, names)
    kinds = st.lists(st.sampled_from(KINDS), min_size=len(PATHS) - 1, max_size=len(PATHS) - 1)
    program = Program(draw(kinds), draw(st.integers(1, 2)))
    parts: list[Any] = draw(st.lists(st.one_of(step, step, step, loop), min_size=1, max_size=20))
    for path, *part in parts:
        with program.scope(PATHS[path]):
            (program.loop if len(part) == 3 and isinstance(part[1], list) else program.step)(*part)
    found = [*program.values, *program.masks]
    others = draw(st.lists(st.sampled_from(found), max_size=3))
    return ca.Graph([program.values[-1], *dict.fromkeys(others)])
