"""What the page shows of values in a browser: what matters, by its name, and none of it cut off."""

import json
from pathlib import Path

import numpy as np
import pytest
from browser import Reader
from stepping import model

import cutaway as ca
from cutaway.models.translator import EXAMPLE, load

pytestmark = pytest.mark.browser
HIDDEN = "\u202e\u2066\u200b\u061c\ufeff"  # they turn the direction of text, or are not seen


@pytest.fixture(scope="module")
def translator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = load()
    feeds, words = found.reading(EXAMPLE)
    stepper = ca.Stepper(found.graph, feeds, found.params, words=words)
    return stepper.page(tmp_path_factory.mktemp("page") / "translator.html")


def columns(reader: Reader) -> list[str]:
    """Return what is written over the columns of the output, as it is painted."""
    found: list[str] = reader.page.evaluate(
        """() => {
            const written = [], pen = CanvasRenderingContext2D.prototype, { fillText } = pen;
            pen.fillText = function (text, ...rest) {
                if (this.canvas === document.querySelector(".panel canvas")) written.push(text);
                return fillText.call(this, text, ...rest);
            };
            const theme = document.getElementById("select-theme");
            theme.value = "dark";
            theme.dispatchEvent(new Event("change"));
            return new Promise((done) => setTimeout(() => {
                pen.fillText = fillText;
                done(written);
            }, 100));
        }"""
    )
    return found


@pytest.mark.parametrize("level", ["op", "token", "sublayer", "primitive"])
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_the_json_can_be_read_as_it_is_seen(
    level: str, direction: str, reader: Reader, translator: Path
) -> None:
    reader.open(translator, f"#level={level}&dir={direction}&step=0")
    for index in (0, 7, 15):
        reader.goto(index)
        seen = reader.json.inner_text()
        assert json.loads(seen) == json.loads(reader.json.text_content() or "")
        assert reader.json.is_visible()


@pytest.mark.parametrize("width", [360, 1440])
def test_the_word_that_wins_is_over_its_column(
    width: int, reader: Reader, translator: Path
) -> None:
    reader.page.set_viewport_size({"width": width, "height": 900})
    reader.open(translator, "#step=output/add&level=op")
    written = columns(reader)
    *row_names, _ = (*load().reading(EXAMPLE).words["T"], "<end>")
    assert {*row_names, "<end>"} <= {*written}
    assert "each shown row’s maximum" in reader.page.locator(".panel").inner_text()


def test_of_a_long_axis_the_largest_values_are_shown(reader: Reader, tmp_path: Path) -> None:
    numbers = np.full((200, 300), 0.5)
    numbers[131, 217], numbers[3, 298] = -9.0, 7.0
    x = ca.input("x", "N M")
    reader.open(ca.Stepper(x * 1.0, {"x": numbers}).page(tmp_path / "long.html"))
    canvas = reader.grid.locator("canvas").bounding_box()
    assert canvas is not None
    shown = set()
    for y in range(0, int(canvas["height"]), 5):
        reader.page.mouse.move(canvas["x"] + 60, canvas["y"] + y)
        shown.add(reader.page.locator(".readout").first.inner_text().split(",")[0])
    assert {"[131", "[3"} <= shown


def test_of_a_long_axis_the_cells_are_shown_that_the_chosen_one_comes_from(
    reader: Reader, translator: Path
) -> None:
    reader.open(translator, "#step=source_embedding/take&level=op").cell(2, 5)
    table = reader.page.locator(".value").nth(1)
    canvas = table.locator("canvas").bounding_box()
    assert canvas is not None
    shown = set()
    for y in range(0, int(canvas["height"]), 5):
        reader.page.mouse.move(canvas["x"] + 120, canvas["y"] + y)
        shown |= {*table.locator(".readout").inner_text().replace(" = ", " ").split()}
    assert "apples" in shown


def test_embeddings_have_their_words(reader: Reader, translator: Path) -> None:
    reader.open(translator, "#step=source_embedding/take&level=op")
    table = reader.page.locator(".panel [role=grid]").nth(1)
    table.focus()
    table.press("Home")
    assert "<pad>" in table.inner_text()


@pytest.mark.parametrize(
    ("lang", "label", "word"), [("en", "Head", "head 2"), ("zh", "注意力头", "头 2")]
)
def test_a_head_is_called_a_head(
    lang: str, label: str, word: str, reader: Reader, translator: Path
) -> None:
    path = "decoder/layer.0/self_attention/attention/softmax"
    reader.open(translator, f"#step={path}&level=op&lang={lang}")
    select = reader.page.locator(".leads").first.get_by_label(label, exact=True)
    select.select_option("2")
    reader.cell(1, 1)
    assert f"{word}, 我, 我 = " in reader.page.locator(".readout").first.inner_text()
    reader.open(translator, f"#step={path}&level=op&dir=backward&lang={lang}")
    assert reader.page.locator(".leads").first.get_by_label(label, exact=True).count() == 1


def test_a_formula_is_broken_before_it_is_cut_off(reader: Reader, translator: Path) -> None:
    over = "part => part.scrollWidth - part.clientWidth"
    reader.open(translator, "#step=output/add&level=op")
    formula = reader.page.locator(".formula").last
    assert formula.evaluate(over) <= 0
    assert (formula.locator("math").last.text_content() or "").startswith("=")
    for width, least in ((1440, 400), (1920, 700)):
        reader.page.set_viewport_size({"width": width, "height": 900})
        box = formula.bounding_box()
        assert box is not None
        assert box["width"] > least


