"""Pretrained models: numbers of reference, names, counts, texts."""

import json
import mmap
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from checkpoints import (
    FOLDER,
    NAMES,
    WEIGHTS,
    Array,
    case,
    configure,
    copied,
    feeds,
    rewrite,
)

import cutaway as ca
from cutaway.models import FAMILIES, build

COUNTS = json.loads((FOLDER.parent / "param_counts.json").read_text("utf-8"))["models"]


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_the_reference(name: str) -> None:
    found, model = case(name), ca.load(FOLDER / name)
    fed = feeds(model, found)
    outputs = dict(zip(model.outputs, ca.evaluate(model.graph, fed, model.params), strict=True))
    expected = {k.removeprefix("output/"): a for k, a in found.items() if k.startswith("output/")}
    assert expected.keys() <= outputs.keys()
    assert model.outputs[0] in ("last_hidden_state", "logits", "prediction_logits")
    real = fed["attention_mask"] != 0
    for key, reference in expected.items():
        mine = outputs[key]
        assert mine.dtype == np.float32
        assert mine.shape == reference.shape
        if mine.ndim == 3:
            mine, reference = mine[real], reference[real]
        np.testing.assert_allclose(mine, reference, rtol=0, atol=1e-4, err_msg=key)


def test_every_family_has_a_case() -> None:
    models = [ca.load(FOLDER / name) for name in NAMES]
    assert {model.config["model_type"] for model in models} == set(FAMILIES)
    classes = {name for family in FAMILIES.values() for name in family.classes}
    assert {name for model in models for name in model.config["architectures"]} == classes


@pytest.mark.parametrize("name", COUNTS)
def test_published_sizes_have_their_published_counts(name: str) -> None:
    row = COUNTS[name]
    family = row["config_class"].removesuffix("Config").lower()
    tracemalloc.start()
    try:
        graph = build({"model_type": family, "architectures": [row["class"]], **row["config"]})
        assert ca.parameter_count(graph) == row["parameters"]
        assert tracemalloc.get_traced_memory()[1] < 64e6  # nothing but the graph
    finally:
        tracemalloc.stop()


def test_a_table_has_no_row_too_many() -> None:
    """Every row gives a parameter of some class, tied or not."""
    sizes = {
        "bert": {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
                 "intermediate_size": 8, "vocab_size": 9, "max_position_embeddings": 8},
        "distilbert": {"dim": 8, "n_layers": 1, "n_heads": 2, "hidden_dim": 8, "vocab_size": 9,
                       "max_position_embeddings": 8},
        "gpt2": {"n_embd": 8, "n_layer": 1, "n_head": 2, "vocab_size": 9, "n_positions": 8},
    }  # fmt: skip
    for family in FAMILIES.values():
        paths = {
            node.path
            for name in family.classes
            for tied in (True, False)
            for node in build(
                {
                    "model_type": family.name,
                    "architectures": [name],
                    "tie_word_embeddings": tied,
                    **sizes.get(family.name, sizes["bert"]),
                }
            ).parameters
        }
        for row in family.rows:
            assert any(row.numbers(path) is not None for path in paths), row


def test_scopes_are_readable() -> None:
    graph = ca.load(FOLDER / "gpt2").graph
    layer = [f"decoder/layer.1/{p}" for p in (
        "self_attention_norm/weight", "self_attention_norm/bias",
        *(f"self_attention/{part}/{w}" for part in ("query", "key", "value", "output")
          for w in ("weight", "bias")),
        "feed_forward_norm/weight", "feed_forward_norm/bias",
        *(f"feed_forward/{part}/{w}" for part in ("up", "down") for w in ("weight", "bias")),
    )]  # fmt: skip
    paths = {node.path for node in graph.parameters}
    assert {path for path in paths if "/layer.1/" in path} == set(layer)
    assert {path for path in paths if "layer." not in path} == {
        "embedding/weight", "embedding/positions/weight",
        "decoder/norm/weight", "decoder/norm/bias",
    }  # fmt: skip
    bert = ca.load(FOLDER / "bert_pretraining").graph
    assert {node.path for node in bert.parameters if "layer." not in node.path} == {
        "embedding/weight", "embedding/positions/weight", "embedding/token_types/weight",
        "embedding/norm/weight", "embedding/norm/bias", "pooler/weight", "pooler/bias",
        "output/transform/weight", "output/transform/bias", "output/norm/weight",
        "output/norm/bias", "output/bias", "next_sentence/weight", "next_sentence/bias",
    }  # fmt: skip
    (softmax, *_) = bert.find("encoder/layer.0/*/softmax")
    assert softmax.scope.kinds == ("stack", "layer", "sublayer", "part")
    assert softmax.source.file.endswith("bert.py")


