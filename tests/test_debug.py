"""``ca.debug``: planted bugs are found at their line, and healthy models give nothing."""

import string
from collections.abc import Callable
from fnmatch import fnmatch

import numpy as np
import planted_finer
import planted_more
import planted_tokens
import planted_values
import pytest
import sound_finer
import sound_more
from checkpoints import FOLDER, NAMES
from healthy import HEALTHY
from planted import PLANTED, Planted
from sound import SOUND

import cutaway as ca
from cutaway import layers, ops
from cutaway.diagnose import Diagnosis
from cutaway.diagnose.texts import HEADINGS, TEXTS
from cutaway.models.catalogue import MODELS
from cutaway.shapes.lint_texts import TEXTS as LINTS

assert planted_values
assert planted_more
assert planted_tokens
assert planted_finer  # their models stand in PLANTED, and those of the next in SOUND
assert sound_finer
assert sound_more
B, T, D, H, F = ca.dims("B T D H F")
LARGE = ("paper-base", "paper-big")


def diagnose(bug: Planted) -> Diagnosis:
    made = bug.make()
    graph, params = made if isinstance(made, tuple) else (made, {})
    return ca.debug(graph, params=params)


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_bug_is_found_at_its_line(name: str) -> None:
    bug = PLANTED[name]
    found = diagnose(bug).found
    assert found, "nothing was found"
    first = found[0]
    print(f"{name:60} {first.kind:18} {first.path:44} {first.place}")
    assert (first.kind, first.line in bug.lines) == (bug.kind, True)
    assert fnmatch(first.path, bug.path)
    assert first.file.endswith((".py",))
    for lang in ("en", "zh"):
        assert "{" not in first.words(lang).replace("dims={", "")


def test_there_are_enough_of_them() -> None:
    assert len(PLANTED) >= 122
    assert len(SOUND) >= 70


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", SOUND)
def test_a_healthy_model_gives_nothing(name: str, seed: int) -> None:
    found = ca.debug(SOUND[name](), seed=seed)
    assert (str(found), found.notes) == ("nothing was found", ())


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_practice_gives_nothing(name: str) -> None:
    found = ca.debug(HEALTHY[name]())
    assert {finding.kind for finding in found.found} <= {"names"}  # a few have two of one name


@pytest.mark.parametrize("name", [name for name in MODELS if name not in LARGE])
def test_built_in_models_give_nothing(name: str) -> None:
    model = MODELS[name]
    params = model.params() if model.params else None
    graph = model.graph()
    dims = {key: size for key, size in model.sizes.items() if key in graph.symbols}
    for sizes in (dims, {}):
        assert not ca.debug(graph, params=params, dims=sizes)


@pytest.mark.parametrize("name", LARGE)
def test_the_large_models_are_read_in_small(name: str) -> None:
    small = {"d_model": 64, "d_ff": 128, "V": 100, "S": 6, "T": 7, "B": 2}
    assert not ca.debug(MODELS[name].graph(), dims=small)


@pytest.mark.parametrize("name", NAMES)
def test_checkpoints_give_nothing(name: str) -> None:
    model = ca.load(FOLDER / name)
    assert not ca.debug(model.graph, params=model.params)


# --- what a diagnosis is -------------------------------------------------------------------------


def broken() -> ca.Node:
    x = ca.input("x", (B, T, D))
    for n in range(2):
        with ca.scope(f"layer.{n}"):
            q, k = (x @ ca.parameter(name, (D, D)) for name in ("q", "k"))
            x = x + ops.softmax(q @ k.mT) @ x
    return x


def test_a_diagnosis_as_text_as_data_and_in_a_notebook() -> None:
    found = ca.debug(broken())
    assert bool(found)
    (finding,) = found.found
    assert (finding.kind, finding.path) == ("scale", "layer.0/matmul.2")
    assert [node.path for node in finding.also] == ["layer.1/matmul"]
    assert str(found).splitlines()[:2] == [
        "scale: scores of width D go into a softmax unscaled: they grow with sqrt(D)",
        f"  where:    layer.0/matmul.2, {finding.place} (2 times)",
    ]
    assert "宽度为 D 的分数未经缩放" in found.words("zh")
    data = found.as_data()["found"][0]
    assert {"kind", "path", "message", "file", "line"} <= data.keys()
    assert data["evidence"] == {"width": "D"}
    assert "<td>scale</td>" in found._repr_html_()
    assert str(ca.debug(broken(), lang="zh")) == found.words("zh")
    nothing = ca.debug(ca.input("x", (T,)) * 2.0, lang="zh")
    assert (str(nothing), bool(nothing)) == ("没有发现问题", False)
    assert "没有发现问题" in nothing._repr_html_()


