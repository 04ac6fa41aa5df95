"""Trainings that go wrong are stopped, with the reason; healthy ones are left alone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from trainings import digits, reversing

import cutaway as ca
from cutaway.run import SGD, Adam, warmup
from cutaway.training import Guard

Feeds = dict[str, Any]


def layers(count: int, activation: Callable[[Any], ca.Node]) -> ca.Graph:
    """Return the loss of a plain network, layer upon layer."""
    x = ca.input("x", "N 8")
    for number in range(count):
        with ca.scope(f"layer.{number}", kind="layer"):
            x = activation(ca.layers.linear(x, 8))
    return ca.Graph(ca.ops.square(x - ca.input("y", "N 8")).mean())


def points(step: int, random: np.random.Generator) -> Feeds:
    """Return points, and what a fixed matrix makes of them."""
    x = random.standard_normal((16, 8))
    return {"x": x, "y": np.tanh(x[:, ::-1]) * 0.5 + 0.2}


def stopped(graph: ca.Graph, batches: Any, rate: float = 1e-3, **options: Any) -> ca.TrainingError:
    """Train until the guard stops it."""
    optimizer = options.pop("optimizer", SGD)(rate)
    params = {p: a * options.get("scale", 1.0) for p, a in ca.initialize(graph).items()}
    with pytest.raises(ca.TrainingError) as error:
        ca.fit(graph, batches, params, optimizer, steps=options.pop("steps", 250))
    return error.value


@pytest.mark.parametrize("optimizer", [SGD, Adam])
@pytest.mark.parametrize("rate", [30.0, 1e4])
def test_a_learning_rate_too_high(optimizer: Any, rate: float) -> None:
    error = stopped(reversing(), digits, rate, optimizer=optimizer)
    assert error.kind in ("diverging", "exploding", "not-finite")
    assert 0 < error.step < 20
    assert error.block
    assert f"the learning rate {rate:g} is likely too high" in str(error)
    assert f"try a quarter, {rate / 4:g}" in str(error)


def test_weights_that_stand_still() -> None:
    error = stopped(reversing(), digits, 1e-9)
    assert (error.kind, error.step) == ("plateau", 199)
    assert "the weights stand still: try a learning rate above 1e-09" in str(error)


def test_labels_that_have_nothing_to_do_with_the_feeds() -> None:
    def mixed(step: int, random: np.random.Generator) -> Feeds:
        return {"x": random.standard_normal((64, 8)), "y": random.choice([-1.0, 1.0], (64, 8))}

    graph = layers(1, ca.ops.tanh)
    params = {path: array * 0.01 for path, array in ca.initialize(graph).items()}
    with pytest.raises(ca.TrainingError, match="do feeds and labels belong together") as error:
        ca.fit(graph, mixed, params, Adam(1e-4), steps=250)
    assert error.value.kind == "plateau"


def test_gradients_that_vanish_name_the_first_layer() -> None:
    error = stopped(layers(16, ca.ops.sigmoid), points, 0.1, scale=0.5)
    assert (error.kind, error.block) == ("vanishing", "layer.0")


def test_a_block_that_nothing_reads() -> None:
    x, y = ca.input("x", "N 8"), ca.input("y", "N 8")
    with ca.scope("dead"):
        dead = ca.layers.linear(x, 8)
    with ca.scope("live"):
        live = ca.layers.linear(x, 8)
    graph = ca.Graph(ca.ops.square(live + dead * 0.0 - y).mean())
    error = stopped(graph, points, 0.01)
    assert (error.kind, error.block) == ("vanishing", "dead")
    assert "nothing reads this block" in str(error)


def test_first_weights_that_are_too_large() -> None:
    error = stopped(layers(8, lambda x: x), points, 1e-3, scale=30.0)
    assert (error.kind, error.step) == ("exploding", 0)
    assert "the first weights are too large" in str(error)


def test_a_bad_feed_is_named() -> None:
    def broken(step: int, random: np.random.Generator) -> Feeds:
        feeds = points(step, random)
        feeds["x"][3, 2] = np.nan if step == 4 else feeds["x"][3, 2]
        return feeds

    error = stopped(layers(2, ca.ops.tanh), broken)
    assert (error.kind, error.step) == ("not-finite", 4)
    assert "NaN in 1 of 128 numbers" in str(error)
    assert "where:    x, the first value that is not finite" in str(error)
    assert "look at this step's feeds" in str(error)


def test_a_log_of_zero_is_found_where_it_arises() -> None:
    x, y = ca.input("x", "N 8"), ca.input("y", "N 8")
    with ca.scope("head"):
        share = ca.ops.relu(ca.layers.linear(x, 8))
    graph = ca.Graph(-(ca.ops.log(share) * y).mean())
    error = stopped(graph, points)
    assert (error.kind, error.step) == ("not-finite", 0)
    assert "where:    log, the first value that is not finite" in str(error)
    assert "-inf in" in str(error)


@pytest.mark.parametrize(
    "op",
    [lambda x: x * -1e200 * 1e200, lambda x: -x / (x - x)],
    ids=["overflow", "division"],
)
def test_minus_infinity_is_named_where_it_arises(op: Any) -> None:
    x, w = ca.input("x", "N 8"), ca.parameter("w", "8")
    with ca.scope("first"):
        made = op(x * w)
    with ca.scope("second"):
        loss = ca.ops.square(made).mean()
    with pytest.raises(ca.TrainingError) as error:
        ca.fit(ca.Graph(loss), [{"x": np.ones((2, 8))}], {"w": np.ones(8)}, SGD(0.1), steps=2)
    assert (error.value.kind, error.value.block) == ("not-finite", "first")
    assert "-inf in 16 of 16" in str(error.value)


def test_the_first_bad_value_of_the_backward_pass() -> None:
    x, w = ca.input("x", "N 8"), ca.parameter("w", "8")
    with ca.scope("root"):
        root = ca.ops.sqrt(x * w)
    graph = ca.Graph(root.mean())
    with pytest.raises(ca.TrainingError) as error:
        ca.fit(graph, [{"x": np.zeros((2, 8))}], {"w": np.ones(8)}, SGD(0.1), steps=2)
    assert (error.value.kind, error.value.block) == ("not-finite", "root")
    assert "the gradients of w are not finite" in str(error.value)
    assert "∇/root/" in str(error.value)


def test_the_infinities_of_masks_are_meant() -> None:
    x = ca.input("x", "B T 8")
    y = ca.layers.encoder_layer(x, heads=2, hidden=8, mask=ca.ops.causal_mask("T"))
    graph = ca.Graph(ca.ops.square(y - x).mean())
    feeds = [{"x": np.random.default_rng(0).standard_normal((2, 4, 8))}]
    assert ca.fit(graph, feeds, ca.initialize(graph), Adam(1e-3), steps=210).state.step == 210


def test_weights_that_are_not_finite_end_a_training_without_a_guard(tmp_path: Any) -> None:
    x, w = ca.input("x", "N"), ca.parameter("w", ())
    loss = ca.ops.square(x * w).mean()
    params, optimizer = {"w": np.array(1.0, np.float32)}, SGD(1e3)
    with pytest.raises(ca.TrainingError, match="the new weights are not finite") as error:
        ca.fit(
            loss,
            [{"x": [3.0]}],
            params,
            optimizer,
            steps=50,
            callbacks=(),
            checkpoint=tmp_path,
            every=1,
        )
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names[-1] == f"step-{error.value.step:08d}.safetensors"  # the last good one
    assert error.value.block == "w"


HEALTHY: dict[str, Callable[[], tuple[ca.Graph, Any, Any]]] = {
    "reversing": lambda: (reversing(), digits, Adam(3e-3)),
    "paper's schedule": lambda: (reversing(), digits, Adam(warmup(8, 100), (0.9, 0.98), 1e-9)),
    "pre-norm": lambda: (reversing(norm="pre"), digits, SGD(0.1, momentum=0.9)),
    "relu": lambda: (layers(4, ca.ops.relu), points, Adam(1e-3)),
    "tanh": lambda: (layers(3, ca.ops.tanh), points, SGD(0.1)),
    "linear": lambda: (layers(1, lambda x: x), points, SGD(0.2)),
    "gelu": lambda: (layers(6, ca.ops.gelu), points, Adam(1e-2)),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_training_is_left_alone(name: str) -> None:
    graph, batches, optimizer = HEALTHY[name]()
    found = ca.fit(graph, batches, ca.initialize(graph), optimizer, steps=450, callbacks=[Guard()])
    losses = found.history["loss"][""]
    assert losses[-20:].mean() < losses[:20].mean()
