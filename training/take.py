"""One step of a training: it depends on the state before it, on its number and the seed alone."""

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from cutaway.graph import FeedError, Graph, Node, OptionError
from cutaway.graph.errors import explain
from cutaway.run import Optimizer, State, clip_by_norm, with_gradients
from cutaway.run.compile import Array, Arrays
from cutaway.training.blocks import blocks, norms
from cutaway.training.checkpoint import Checkpoint
from cutaway.training.history import Values
from cutaway.training.record import TrainingStep

Batches: TypeAlias = Callable[[int, np.random.Generator], Arrays] | Sequence[Arrays]


@dataclass(frozen=True)
class Training:
    """What stays the same from step to step; :func:`cutaway.training.fit` says what it is."""

    graph: Graph
    batches: Batches
    optimizer: Optimizer
    steps: int
    dims: Any
    clip: float | None
    watch: Mapping[str, Node]
    seed: int

    def __post_init__(self) -> None:
        """Refuse batches that cannot be given again."""
        if isinstance(self.batches, Sequence) and not self.batches:
            raise OptionError(
                explain(
                    "there are no feeds to train with",
                    required="at least one in batches",
                    came=repr(self.batches),
                    fix="batches=[feeds], or a function of the step and a random generator",
                )
            )
        if not callable(self.batches) and not isinstance(self.batches, Sequence):
            raise OptionError(
                explain(
                    "batches cannot be given again, so that no training could be resumed",
                    required="a function of the step and a random generator, or a list of feeds",
                    came=repr(self.batches)[:80],
                    fix="batches=lambda step, random: {…}, or batches=[feeds]",
                )
            )

    @cached_property
    def _run(self) -> Callable[..., tuple[Array, dict[str, Array], list[Array]]]:
        return with_gradients(self.graph, also=self.watch.values())

    @cached_property
    def _blocks(self) -> dict[str, str]:
        return blocks(self.graph.parameters)

    def take(self, at: Checkpoint) -> tuple[TrainingStep, Checkpoint]:
        """Return what happened at a step, and where the training stands after it."""
        start = time.perf_counter()
        feeds = self._feeds(at.step)
        value, grads, measured = self._run(feeds, at.params, self.dims)
        with np.errstate(all="ignore"):  # what is not finite is told by callbacks, with its place
            clipped = grads if self.clip is None else clip_by_norm(grads, self.clip)[0]
            params, state = self.optimizer.update(at.params, clipped, at.state)
            same = {path: own(array, at.params[path].dtype) for path, array in params.items()}
        after = Checkpoint(same, _owned(state), at.step + 1, at.history)
        gradient = norms(grads, self._blocks)
        record = TrainingStep(
            step=at.step,
            steps=self.steps,
            loss=float(value),
            gradient=gradient,
            norm=math.hypot(*gradient.values()),
            rate=self.optimizer.rate(at.state.step),
            update=_moved(at.params, after.params),
            seconds=time.perf_counter() - start,
            watched=_watched(self.watch, measured),
            graph=self.graph,
            feeds=feeds,
            params=at.params,
            dims=self.dims,
            grads=grads,
            history=at.history,
        )
        at.history.add(at.step, record.values)
        return record, after

    def _feeds(self, step: int) -> Arrays:
        if callable(self.batches):
            feeds = self.batches(step, np.random.default_rng([self.seed, step]))
        else:
            feeds = self.batches[step % len(self.batches)]
        if isinstance(feeds, Mapping):
            return feeds
        names = ", ".join(node.name for node in self.graph.inputs)
        raise FeedError(
            explain(
                f"batches give no feeds for step {step}",
                required=f"arrays by the names of the inputs: {names}",
                came=repr(feeds)[:80],
                fix="end the function with: return {…}" if feeds is None else "{…} of arrays",
            )
        )


def own(array: Array, dtype: Any = None) -> Array:
    """Return an array in C order, as a checkpoint gives it: sums of floats depend on the order."""
    return np.asarray(array, dtype, order="C")


def _owned(state: State) -> State:
    slots = {
        name: {path: own(array) for path, array in arrays.items()}
        for name, arrays in state.slots.items()
    }
    return State(state.step, slots)


def _moved(before: Mapping[str, Array], after: Mapping[str, Array]) -> float:
    """Return how far weights moved, as a share of their norm."""
    whole = dict.fromkeys(before, "")
    with np.errstate(all="ignore"):
        far = norms({path: after[path] - before[path] for path in before}, whole)
    return far.get("", 0.0) / (norms(before, whole).get("", 0.0) or 1.0)


def _watched(watch: Mapping[str, Node], arrays: Iterable[Array]) -> Values:
    """Return what is measured besides: numbered from 1 where a node has several numbers."""
    found = {}
    for name, array in zip(watch, arrays, strict=True):
        numbers = array.reshape(-1).tolist()
        parts = [""] if array.ndim == 0 else [str(n) for n in range(1, len(numbers) + 1)]
        found[name] = dict(zip(parts, map(float, numbers), strict=True))
    return found