def test_a_diagnosis_lights_the_guilty_nodes() -> None:
    graph = ca.Graph(broken())
    found = ca.debug(graph)
    assert len(list(found)) == 2
    lit = ca.draw(graph, "op", fold=False, highlight=found)
    assert lit.svg != ca.draw(graph, "op", fold=False).svg


def test_a_symptom_is_left_out_where_its_cause_is_found() -> None:
    x = ca.input("x", (T, D))
    y = ops.log(ops.softmax(x @ ca.parameter("w", (D, F)) * 1000.0))  # -inf at the run
    found = ca.debug((ops.sqrt(ops.square(y) + 1e-5)).sum())
    assert [finding.kind for finding in found.found] == ["log"] or found.found[0].kind == "weight"


def test_lints_that_are_allowed_are_not_reported() -> None:
    with ca.shapes.allow("scale"):
        y = broken()
    assert not ca.debug(y)


def test_a_loss_is_differentiated() -> None:
    y = ca.input("x", (T, D)) @ ca.parameter("w", (D, D))
    loss = ops.sqrt(ops.abs(y - y)).sum() * 0.0 + (y * y).mean()
    found = ca.debug(y, loss=loss)
    assert {finding.kind for finding in found.found} == {"root"}


def test_nan_in_the_gradient_alone() -> None:
    x = ca.input("x", (T, D)) @ ca.parameter("w", (D, D))
    shape = ca.input("half", ())
    found = ca.debug((ops.relu(x) ** shape).sum(), {"half": 0.5})
    (finding,) = found.found
    assert (finding.kind, finding.path) == ("nan", "pow")
    assert "backward" in finding.message()


def test_overflow_in_float16_is_not_one_in_float32() -> None:
    x = ca.input("x", (T, D)) * 300.0
    y = (x * x) @ ca.parameter("w", (D, D))
    assert not ca.debug(y)
    (finding, *_) = ca.debug(y, dtype="float16").found
    assert (finding.kind, finding.path) == ("inf", "multiply.1")
    assert "float16" in finding.message()


def test_the_seed_decides_what_is_drawn() -> None:
    one, other = (ca.debug(broken(), seed=seed) for seed in (0, 1))
    assert one.sizes == other.sizes
    assert one.sizes["D"] != one.sizes["T"] != one.sizes["B"]


# --- bad input -----------------------------------------------------------------------------------


def test_what_is_given_must_fit() -> None:
    y = layers.encoder_layer(ca.input("x", (B, T, D)), heads=H, hidden=F)
    with pytest.raises(ca.FeedError, match="no feed 'y'"):
        ca.debug(y, {"y": np.ones((2, 3, 4))})
    with pytest.raises(ca.FeedError, match="wrong number of axes"):
        ca.debug(y, {"x": np.ones((2, 3))})
    with pytest.raises(ca.ContractError, match=r"H \| D"):
        ca.debug(y, dims={"D": 7, "H": 2})
    with pytest.raises(ca.FeedError, match="no size 'Q'"):
        ca.debug(y, dims={"Q": 2})
    with pytest.raises(ca.OptionError, match="language"):
        ca.debug(y, lang="fr")  # type: ignore[arg-type]


def test_nan_that_is_given_is_named() -> None:
    y = ca.input("x", (T, 4)) @ ca.parameter("w", (4, 4))
    (finding,) = ca.debug(y, {"x": np.full((3, 4), np.nan)}).found
    assert (finding.kind, finding.path, finding.evidence["count"]) == ("nan", "x", 12)
    (finding,) = ca.debug(y, params={"w": np.diag([1.0, np.nan, 1.0, 1.0])}).found
    assert (finding.kind, finding.path, finding.evidence["place"]) == ("nan", "w", "(1, 1)")
    (finding,) = ca.debug(y, params={"w": np.diag([1.0, np.inf, 1.0, 1.0])}).found
    assert (finding.kind, finding.path) == ("inf", "w")
    assert "1 of 16 numbers that are infinite" in finding.message()


def test_an_index_that_is_fed_and_does_not_exist_is_an_error() -> None:
    y = ops.take(ca.parameter("table", (5, 4)), ca.input("tokens", (T,), dtype="int"))
    with pytest.raises(ca.FeedError, match="index out of range"):
        ca.debug(y, {"tokens": [1, 7]})


def test_a_model_that_is_too_large_is_read_but_not_run() -> None:
    found = ca.debug(broken(), dims={"D": 4096, "T": 4096}, budget=1 << 20)
    assert [finding.kind for finding in found.found] == ["scale"]
    assert "its numbers were not looked at" in found.notes[0].said()
    assert "note: its numbers were not looked at" in str(found)


