"""The training loop: what it computes, what it tells, and how exactly it goes on."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from trainings import digits, reversing, same

import cutaway as ca
from cutaway.run import SGD, Adam, AdamW, Optimizer, State, clip_by_norm
from cutaway.training import Callback, Fit, Guard, History, TrainingStep, report
from cutaway.training.blocks import blocks
from cutaway.training.history import MOST

OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": SGD(0.1),
    "momentum": SGD(0.1, momentum=0.9, nesterov=True),
    "adam": Adam(lr=lambda step: 3e-3 / (1 + step)),
    "adamw": AdamW(3e-3, amsgrad=True),
}


class StoppedError(Exception):
    """A training that somebody interrupts."""


def stop_at(step: int) -> Callback:
    """Return a callback that interrupts."""

    def stop(record: TrainingStep) -> None:
        if record.step == step:
            raise StoppedError

    return stop


def train(steps: int = 12, **options: Any) -> Fit:
    """Train the small model."""
    graph = options.pop("loss", reversing())
    params = ca.initialize(graph, seed=0, dtype=options.pop("dtype", "float32"))
    given = {"optimizer": Adam(3e-3), "batches": digits, "params": params, **options}
    return ca.fit(graph, steps=steps, **given)


def test_the_loop_is_the_one_written_by_hand() -> None:
    graph = reversing()
    params, state = ca.initialize(graph, seed=0), State()
    slopes, losses, lengths = ca.value_and_grad(graph), [], []
    for step in range(5):
        feeds = digits(step, np.random.default_rng([7, step]))
        value, grads = slopes(feeds, params)
        clipped, norm = clip_by_norm(grads, 1.0)
        params, state = Adam(3e-3).update(params, clipped, state)
        losses.append(float(value))
        lengths.append(norm)
    found = train(5, clip=1.0, seed=7)
    assert same(found.params, params)
    assert found.history["loss"][""].tolist() == losses
    norms = np.linalg.norm(found.history["gradient"].values, axis=1)
    np.testing.assert_allclose(norms, lengths, rtol=1e-5)
    assert found.state.step == 5


@pytest.mark.parametrize(
    ("name", "dtype"),
    [*((name, "float32") for name in OPTIMIZERS), ("adam", "float64"), ("momentum", "float16")],
)
def test_going_on_gives_the_same_bits(name: str, dtype: str, tmp_path: Path) -> None:
    options: dict[str, Any] = {"optimizer": OPTIMIZERS[name], "dtype": dtype, "clip": 1.0}
    whole = train(**options)
    kept: dict[str, Any] = {**options, "checkpoint": tmp_path / "new" / "run", "every": 4}
    with pytest.raises(StoppedError):
        train(callbacks=[stop_at(9)], **kept)
    again = train(**kept)
    assert (whole.resumed, again.resumed) == (0, 8)
    assert same(again.params, whole.params)
    for slot, arrays in whole.state.slots.items():
        assert same(again.state.slots[slot], arrays)
    for key in ("loss", "gradient", "rate", "update"):
        np.testing.assert_array_equal(again.history[key].values, whole.history[key].values)
    done = train(**kept)  # nothing is left to do
    assert done.resumed == 12
    assert same(done.params, whole.params)
    assert len(done.history["loss"].steps) == 12


def test_feeds_wider_than_the_weights_do_not_widen_them(tmp_path: Path) -> None:
    x, w = ca.input("x", "N"), ca.parameter("w", "N")
    loss = ca.ops.square(x * w).mean()
    found = ca.fit(loss, [{"x": np.ones(3)}], {"w": np.ones(3, np.float32)}, SGD(0.1), steps=3)
    assert found.params["w"].dtype == np.float32


def test_a_list_of_feeds_is_taken_in_turns() -> None:
    x, w = ca.input("x", ()), ca.parameter("w", ())
    seen: list[float] = []
    ca.fit(
        x * w,
        [{"x": 1.0}, {"x": 2.0}],
        {"w": np.array(1.0)},
        SGD(0.0),
        steps=5,
        callbacks=[lambda record: seen.append(float(np.asarray(record.feeds["x"])))],
    )
    assert seen == [1.0, 2.0, 1.0, 2.0, 1.0]


def test_whole_numbers_are_taken_for_floats() -> None:
    w = ca.parameter("w", "N")
    found = ca.fit(ca.ops.square(w).mean(), [{}], {"w": np.array([2, 4])}, SGD(0.1), steps=1)
    assert found.params["w"].tolist() == [1.8, 3.6]


def test_the_weights_given_are_not_changed() -> None:
    graph = reversing()
    params = ca.initialize(graph)
    before = {path: array.copy() for path, array in params.items()}
    ca.fit(graph, digits, params, SGD(0.5, momentum=0.9), steps=3)
    assert same(params, before)


def test_what_a_callback_is_told() -> None:
    records: list[TrainingStep] = []
    graph = reversing()
    watch = {**ca.attention_entropy(graph), "double": graph.outputs[0] * 2.0}
    train(3, loss=graph, watch=watch, callbacks=[records.append], optimizer=SGD(0.5))
    first = records[0]
    assert [record.step for record in records] == [0, 1, 2]
    assert set(first.gradient) == {
        "source_embedding",
        "encoder/layer.0",
        "target_embedding",
        "decoder/layer.0",
        "output",
    }
    assert first.norm == pytest.approx(sum(x**2 for x in first.gradient.values()) ** 0.5)
    assert first.watched["double"][""] == pytest.approx(2 * first.loss)
    assert set(first.watched) == {
        "entropy/encoder/layer.0/self_attention",
        "entropy/decoder/layer.0/self_attention",
        "entropy/decoder/layer.0/cross_attention",
        "double",
    }
    heads = first.watched["entropy/encoder/layer.0/self_attention"]
    assert set(heads) == {"1", "2"}
    assert all(0.0 < entropy < np.log(5) + 1e-6 for entropy in heads.values())
    moved = sum(
        float(((records[1].params[p].astype("f8") - a) ** 2).sum()) for p, a in first.params.items()
    )
    norm = sum(float((a.astype("f8") ** 2).sum()) for a in first.params.values())
    assert first.update == pytest.approx((moved / norm) ** 0.5, rel=1e-5)
    assert (first.rate, first.steps, first.seconds > 0) == (0.5, 3, True)


def test_entropy_knows_masks_and_rows_that_see_nothing() -> None:
    scores, values = ca.input("scores", "T 3"), ca.input("values", "3 D")
    seen = ca.input("seen", "T 3", dtype="bool")
    weights = ca.ops.softmax(ca.ops.where(seen, scores @ ca.constant(np.eye(3)), -np.inf))
    (entropy,) = ca.attention_entropy(weights @ values).values()
    feeds: dict[str, Any] = {
        "scores": np.zeros((3, 3)),
        "seen": [[True, True, False], [True, False, False], [False, False, False]],
    }
    (found,) = ca.evaluate(entropy, feeds)
    assert found == pytest.approx((np.log(2) + 0.0) / 2)


def test_entropy_by_head_through_dropout_and_groups() -> None:
    x = ca.input("x", "B T D")
    seed = ca.input("seed", (), dtype="int")
    q, k, v = (ca.input(name, "B H T D") for name in "qkv")
    weights = ca.ops.dropout(ca.ops.softmax(q @ k.mT / 2.0), 0.5, seed)
    (dropped,) = ca.attention_entropy(weights @ v).values()
    assert [str(size) for size in dropped.shape] == ["H"]
    grouped = ca.layers.multi_head_attention(x, heads=4, kv_heads=2)
    (node,) = ca.attention_entropy(grouped).values()
    feeds = {"x": np.random.default_rng(0).standard_normal((2, 3, 8))}
    params = ca.initialize(grouped, {"D": 8})
    _, found = ca.evaluate([grouped, node], feeds, params)
    assert found.size == 4


def test_callbacks_are_entered_and_left_whatever_happens() -> None:
    said: list[str] = []

    class Door:
        def __enter__(self) -> None:
            said.append("in")

        def __exit__(self, *_: object) -> None:
            said.append("out")

        def __call__(self, record: TrainingStep) -> None:
            said.append(str(record.step))

    with pytest.raises(StoppedError):
        train(5, callbacks=[Door(), stop_at(1)])
    assert said == ["in", "0", "1", "out"]


def test_all_callbacks_are_told_of_the_step_that_one_of_them_stops() -> None:
    told: list[int] = []
    with pytest.raises(StoppedError):
        train(5, callbacks=[stop_at(1), lambda record: told.append(record.step)])
    assert told == [0, 1]


def test_an_error_in_leaving_a_callback_takes_nothing_away() -> None:
    class Broken:
        def __enter__(self) -> None: ...

        def __exit__(self, *_: object) -> None:
            raise OSError("no room")

        def __call__(self, record: TrainingStep) -> None: ...

    with pytest.warns(UserWarning, match="Broken ended in an error: OSError: no room"):
        found = train(3, callbacks=[Broken()])
    assert same(found.params, train(3).params)
    with (
        pytest.warns(UserWarning, match="Broken ended in an error"),
        pytest.raises(StoppedError),
    ):
        train(3, callbacks=[Broken(), stop_at(1)])


@pytest.mark.parametrize(
    ("batches", "fix"),
    [(lambda step, random: None, "end the function with: return"), ([3], "{…} of arrays")],
)
def test_batches_that_give_no_feeds(batches: Any, fix: str) -> None:
    with pytest.raises(ca.FeedError, match="batches give no feeds for step 0") as error:
        train(2, batches=batches)
    assert "the names of the inputs: target, source, labels" in str(error.value)
    assert fix in str(error.value)


def test_blocks_of_a_plain_layer() -> None:
    y = ca.layers.feed_forward(ca.input("x", "T D"), 8)
    assert set(blocks(ca.Graph(y).parameters).values()) == {"up", "down"}


def test_a_long_history_is_thinned_evenly() -> None:
    history = History()
    for step in range(3 * MOST):
        history.add(step, {"loss": {"": float(step)}, "seconds": {"": 1.0}})
    steps = history["loss"].steps
    assert history.stride == 4
    assert len(steps) <= MOST
    assert (np.diff(steps) == 4).all()
    np.testing.assert_array_equal(history["loss"][""], steps)
    assert "Every 4th step is shown." in [*report(history)._sheet.body.texts()]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batches": iter([])}, "a function of the step and a random generator, or a list"),
        ({"batches": []}, "there are no feeds to train with"),
        ({"callbacks": [3]}, r"callbacks\[0\] is no callback"),
        ({"callbacks": [Guard(), Guard]}, r"callbacks\[1\] is no callback"),
        ({"callbacks": Guard()}, "callbacks are no list"),
        ({"loss": ca.ops.dim(3) * 1.0}, "there is nothing to train"),
        ({"steps": -1}, "steps is no count"),
        ({"steps": 2.5}, "steps is no count"),
        ({"every": 0}, "every is no count"),
        ({"watch": {"loss": ca.constant(1.0)}}, "watch has 'loss', which is measured anyway"),
    ],
)
def test_what_has_no_meaning(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ca.OptionError, match=message):
        train(**options)