@pytest.mark.parametrize(
    ("name", "contract"),
    [("bert", "T <= 40"), ("roberta", "T <= 38"), ("distilbert", "T <= 40"), ("gpt2", "T <= 40")],
)
def test_a_text_longer_than_the_position_table(name: str, contract: str) -> None:
    model = ca.load(FOLDER / name)
    found = ca.verify(model.graph)
    assert str(found) == f"valid iff {contract}"
    assert found.unmet == ()
    longest = int(contract.rpartition(" ")[2])
    inputs = [node.name for node in model.graph.inputs]
    ca.evaluate(model.graph, {key: np.full((1, longest), 5) % 2 for key in inputs}, model.params)
    with pytest.raises(ca.ContractError) as error:
        ca.evaluate(
            model.graph, {key: np.ones((1, longest + 1), int) for key in inputs}, model.params
        )
    assert f"required: {contract}\n  came:     T = {longest + 1}\n" in str(error.value)


def test_a_token_outside_of_the_vocabulary() -> None:
    model = ca.load(FOLDER / "bert")
    fed = feeds(model, case("bert"))
    fed["input_ids"] = fed["input_ids"] + 60
    with pytest.raises(ca.FeedError, match="an index out of range\n  required: 0 to 98"):
        ca.evaluate(model.graph, fed, model.params)


def test_padding_changes_nothing() -> None:
    """On the right for all; on the left where positions are counted after it."""
    for name in ("bert", "distilbert", "gpt2", "roberta"):
        model = ca.load(FOLDER / name)
        padding = model.config.get("pad_token_id") or 0
        ids = np.array([[5, 17, 80, 9]])
        whole = {"input_ids": ids, "attention_mask": ids != 0, "token_type_ids": ids * 0}
        for left, right in ((0, 3), (2, 1)):
            if left and name != "roberta":
                continue
            pads = [(0, 0), (left, right)]
            padded = {
                key: np.pad(value, pads, constant_values=padding if key == "input_ids" else 0)
                for key, value in whole.items()
            }
            mine, reference = (
                ca.evaluate(
                    model.graph.outputs[0],
                    {node.name: fed[node.name].astype(int) for node in model.graph.inputs},
                    {node.path: model.params[node.path]
                     for node in ca.Graph(model.graph.outputs[0]).parameters},
                )[0]
                for fed in (padded, whole)
            )  # fmt: skip
            np.testing.assert_allclose(mine[:, left : left + 4], reference, atol=1e-5)


def test_gradients_reach_every_weight() -> None:
    model = ca.load(FOLDER / "bert")
    fed = feeds(model, case("bert"))
    params = {path: array.astype(np.float64) for path, array in model.params.items()}
    ca.check_grads(model.graph, fed, params, order=1)
    loss = ca.Graph((model.graph.outputs[0] ** 2).mean() + model.graph.outputs[1].sum())
    _, slopes = ca.value_and_grad(loss)(fed, params)
    assert slopes.keys() == params.keys()
    assert all(np.abs(slope).max() > 0 for slope in slopes.values())


