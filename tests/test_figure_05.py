"""Figure 5: its nodes, its scales, its masked cells, its causal case, read off its SVG."""

import numpy as np
import pytest
from geometry import SVG
from test_figures import drawn, root

import cutaway as ca
from cutaway.figures import FIGURES
from cutaway.figures.example import HEAD, LAYER, example

NAME = "attention-matrix"


def test_every_op_from_scores_to_weights_is_named() -> None:
    shown = example()
    for causal, graph in ((False, shown.head.graph), (True, shown.causal.graph)):
        svg = root(ca.figure(NAME, causal=causal))
        named = {n for g in svg.iterfind(".//*[@data-node]") for n in g.attrib["data-node"].split()}
        ops = {graph.path(node) for node in graph.nodes}
        leaves = {"x", "attention/matmul.1"}
        assert named == {path for path in ops - leaves if path.split("/")[0] not in ROLES}


ROLES = {"query", "key", "value"}


@pytest.mark.parametrize("causal", [False, True])
def test_symbols_say_what_masked_entries_are(causal: bool) -> None:
    shown = example()
    hidden = np.isneginf((shown.causal if causal else shown.head)["attention/where"])
    svg = root(ca.figure(NAME, values=False, causal=causal))

    def texts(path: str) -> list[str]:
        groups = svg.iterfind(f".//*[@data-node='{path}']")
        return [text.text or "" for g in groups for text in g.iter(f"{SVG}text")]

    masked, weights = texts("attention/where"), texts("attention/softmax")
    assert masked.count("−∞") == weights.count("0") == hidden.sum()
    assert len([text for text in weights if text.startswith("α")]) == (~hidden).sum()


def test_scales_end_at_the_least_and_the_largest() -> None:
    head = example().head
    told = [g.findtext(f"{SVG}title") for g in root(drawn(NAME)).iterfind(".//*[@class='scale']")]
    scores = head["attention/matmul"]
    assert told[0] == f"{scores.min():.2f} … {scores.max():.2f}".replace("-", "−")
    assert told[2] == f"0 … {head['attention/softmax'].max():.2f}"


@pytest.mark.parametrize(("lang", "word"), [("en", "causal mask"), ("zh", "因果掩码")])
def test_the_causal_case_is_called_so(lang: str, word: str) -> None:
    svg = root(ca.figure(NAME, lang=lang, causal=True))
    for kind in ("title", "desc"):
        assert word in (svg.findtext(f"{SVG}{kind}") or "")
    assert FIGURES[NAME].causal.file("en", "svg") == "figure-05-attention-matrix-causal.en.svg"


@pytest.mark.parametrize("number", range(1, 13))
def test_it_says_whose_numbers_these_are(number: int) -> None:
    written = {text.text for text in root(ca.figure(number)).iter(f"{SVG}text")}
    layer = f"encoder layer {LAYER + 1}"
    of_head = f"{layer}, head {HEAD + 1} of the translator" in written
    of_layer = f"{layer} of the translator" in written
    assert of_head == (2 <= number <= 7)
    assert of_layer == (number in (8, 9, 12))
