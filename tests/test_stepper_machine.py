"""Any sequence of moves, levels and patches: values stay those of a plain evaluation."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from stepping import At, at, points, same

import cutaway as ca
from cutaway.step import LEVELS

Function = Callable[[Any], Any]
FUNCTIONS: dict[str, Function] = {
    "half": lambda array: array * 0.5,
    "more": lambda array: array + 0.25,
    "even": lambda array: np.full_like(array, 0.5),
}


def layer() -> At:
    """Return an encoder layer on three tokens."""
    x = ca.input("x", "B T d_model")
    graph = ca.Graph(ca.layers.encoder_layer(x, heads=2, hidden=4))
    return at(graph, {"B": 1, "T": 3, "d_model": 4})


class Walk(RuleBasedStateMachine):
    """A stepper, and beside it the patches that are in force, as functions of primitives."""

    backward = False

    @initialize(point=st.one_of(st.just(None), points()), tight=st.booleans())
    def begin(self, point: At | None, tight: bool) -> None:
        budget = 20_000 if tight and point is None else None
        self.point = point or layer()
        try:
            self.stepper = self.open(budget)
        except ca.GradError:  # there is nothing to differentiate
            self.point = layer()
            self.stepper = self.open(None)
        self.patches: list[tuple[ca.step.Patch, ca.Node, Any, Function]] = []
        self.seen: dict[tuple[str, int], Any] = {}

    @rule(n=st.integers(0, 5))
    def go_on(self, n: int) -> None:
        before = self.stepper.index
        self.stepper.next(n)
        assert self.stepper.index == min(before + n, len(self.stepper) - 1)

    @rule(n=st.integers(0, 5))
    def go_back(self, n: int) -> None:
        before = self.stepper.index
        self.stepper.back(n)
        assert self.stepper.index == max(before - n, -1)

    @precondition(lambda self: len(self.stepper) > 0)
    @rule(data=st.data())
    def go_to(self, data: st.DataObject) -> None:
        self.stepper.goto(data.draw(st.integers(0, len(self.stepper) - 1)))

    @rule(name=st.sampled_from(["over", "into", "out", "start", "run", "reverse"]))
    def move(self, name: str) -> None:
        before = self.place()
        try:
            getattr(self.stepper, name)()
        except ca.OptionError:
            assert self.place() == before

    @rule(level=st.sampled_from(LEVELS))
    def change_level(self, level: str) -> None:
        before = self.place()
        try:
            self.stepper.level = level
        except ca.OptionError:
            assert level == "token"
            assert self.place() == before

    @rule(op=st.booleans(), changes=st.booleans())
    def stop(self, op: bool, changes: bool) -> None:
        kind = self.stepper.graph.nodes[-1].op.name if op else ""
        self.stepper.breakpoint(op=kind, when="abs > 0.5", changes=changes)

    @rule(data=st.data())
    def watch(self, data: st.DataObject) -> None:
        self.stepper.watch(data.draw(st.sampled_from(self.stepper.graph.nodes)))

    @rule(data=st.data(), name=st.sampled_from(sorted(FUNCTIONS)), as_array=st.booleans())
    def patch(self, data: st.DataObject, name: str, as_array: bool) -> None:
        nodes = [node for node in self.stepper.graph.nodes if node.dtype == "float"]
        if not nodes:
            return
        node, function = data.draw(st.sampled_from(nodes)), FUNCTIONS[name]
        before = self.place()
        value = self.stepper.value(node)
        array = np.asarray(function(value))
        try:
            made = self.stepper.patch(node, array if as_array else function)
        except (ca.OptionError, ca.FeedError):  # it is patched already; or what follows is NaN
            assert self.place() == before
            return
        detail = self.stepper._detail
        part = detail.parts[node]
        inner = part.at is None
        place = node if inner else self.primitives().whole[part.node]
        used = (lambda _: array) if as_array else function
        self.patches.append((made, place, None if inner else part.at, used))
        self.seen.clear()

    @precondition(lambda self: self.patches)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(self.patches) - 1))
        patch, *_ = self.patches[place]
        try:
            patch.remove()
        except ca.FeedError:  # another patch's function makes NaN of what is there now
            return
        del self.patches[place]
        self.seen.clear()

    @rule(
        ask=st.sampled_from(
            [
                lambda s: s.until(lambda step: 1 / (step.index % 3)),
                lambda s: s.until(3),
                lambda s: s.goto("no such step"),
                lambda s: s.patch(s.graph.nodes[-1], lambda value: 1 / 0),
                lambda s: s.watch(s.graph.nodes[0], lambda value: 1 / 0),
                lambda s: s.breakpoint(when=[]),
            ]
        )
    )
    def fail(self, ask: Callable[[ca.Stepper], Any]) -> None:
        before = self.place()
        try:
            made = ask(self.stepper)
        except ca.CutawayError:
            assert self.place() == before
        else:
            if isinstance(made, ca.step.Watch):  # at the start it has not been read yet
                made.remove()

    def open(self, budget: int | None) -> ca.Stepper:
        self.axis = next((name for name in "TBN" if name in self.point.graph.symbols), "")
        return self.point.stepper(axis=self.axis, backward=self.backward, budget=budget)

    def place(self) -> Any:
        """Return all that a move or a patch may change."""
        stepper = self.stepper
        return (
            stepper.level,
            stepper.index,
            tuple(stepper._frames),
            stepper.patches,
            [(watch, len(watch.history)) for watch in stepper.watches],
            [(found, found.hits) for found in stepper.breakpoints],
        )

    def primitives(self) -> Any:
        return self.stepper._levels.detail("primitive")

    @invariant()
    def the_same_step_has_the_same_value(self) -> None:
        step = self.stepper.current
        if step is not None:
            assert same(step.value, self.stepper.value(step.node))
            before = self.seen.setdefault((step.level, step.index), step.value)
            assert same(before, step.value)

    def teardown(self) -> None:
        if not hasattr(self, "patches"):
            return
        expected = self.by_hand()
        whole, stepper = self.primitives().whole, self.stepper
        for level in LEVELS:
            if level == "token" and not self.axis:
                continue
            stepper.level = level
            for node, part in stepper._detail.parts.items():
                if part.at is not None:
                    value = expected[whole[part.node]][part.at]
                    np.testing.assert_allclose(stepper.value(node), value, rtol=1e-5, atol=1e-7)
        stepper.level = "op"
        stepper.unpatch()
        for node, value in self.point.trace().items():
            assert same(stepper.value(node), value)

    def by_hand(self) -> dict[ca.Node, Any]:
        """Evaluate the primitives one after the other, with the patches."""
        graph, point = self.primitives().graph, self.point
        known = {name: size for name, size in point.dims.items() if name in graph.symbols}
        run = ca.compile(graph).start(point.feeds, point.params, known)
        found: dict[ca.Node, Any] = {}
        with np.errstate(all="ignore"):
            for node in graph.nodes:
                kernel = run.plan.kernels.get(node)
                inputs = [found[source] for source in node.inputs]
                value = run(node) if kernel is None else kernel(run.plan.xp, *inputs)
                value = np.array(value)
                for _, place, at, function in self.patches:
                    if place is node and at is not None:
                        value[at] = function(value[at])
                    elif place is node:
                        value = np.asarray(function(value))
                found[node] = value
        return found


class BackwardWalk(Walk):
    """The same through the gradients."""

    backward = True


CALM = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


@pytest.mark.parametrize("machine", [Walk, BackwardWalk])
def test_any_sequence(machine: type[Walk]) -> None:
    run_state_machine_as_test(machine, settings=CALM)