def test_nothing_to_look_at_is_an_error() -> None:
    with pytest.raises(ca.OptionError, match="nothing to look at"):
        ca.debug([])


def test_inputs_that_are_made_positive_are_noted() -> None:
    x = ca.input("x", (T,))
    (note,) = ca.debug(ops.log(x)).notes
    assert note.said().startswith("log (test_debug.py:")
    assert "正的输入" in note.said("zh")


def test_tokens_that_are_all_padding_are_masked_rows_not_a_wrong_mask() -> None:
    tokens = ca.input("tokens", (B, T), dtype="int")
    with ca.scope("embedding"):
        x, _ = layers.token_embedding(tokens, 9, D)
    mask = ops.expand_dims(ops.not_equal(tokens, 0), (1, 2))
    y = layers.multi_head_attention(x + layers.sinusoidal_positions(T, D), heads=H, mask=mask)
    (finding,) = ca.debug(y, {"tokens": [[0, 0, 0]]}).found
    assert (finding.kind, finding.text) == ("mask", "mask.row")
    assert "6 of 6 queries, over all heads, see no key" in finding.message()
    assert not ca.debug(y, {"tokens": [[3, 4, 5]]})


def test_one_cause_is_one_finding() -> None:
    x = ca.input("x", (B, T, D))
    q, k, v = (x @ ca.parameter(name, (D, D)) for name in "qkv")
    scores = ops.where(ops.causal_mask(T), q @ k.mT / ops.sqrt(ops.dim(D)), -1e9)
    found = ca.debug(ops.softmax(scores, axis=1) @ v).found
    assert [finding.kind for finding in found] == ["softmax-axis"]


def test_what_has_no_derivative_is_noted() -> None:
    class Opaque(type(ops.exp(ca.input("x", ())).op)):  # type: ignore[misc]
        vjp = ca.graph.Op.vjp

    x = ca.input("x", (T,))
    found = ca.debug(ca.graph.apply(Opaque(), x))
    assert [note.said() for note in found.notes] == ["exp has no gradient"]


def test_texts_are_there_in_both_languages() -> None:
    for tables in (TEXTS, LINTS):
        en, zh = tables["en"], tables["zh"]
        assert en.keys() == zh.keys()
        for key, texts in en.items():
            pairs = zip(texts, zh[key], strict=True)
            assert all(_names(a) >= _names(b) for a, b in pairs), key
    for heading in HEADINGS.values():
        assert _names(heading.en) == _names(heading.zh)


def _names(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_notes_are_said_in_the_language_that_is_asked_for() -> None:
    found = ca.debug(ops.log(ca.input("x", "N")))
    assert "正的输入" in found.words("zh")
    assert "正的输入" in found.as_data("zh")["notes"][0]
    assert "正的输入" not in str(found)


def test_a_weight_that_has_the_form_of_two_tables() -> None:
    ids, others = ca.input("ids", "T", dtype="int"), ca.input("others", "T", dtype="int")
    read = ops.take(ca.parameter("one", (50, 16)), ids, axis=0)
    read = read + ops.take(ca.parameter("other", (50, 16)), others, axis=0)
    for name in ("a", "b", "c"):
        read = ops.relu(read @ ca.parameter(name, (16, 16)))
    found = ca.debug(read @ ca.parameter("out", (50, 16)).mT)
    assert [f.kind for f in found.found if f.path == "out"] == ["weight"]


def test_a_learning_rate_that_is_right_leaves_nothing_to_find() -> None:
    y = layers.feed_forward(ca.input("x", (16, 8)), F)
    loss, params = planted_values.trained(y, 0.1)
    assert not ca.debug(loss, params=params)


@pytest.mark.parametrize(
    ("over", "eps"),
    [
        (lambda x, var: x / ops.sqrt(var + 1e-2), "0.01"),
        (lambda x, var: x * ops.reciprocal(ops.sqrt(var + 1e-2)), "0.01"),
        (lambda x, var: x * ops.rsqrt(ops.maximum(var, 1e-3)), "0.001"),
    ],
)
def test_the_eps_of_a_norm_by_hand_is_read(over: Callable[..., ca.Node], eps: str) -> None:
    def normed(scale: float) -> Diagnosis:
        x = ca.input("x", (B, T, D)) * scale
        centred = x - x.mean(axis=-1, keepdims=True)
        y = over(centred, ops.square(centred).mean(axis=-1, keepdims=True))
        return ca.debug(layers.linear(y, D))

    (found,) = normed(1e-5).found
    assert found.kind == "norm"
    assert f"is far below eps = {eps}," in found.words("en")
    assert not normed(1.0).found