def mapped(array: Array) -> bool:
    """Whether an array is a view of a mapped file."""
    base: object = array
    while isinstance(base, np.ndarray):
        base = base.base
    return isinstance(base, mmap.mmap)


def test_weights_are_views_of_the_file_and_the_callers_own(tmp_path: Path) -> None:
    folder = copied("gpt2", tmp_path)
    before = (folder / WEIGHTS).read_bytes()
    model = ca.load(folder)
    assert all(mapped(array) for array in model.params.values())
    model.params["embedding/weight"][:] = 0.0
    assert (folder / WEIGHTS).read_bytes() == before
    assert np.abs(ca.load(folder).params["embedding/weight"]).max() > 0
    half = ca.load(FOLDER / "gpt2_base").params
    assert {array.dtype for array in half.values()} == {np.dtype("float32")}


def same(folder: Path, name: str) -> None:
    mine, reference = ca.load(folder), ca.load(FOLDER / name)
    assert mine.outputs == reference.outputs
    assert mine.params.keys() == reference.params.keys()
    for path, array in reference.params.items():
        np.testing.assert_array_equal(mine.params[path], array)


@pytest.mark.parametrize(
    ("name", "prefix"), [("bert", "bert."), ("roberta", "roberta."), ("distilbert", "distilbert.")]
)
def test_a_prefix_is_no_difference(name: str, prefix: str, tmp_path: Path) -> None:
    folder = copied(name, tmp_path)

    def rename(tensors: dict[str, Array]) -> None:
        for key in list(tensors):
            tensors[prefix + key] = tensors.pop(key)

    same(rewrite(folder, rename), name)


def test_names_buffers_and_tied_copies_of_old_checkpoints(tmp_path: Path) -> None:
    bert, gpt = copied("bert_pretraining", tmp_path), copied("gpt2", tmp_path)

    def old_bert(tensors: dict[str, Array]) -> None:
        for key in list(tensors):
            if "LayerNorm" in key:
                name = key.replace("weight", "gamma").replace("bias", "beta")
                tensors[name] = tensors.pop(key)
        tensors["bert.embeddings.position_ids"] = np.arange(12)[None]
        table = tensors["bert.embeddings.word_embeddings.weight"]
        tensors["cls.predictions.decoder.weight"] = table.copy()

    def old_gpt(tensors: dict[str, Array]) -> None:
        for key in list(tensors):  # as the first GPT-2 was published
            tensors[key.removeprefix("transformer.")] = tensors.pop(key)
        tensors["h.0.attn.bias"] = np.ones((1, 1, 40, 40), bool)
        tensors["h.1.attn.masked_bias"] = np.array([-1e4], np.float32)
        tensors["lm_head.weight"] = tensors["wte.weight"].copy()

    same(rewrite(bert, old_bert), "bert_pretraining")
    same(rewrite(gpt, old_gpt), "gpt2")


def test_a_masked_language_model_may_hold_what_it_does_not_use(tmp_path: Path) -> None:
    """As bert-base-uncased does: its pooler, and the head for the next sentence."""
    folder = configure(copied("bert_pretraining", tmp_path), architectures=["BertForMaskedLM"])
    model = ca.load(folder)
    assert model.outputs == ("logits",)
    assert not {path for path in model.params if path.startswith(("pooler", "next_sentence"))}


def test_no_pooler_no_output_of_it(tmp_path: Path) -> None:
    def drop(tensors: dict[str, Array]) -> None:
        del tensors["pooler.dense.weight"], tensors["pooler.dense.bias"]

    folder = copied("bert", tmp_path)
    assert ca.load(folder).outputs == ("last_hidden_state", "pooler_output")
    assert ca.load(rewrite(folder, drop)).outputs == ("last_hidden_state",)


def test_a_model_says_what_it_is() -> None:
    model = ca.load(str(FOLDER / "gpt2"))
    assert repr(model) == "<Model gpt2 of 29,920 parameters: logits>"
    assert model.config["n_embd"] == 32
    assert model.folder == FOLDER / "gpt2"
