"""Pictures of attention: their weights are the model's, their words the tokens'."""

import re
from typing import Any

import numpy as np
import pytest
from geometry import SVG, area
from test_figures import placed, root

import cutaway as ca
from cutaway.figures import AttentionMaps
from cutaway.figures.texts import label
from cutaway.models.translator import load

TEXT = "I eat apples at home"


@pytest.fixture(scope="module")
def maps() -> AttentionMaps:
    return ca.attention_maps(load(), TEXT)


def texts(svg: str | ca.render.Picture) -> list[str]:
    return [text.text or "" for text in root(svg).iter(f"{SVG}text")]  # type: ignore[arg-type]


def attention(length: int, mask: bool = True) -> ca.Trace:
    x = ca.input("x", "B T D")
    masked = ca.ops.causal_mask("T") if mask else None
    y = ca.layers.multi_head_attention(x, heads="H", mask=masked)
    values = np.random.default_rng(0).normal(size=(1, length, 8))
    params = ca.initialize(ca.Graph(y), {"D": 8})
    names = [f"w{n}" for n in range(length)]
    return ca.trace(y, {"x": values}, params, {"H": 2}, {"T": names})


def test_weights_are_the_runs(maps: AttentionMaps) -> None:
    model = load()
    english = model.tokenize(TEXT)
    chinese = model.translate_words([english])[0]
    trace = ca.trace(model.graph, model.feeds([english], [chinese]), model.params)
    assert len(maps) == 6
    for each in maps:
        assert np.array_equal(each.weights, trace[each.path][0])
        np.testing.assert_allclose(each.weights.sum(axis=-1), 1, atol=1e-6)
        assert not each.weights[each.masked].any()
    assert [each.name for each in maps][::5] == [
        "encoder/layer.0/self_attention",
        "decoder/layer.1/cross_attention",
    ]
    assert maps[-1].keys == english
    assert maps[-1].queries == ("<start>", *chinese)
    assert maps[2].masked.any()  # the decoder's is causal
    assert not maps[0].masked.any()


def test_a_head_alone_shows_its_numbers_and_its_words(maps: AttentionMaps) -> None:
    each = maps[-1]
    written = texts(each.picture(head=1))
    for word in (*each.queries, *each.keys):
        assert word in written
    shown = [text for text in written if re.fullmatch(r"\d\.\d\d", text)]
    assert shown[: each.weights[1].size] == [f"{w:.2f}" for w in each.weights[1].ravel()]
    assert each.picture(head=1).svg == maps[-1].picture(head=1).svg


@pytest.mark.parametrize("lang", ["en", "zh", "both"])
def test_texts_lie_apart(maps: AttentionMaps, lang: str) -> None:
    pictures = (maps.overview(lang), maps[-1].picture(lang=lang), maps[-1].alignment(lang=lang))
    for picture in pictures:
        found = [(e.text, area(e)) for e, *_ in placed(root(picture)) if e.tag == f"{SVG}text"]
        for number, (a, here) in enumerate(found):
            for b, there in found[number + 1 :]:
                assert not here.meets(there), (a, b)


def test_titles_are_words_and_heads_are_counted_from_1(maps: AttentionMaps) -> None:
    each = maps[-1]
    written = texts(each.picture(0))
    assert {"Decoder layer 2, cross-attention", each.name, "head 1"} <= set(written)
    assert "解码器第 2 层，交叉注意力" in texts(each.picture(lang="zh"))
    assert "head 4" in texts(each.picture())
    assert "head 0" not in texts(each.picture())


def test_queries_and_keys_are_told_apart(maps: AttentionMaps) -> None:
    axes = label("axes")
    assert axes.en in texts(maps[-1].picture())
    written = texts(maps.overview())
    each = maps[-1]
    assert f"queries ↓ {' '.join(each.queries)}" in written
    assert f"keys → {' '.join(each.keys)}" in written
    assert label("masked-key").en in written  # what is hatched
    assert label("masked-key").en not in texts(maps[0].picture())


