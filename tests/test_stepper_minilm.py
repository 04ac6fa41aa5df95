"""Real weights: MiniLM on 32 tokens is stepped through in a tenth of what its values take."""

import compare_sentences as example
import numpy as np
import pytest
from stepping import same

import cutaway as ca

pytestmark = pytest.mark.minilm

TOKENS = 32
BUDGET = 1_000_000  # bytes, of 9.7 million


def test_a_pretrained_model_in_bounded_memory() -> None:
    model = ca.load(example.installed())
    ids = np.random.default_rng(0).integers(1000, 20000, (1, TOKENS))
    feeds = {
        "input_ids": ids,
        "token_type_ids": np.zeros_like(ids),
        "attention_mask": np.ones_like(ids),
    }
    free = ca.Stepper(model.graph, feeds, model.params)
    every = [step.value for step in free]
    assert free.held > 9 * BUDGET
    tight = ca.Stepper(model.graph, feeds, model.params, budget=BUDGET)
    for step in tight:
        assert same(step.value, every[step.index])
        assert tight.held <= BUDGET
    while (step_back := tight.back()) is not None:
        assert same(step_back.value, every[step_back.index])
        assert tight.held <= BUDGET
