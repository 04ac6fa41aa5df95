"""Real weights: MiniLM on 32 tokens is stepped through in a tenth of what its values take."""

import tracemalloc

import compare_sentences as example
import numpy as np
import pytest
from stepping import same

import cutaway as ca

pytestmark = pytest.mark.minilm

TOKENS = 32
BUDGET = 1_000_000  # bytes, of 9.7 million
IN_USE = 2_000_000  # with the arrays of the step, and what kernels need


def stepper(budget: int | None = None) -> ca.Stepper:
    model = ca.load(example.installed())
    ids = np.random.default_rng(0).integers(1000, 20000, (1, TOKENS))
    feeds = {
        "input_ids": ids,
        "token_type_ids": np.zeros_like(ids),
        "attention_mask": np.ones_like(ids),
    }
    return ca.Stepper(model.graph, feeds, model.params, budget=budget)


def test_a_pretrained_model_in_bounded_memory() -> None:
    free = stepper()
    every = [step.value for step in free]
    assert free.held > 9 * BUDGET
    tight = stepper(BUDGET)
    for step in tight:
        assert same(step.value, every[step.index])
        assert tight.held <= BUDGET
    while (step_back := tight.back()) is not None:
        assert same(step_back.value, every[step_back.index])
        assert tight.held <= BUDGET


def test_the_memory_in_use_is_bounded_too() -> None:
    tight = stepper(BUDGET)
    tight.next()
    tight.start()
    tracemalloc.start()
    try:
        for _ in tight:
            pass
        while tight.back() is not None:
            pass
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most <= IN_USE