def test_heads_beside_each_other_have_numbers_where_they_are_small(maps: AttentionMaps) -> None:
    each = maps[-1]  # 6 × 5
    shown = [text for text in texts(each.picture()) if re.fullmatch(r"\d\.\d\d", text)]
    assert len(shown) == each.weights.size + 1  # and the end of the scale
    (larger,) = ca.attention_maps(attention(7))
    assert not [text for text in texts(larger.picture()) if text == "0.00"]


def test_many_heads_stand_in_several_rows() -> None:
    x = ca.input("x", "B T D")
    y = ca.layers.multi_head_attention(x, heads="H")
    params = ca.initialize(ca.Graph(y), {"D": 64})
    maps = ca.attention_maps(ca.trace(y, {"x": np.ones((1, 5, 64))}, params, {"H": 32}))
    for picture in (maps.overview(), maps[0].picture()):
        assert float(root(picture).attrib["width"]) <= 1250


def test_lines_join_what_attends(maps: AttentionMaps) -> None:
    weights = maps[-1].weights.mean(axis=0)
    svg = root(maps[-1].alignment())
    lines = [path for path in svg.iter(f"{SVG}path") if "C" in path.get("d", "")]
    assert len(lines) == int((weights >= 0.03).sum())


def test_any_evaluated_attention() -> None:
    found = ca.attention_maps(attention(5))
    assert found[0].queries == tuple(f"w{n}" for n in range(5))
    assert found[0].masked[0].sum() == 10
    assert len(found.find("*")) == 1
    assert "data-node" in found._repr_svg_()


def test_of_long_texts_the_first_tokens_are_shown() -> None:
    (each,) = ca.attention_maps(attention(80))
    picture = each.picture(0)
    assert "the first 64 of 80 tokens" in texts(picture)
    assert "w63" in texts(picture)
    assert "w64" not in texts(picture)
    assert len(each.picture().svg) < 200_000


def test_a_graph_of_one_attention_without_batch() -> None:
    q, k, v = (ca.input(name, f"{size} D") for name, size in (("q", "T"), ("k", "S"), ("v", "S")))
    y = ca.layers.scaled_dot_product_attention(q, k, v)
    arrays = {name: np.ones((size, 4)) for name, size in (("q", 2), ("k", 3), ("v", 3))}
    (each,) = ca.attention_maps(ca.trace(y, arrays))
    assert each.weights.shape == (1, 2, 3)
    assert (each.queries, each.keys) == (("1", "2"), ("1", "2", "3"))


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: ca.attention_maps(load()), "no text"),
        (lambda: ca.attention_maps(load(), ""), "no text"),
        (lambda: ca.attention_maps(attention(2), "text"), "run already"),
        (
            lambda: ca.attention_maps(ca.trace(ca.ops.relu(ca.input("x", "N")), {"x": [1.0]})),
            "no att",
        ),
        (lambda: ca.attention_maps(attention(2)).find("nothing"), "no attention fits 'nothing'"),
        (lambda: ca.attention_maps(attention(2))[0].picture(2), "no head 2"),
        (lambda: ca.attention_maps(attention(2))[0].picture(True), "no head True"),
        (lambda: ca.attention_maps(attention(2))[0].alignment(-1), "no head -1"),
        (lambda: ca.attention_maps(attention(2)).overview("fr"), "no language 'fr'"),
        (lambda: ca.attention_maps("model", "text"), "neither"),  # type: ignore[arg-type]
    ],
)
def test_bad_input(make: Any, match: str) -> None:
    with pytest.raises(ca.CutawayError, match=match):
        make()


def test_hostile_words_stay_text() -> None:
    x = ca.input("x", "T D")
    y = ca.layers.scaled_dot_product_attention(x, x, x)
    names = ("<script>alert(1)</script>", '"]; evil [', "a" * 10_000)
    (each,) = ca.attention_maps(ca.trace(y, {"x": np.eye(3)}, words={"T": names}))
    for picture in (each.picture(0), each.alignment()):
        assert "<script" not in picture.svg
        assert "a" * 60 not in picture.svg
        root(picture)
