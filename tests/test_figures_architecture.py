"""Figures 1, 10 and 11: the graphs compute what the translator does, and all of it is drawn."""

from collections import Counter

import numpy as np
import pytest
from geometry import SVG, Element, parse
from test_figures import LANGUAGES, drawn

import cutaway as ca
from cutaway.figures.transformer import SYMBOLIC, decoder, encoder, model
from cutaway.models.translator import START, load
from cutaway.render.marks import Inset

NAMES = ("overview", "encoder", "decoder")
SIZES = {"d_model": 8, "h": 2, "d_ff": 12, "vocab": 7}


WORDS = {
    "all": [
        ("post-norm", "后置归一化"),
        ("Padding mask", "填充掩码"),
        ("Positional encoding", "位置编码"),
        ("memory", "记忆"),
    ],
    "overview": [
        ("Causal mask", "因果掩码"),
        ("shifted right", "右移"),
        ("Linear", "线性"),
        ("output probabilities", "输出概率"),
        ("Add & Norm", "残差相加与归一化"),
        ("Feed-forward", "前馈网络"),
        ("Multi-head self-attention", "多头自注意力"),
        ("Masked multi-head self-attention", "掩码多头自注意力"),
        ("Multi-head cross-attention", "多头交叉注意力"),
    ],
    "encoder": [
        ("Multi-head self-attention", "多头自注意力"),
        ("Add", "残差相加"),
        ("LayerNorm", "LayerNorm"),
        ("into h heads", "分成 h 个头"),
        ("for each position alone", "逐位置"),
        ("Layer 1 of N", "第 1 层，共 N 层"),
        ("Layers 2 to N", "第 2 至 N 层"),
    ],
    "decoder": [
        ("Causal mask", "因果掩码"),
        ("shifted right", "右移"),
        ("output probabilities", "输出概率"),
        ("Masked multi-head self-attention", "掩码多头自注意力"),
        ("Multi-head cross-attention", "多头交叉注意力"),
        ("one by one", "逐个"),
        ("cached", "缓存"),
        ("weights (B, h, T, S)", "权重 (B, h, T, S)"),
    ],
}


def feeds() -> dict[str, np.ndarray]:
    """Return a sentence, padded, and the beginning of its translation."""
    translator = load()
    words = translator.tokenize("I eat apples at home")
    translated = translator.translate_words([words])[0]
    return {
        "source": translator.source.encode([words], len(words) + 2),
        "target": translator.target.encode([(START, *translated)]),
    }


def test_the_models_graph_computes_the_translators_probabilities() -> None:
    translator, fed = load(), feeds()
    assert fed["source"].shape != fed["target"].shape
    wanted = ca.trace(translator.graph, fed, translator.params)
    logits = wanted[translator.graph.path(translator.graph.outputs[0])]
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    (found,) = ca.evaluate(model(translator.config), fed, translator.params)
    np.testing.assert_allclose(found, powers / powers.sum(-1, keepdims=True), atol=1e-5)


def test_the_halves_compute_what_the_whole_does() -> None:
    translator, fed = load(), feeds()
    config, params = translator.config, translator.params

    def run(graph: ca.Graph, fed: dict[str, np.ndarray]) -> np.ndarray:
        names = {graph.path(node) for node in graph.parameters}
        (found,) = ca.evaluate(graph, fed, {n: params[n] for n in names})
        return found

    memory = run(encoder(config), {"source": fed["source"]})
    found = run(decoder(config), {**fed, "memory": memory})
    wanted = run(model(config), fed)
    np.testing.assert_allclose(found, wanted, atol=1e-6)


@pytest.mark.parametrize("graph", [model(), encoder(), decoder()])
def test_what_is_drawn_is_proved_and_runs(graph: ca.Graph) -> None:
    assert str(ca.verify(graph)).startswith("valid")
    params = ca.initialize(graph, SIZES, seed=0)
    fed = {"source": np.array([[3, 1, 0]]), "target": np.array([[1, 2, 3, 4]])}
    fed |= {"memory": np.ones((1, 3, 8), np.float32)}
    names = {node.name for node in graph.inputs}
    (found,) = ca.evaluate(graph, {n: v for n, v in fed.items() if n in names}, params, SIZES)
    assert np.isfinite(found).all()


def arrows(svg: Element) -> Counter[tuple[str, str, str]]:
    found = svg.iterfind(f".//{SVG}g[@data-from]")
    return Counter((g.attrib["class"], g.attrib["data-from"], g.attrib["data-to"]) for g in found)


def texts(svg: Element) -> str:
    return " | ".join(text.text or "" for text in svg.iter(f"{SVG}text"))


@pytest.mark.parametrize("name", NAMES)
def test_every_op_is_drawn_once(name: str) -> None:
    graph = {"overview": model, "encoder": encoder, "decoder": decoder}[name]()
    found = parse(drawn(name)).iterfind(".//*[@data-node]")
    paths = Counter(path for g in found for path in g.attrib["data-node"].split())
    assert paths == Counter(graph.path(node) for node in graph.nodes)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_there_is_to_choose(name: str, lang: str) -> None:
    picture = drawn(name, lang)
    said = texts(parse(picture))
    for english, chinese in (*WORDS["all"], *WORDS[name]):
        assert lang == "en" or chinese in said, chinese
        assert lang == "zh" or english in said, english
    assert "N×" in said


def test_the_memory_is_the_last_encoder_layers_and_enters_every_decoder_layer() -> None:
    found = arrows(parse(drawn("overview")))
    layer = "encoder/layer.0/feed_forward_norm", "decoder/layer.0/cross_attention"
    assert found["data", *layer] == 1
    (label,) = {a.label for a in drawn("overview").scene.arrows if a.free and a.stroke == "data"}
    assert label == "K, V"
    found = arrows(parse(drawn("decoder")))
    readers = {head for kind, tail, head in found if tail == "memory"}
    cross = "decoder/layer.0/cross_attention"
    assert readers == {f"{cross}/key", f"{cross}/value", "decoder/layer.1"}


@pytest.mark.parametrize(("name", "count"), [("overview", 5), ("encoder", 2), ("decoder", 3)])
def test_residuals_are_dashed_and_begin_before_queries_keys_and_values_part(
    name: str, count: int
) -> None:
    svg = parse(drawn(name))
    assert sum(kind == "residual" for kind, _, _ in arrows(svg)) == count
    (inset,) = (mark for mark in drawn(name)._sheet.body.marks if isinstance(mark, Inset))
    assert len(inset.layout.trunks) == count
    for group in svg.iterfind(f".//{SVG}g[@class='residual']"):
        [path] = group.iterfind(f"{SVG}path")
        assert path.get("stroke-dasharray") == "5 3"
        assert " C" in path.attrib["d"]


def test_the_causal_mask_acts_on_the_decoders_self_attention_alone() -> None:
    for name in ("overview", "decoder"):
        found = arrows(parse(drawn(name)))
        heads = {head for kind, tail, head in found if tail == "decoder/mask"}
        assert heads - {"decoder/layer.1"} == {"decoder/layer.0/self_attention"}


@pytest.mark.parametrize("name", NAMES)
def test_shapes_have_both_lengths(name: str) -> None:
    said = texts(parse(drawn(name)))
    lengths = {"overview": "(B, S, d_model) (B, T, d_model)", "encoder": "(B, h, S, d_k)"}
    wanted = lengths.get(name, "(B, h, T, d_k) (B, h, S, d_k) (B, h, T, S) (T, T)")
    assert all(f"({shape}" in said for shape in wanted.removeprefix("(").split(" ("))
    assert SYMBOLIC.layers > 1