@pytest.mark.parametrize("width", [360, 1440])
def test_where_a_part_is_knocked_out_can_be_read(
    width: int, reader: Reader, translator: Path
) -> None:
    reader.page.set_viewport_size({"width": width, "height": 900})
    reader.open(translator)
    for kind in ("head", "residual", "uniform-attention", "no-scale", "no-mask"):
        reader.choose("Knock out", kind)
        select = reader.page.locator("#select-where")
        texts = select.locator("option").all_inner_texts()
        assert len({*texts}) == len(texts) > 1
        room = select.evaluate("select => select.clientWidth")
        needed = select.evaluate(
            """(select) => {
                const pen = document.createElement("canvas").getContext("2d");
                pen.font = getComputedStyle(select).font;
                return Math.max(...[...select.options].map((o) => pen.measureText(o.text).width));
            }"""
        )
        assert needed <= room - 24  # its arrow


def test_a_scalar_is_written_once(reader: Reader, tmp_path: Path) -> None:
    x = ca.input("x", "N")
    stepper = ca.Stepper(ca.ops.sum(x, axis=0), {"x": [0.25, 1.0]})
    reader.open(stepper.page(tmp_path / "scalar.html"))
    assert reader.page.locator(".value").first.inner_text().count("1.25") == 1
    reader.grid.click()
    reader.set(3)
    assert float(reader.value) == 3
    assert "3 (was 1.25)" in reader.grid.inner_text()
    assert "a reload keeps them" in reader.page.locator(".what-if").inner_text()


def test_headings_of_the_list_are_blocks(reader: Reader, translator: Path) -> None:
    reader.open(translator, "#level=token&dir=backward&step=0")
    headings = reader.page.locator(".list .scope").all_inner_texts()
    assert all("∇" not in heading for heading in headings)
    assert len(headings) < reader.page.locator(".list .go").count() / 3


def test_hidden_controls_in_names_are_neutralised(reader: Reader, tmp_path: Path) -> None:
    evil = f"a{HIDDEN}b"
    with ca.scope(evil):
        x = ca.input(evil, "T D")
        y = ca.ops.softmax(x @ x.mT) @ x
    stepper = ca.Stepper(y, {evil: np.eye(3)}, words={"T": (evil, "b", "c")})
    file = stepper.page(tmp_path / "evil.html", title=evil)
    assert not {*HIDDEN} & {*file.read_text("utf-8")}
    reader.open(file)
    for _ in range(3):
        reader.press("Next step").cell(0, 0)
        seen = reader.page.locator("html").evaluate("html => html.outerHTML + document.title")
        assert not {*HIDDEN} & {*seen}
        assert reader.page.locator(".stage .now").count() == 1


def test_the_title_is_no_path(reader: Reader, tmp_path: Path) -> None:
    reader.open(model("attention").stepper().page(tmp_path / "plain.html"))
    heading = reader.page.get_by_role("heading", level=1)
    assert heading.inner_text() == reader.page.title() == "The steps to attention/matmul.1"
    reader.choose("Language", "zh")
    assert heading.inner_text() == reader.page.title() == "attention/matmul.1 的计算步骤"


def test_on_paper_all_is_light_and_nothing_is_to_be_pressed(
    reader: Reader, translator: Path
) -> None:
    shade = "getComputedStyle(document.body).backgroundColor"
    light = reader.open(translator, "#theme=light").page.evaluate(shade)
    reader.open(translator, "#theme=dark").page.emulate_media(media="print")
    assert reader.page.evaluate(shade) == light
    assert not reader.button("Next step").is_visible()
    assert not reader.page.get_by_label("Level").is_visible()


def test_at_four_times_the_size_nothing_stays_in_the_way(reader: Reader, translator: Path) -> None:
    reader.page.set_viewport_size({"width": 320, "height": 256})
    reader.open(translator)
    reader.page.locator(".list").scroll_into_view_if_needed()
    box = reader.page.locator(".moves").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 0
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_breakpoint_is_seen_where_colours_are_forced(reader: Reader, translator: Path) -> None:
    reader.page.emulate_media(forced_colors="active")
    reader.open(translator)
    dot = reader.page.locator(".dot-button").first
    shade = "button => getComputedStyle(button, '::before').backgroundColor"
    before = dot.evaluate(shade)
    dot.click()
    assert dot.evaluate(shade) != before
    assert reader.violations() == []


def test_paths_are_broken_at_their_slashes_and_long_words_are_cut(
    reader: Reader, tmp_path: Path
) -> None:
    x = ca.input("x", "T D")
    with ca.scope("שלום"), ca.scope("inside"):
        y = ca.ops.softmax(x)
    stepper = ca.Stepper(y, {"x": np.eye(3)}, words={"T": ("internationalisation" * 4, "b", "c")})
    reader.page.set_viewport_size({"width": 360, "height": 800})
    for lang in ("en", "zh"):
        reader.open(stepper.page(tmp_path / "names.html"), f"#lang={lang}")
        assert reader.path == "שלום/inside/softmax"
        assert reader.page.locator(".path wbr").count() == 2
        canvas = reader.grid.locator("canvas").bounding_box()
        assert canvas is not None
        assert canvas["width"] < 360
        assert "internationalisation" * 4 in reader.cell(0, 0).grid.inner_text()
