"""What callbacks are told of a step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cutaway.graph import Graph
from cutaway.run.compile import Array, Arrays
from cutaway.training.history import History, Values


@dataclass(frozen=True, slots=True)
class TrainingStep:
    """One step of a training.

    Attributes
    ----------
    step, steps
        Which one, counted from 0, and how many there will be.
    loss
        Before the weights were changed.
    gradient
        The gradients' norms by block, before they were clipped.
    norm
        The norm of all of them.
    rate
        The learning rate.
    update
        How far the weights moved, as a share of their norm.
    seconds
        How long the step took.
    watched
        What else is measured, by name and part: ``entropy/…`` by head.
    graph, feeds, params, dims, grads
        What was run, with which weights (before the step), and the gradients as they were.
    history
        What was measured at all steps until now.
    """

    step: int
    steps: int
    loss: float
    gradient: Mapping[str, float]
    norm: float
    rate: float
    update: float
    seconds: float
    watched: Values
    graph: Graph = field(repr=False)
    feeds: Arrays = field(repr=False)
    params: Mapping[str, Array] = field(repr=False)
    dims: Any = field(repr=False)
    grads: Mapping[str, Array] = field(repr=False)
    history: History = field(repr=False)

    @property
    def values(self) -> Values:
        """All that is measured at this step, as the history keeps it."""
        return {
            "loss": {"": self.loss},
            "gradient": self.gradient,
            "rate": {"": self.rate},
            "update": {"": self.update},
            "seconds": {"": self.seconds},
            **self.watched,
        }


MEASURED = ("loss", "gradient", "rate", "update", "seconds")  # at every step
Callback: TypeAlias = Callable[[TrainingStep], object]
