"""The step page in a browser: every control, every level, what if, and nobody is shut out."""

import contextlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from browser import Reader, expected
from stepping import At, model

import cutaway as ca

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.browser
NAMES = (
    "Next step",
    "Previous step",
    "Step over",
    "Step into",
    "Step out",
    "Play",
    "Run to breakpoint",
    "Back to breakpoint",
)
CHOICES = ("Level", "Direction", "Language", "Theme", "Speed")


def single() -> ca.Stepper:
    """Attention to three words."""
    x = ca.input("x", "T d_model")
    y = ca.layers.single_head_attention(x, width="d_k", mask=ca.ops.causal_mask("T"))
    feeds = {"x": np.array([[1.0, 0.0, 1.0, 0.0], [0.0, 2.0, 0.0, 1.0], [1.0, 1.0, 0.0, 0.0]])}
    params = ca.initialize(y, {"d_model": 4, "d_k": 2}, seed=1, dtype="float64")
    return ca.Stepper(y, feeds, params, words={"T": ("I", "eat", "apples")})


def layer() -> At:
    return model("encoder-layer")


@pytest.fixture(scope="module")
def attention(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return single().page(tmp_path_factory.mktemp("page") / "attention.html", title="Attention")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return layer().stepper(axis="T").page(tmp_path_factory.mktemp("page") / "encoder.html")


def test_controls_have_their_names(reader: Reader, attention: Path) -> None:
    reader.open(attention)
    for name in NAMES:
        assert reader.button(name).count() == 1, name
    for name in (*CHOICES, "Position"):
        assert reader.page.get_by_label(name, exact=True).count() == 1, name


def test_next_and_back_two_hundred_times_stay_right(reader: Reader, attention: Path) -> None:
    reader.open(attention)
    stepper = single()
    values = [expected(stepper, index) for index in range(len(stepper))]
    index, rng = 0, np.random.default_rng(0)
    for forward in rng.random(200) < 0.55:
        index = min(index + 1, len(values) - 1) if forward else max(index - 1, 0)
        reader.press("Next step" if forward else "Previous step")
        assert reader.path == stepper.paths[index]
        np.testing.assert_allclose(reader.value, values[index], rtol=1e-9)


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("level", ["layer", "sublayer", "op", "primitive", "token"])
def test_every_step_of_every_level(
    level: str, backward: bool, reader: Reader, encoder: Path
) -> None:
    stepper = layer().stepper(axis="T", level=level, backward=backward)
    way = "backward" if backward else "forward"
    reader.open(encoder, f"#level={level}&dir={way}")
    shown = reader.page.locator(".list .go").count()
    assert shown == len(stepper)
    places = range(shown) if shown < 150 else range(0, shown, shown // 60)
    for index in places:
        reader.goto(index)
        assert reader.path == stepper.paths[index]
        np.testing.assert_allclose(reader.value, expected(stepper, index), rtol=1e-6, atol=1e-9)


def test_over_into_and_out_are_the_steppers(reader: Reader, encoder: Path) -> None:
    stepper = layer().stepper(axis="T", level="sublayer")
    stepper.next()
    reader.open(encoder, "#level=sublayer&step=0")
    names = {"i": "Step into", "v": "Step over", "o": "Step out", "n": "Next step"}
    moves = {"i": stepper.into, "v": stepper.over, "o": stepper.out, "n": stepper.next}
    for move in "innvivvonovviv":
        with contextlib.suppress(ca.OptionError):  # there is nothing inside, or around
            moves[move]()
        reader.press(names[move])
        assert stepper.current is not None
        assert reader.path == stepper.current.path
        assert reader.page.get_by_label("Level").input_value() == stepper.level


def test_play_goes_on_and_stops_at_a_breakpoint(reader: Reader, attention: Path) -> None:
    reader.open(attention).choose("Speed", "8")
    reader.press("Breakpoint at attention/softmax", "Play")
    reader.page.wait_for_selector("[data-testid=current-path]:text('attention/softmax')")
    reader.page.wait_for_selector("button[aria-label=Play]")
    reader.press("Play")
    reader.page.wait_for_selector("[data-testid=current-path]:text('attention/matmul.1')")
    reader.page.wait_for_selector("button[aria-label=Play]")
    reader.press("Play", "Pause")
    assert reader.path != "attention/matmul.1"  # it began again


def test_breakpoints_by_box_and_in_the_list(reader: Reader, attention: Path) -> None:
    reader.open(attention)
    reader.page.locator("[data-node='attention/softmax']").click()
    assert reader.button("Breakpoint at attention/softmax").get_attribute("aria-pressed") == "true"
    reader.press("Breakpoint at key/matmul", "Run to breakpoint")
    assert reader.path == "key/matmul"
    reader.press("Run to breakpoint")
    assert reader.path == "attention/softmax"
    reader.press("Run to breakpoint")
    assert (reader.path, reader.status) == ("attention/softmax", "No breakpoint that way.")
    reader.press("Back to breakpoint")
    assert reader.path == "key/matmul"
    reader.choose("Direction", "backward").goto(0).press("Run to breakpoint")
    assert "gradient of attention/softmax" in reader.page.locator(".about").inner_text()
    reader.press("Clear breakpoints", "Run to breakpoint")
    assert reader.status == "No breakpoint that way."


def middle_is_in(stage: "Locator", box: "Locator") -> bool:
    outer, inner = stage.bounding_box(), box.bounding_box()
    assert outer is not None
    assert inner is not None
    x, y = inner["x"] + inner["width"] / 2, inner["y"] + inner["height"] / 2
    return (
        outer["x"] <= x <= outer["x"] + outer["width"]
        and outer["y"] <= y <= outer["y"] + outer["height"]
    )


def test_the_box_of_the_step_is_lit_and_seen(reader: Reader, encoder: Path) -> None:
    reader.open(encoder, "#level=op")
    for index in range(0, 60, 7):
        reader.goto(index)
        lit = reader.page.locator(".stage .now")
        assert lit.count() == 1
        assert reader.path in (lit.get_attribute("data-node") or "").split()
        reader.until(partial(middle_is_in, reader.page.locator(".stage"), lit))


def test_a_patch_is_that_of_numpy(reader: Reader, encoder: Path) -> None:
    stepper = layer().stepper()
    path = "self_attention/attention/softmax"
    stepper.goto(path)
    changed = np.array(stepper.value(path))
    changed[0, 0, 2, 1] = 0.75
    stepper.patch(path, changed)
    reader.open(encoder, f"#level=op&step={path}").cell(2, 1).set(0.75)
    assert "(was" in reader.page.locator(".readout").first.inner_text()
    for index in range(len(stepper)):
        reader.goto(index)
        np.testing.assert_allclose(reader.value, expected(stepper, index), rtol=1e-6, atol=1e-9)
    stepper.unpatch()
    reader.press("Reset all")
    last = len(stepper) - 1
    np.testing.assert_allclose(reader.value, expected(stepper, last), rtol=1e-6, atol=1e-9)


def test_what_cannot_be_set_is_said(reader: Reader, attention: Path) -> None:
    reader.open(attention, "#step=causal_mask").cell(0, 0).set("many")
    told = reader.page.get_by_role("alert").inner_text()
    assert told.startswith("This is no number: write one such as 0.25")
    reader.set(7)
    assert "causal_mask" in reader.page.get_by_role("alert").inner_text()
    assert reader.value[0, 0] == 1
    reader.set("false")
    assert reader.value[0, 0] == 0


@pytest.mark.parametrize("kind", ["head", "residual", "uniform-attention", "no-scale", "no-mask"])
def test_a_knock_out_is_that_of_the_stepper(kind: str, reader: Reader, tmp_path: Path) -> None:
    found = model("decoder-layer")
    stepper = found.stepper()
    file = found.stepper().page(tmp_path / "decoder.html")
    path = {"residual": "feed_forward_norm"}.get(kind, "self_attention")
    stepper.knock_out(kind, path, 1 if kind == "head" else None)
    reader.open(file).choose("Knock out", kind)
    wanted = f"head 2 · {path}" if kind == "head" else path
    options = reader.page.locator("#select-where option").all_inner_texts()
    (place,) = [n for n, text in enumerate(options) if text.startswith(wanted)]
    reader.choose("Where", str(place)).press("Apply")
    for index in range(0, len(stepper), 3):
        reader.goto(index)
        np.testing.assert_allclose(reader.value, expected(stepper, index), rtol=1e-6, atol=1e-9)


def test_patches_in_force_come_along(reader: Reader, tmp_path: Path) -> None:
    stepper = single()
    stepper.goto("attention/softmax")
    stepper.patch("attention/where", lambda scores: np.zeros_like(scores))
    reader.open(stepper.page(tmp_path / "patched.html"))
    assert reader.path == "attention/softmax"
    np.testing.assert_allclose(reader.value, np.full((3, 3), 1 / 3))
    reader.press("Reset all")
    assert reader.value[0, 0] == 1


def test_a_cell_shows_the_cells_it_came_from(reader: Reader, attention: Path) -> None:
    reader.open(attention, "#step=attention/matmul.1").cell(1, 0)
    told = reader.page.locator(".sources li").all_inner_texts()
    reason = single().why("attention/matmul.1", (1, 0), most=2)
    assert len(told) == 4  # two terms that are not zero, each of a weight and a value
    assert any("attention/softmax[1, 0]" in text for text in told)
    assert any("value/matmul[0, 0]" in text for text in told)
    assert reason.terms


def test_a_pointer_shows_exact_values(reader: Reader, attention: Path) -> None:
    reader.open(attention, "#step=attention/softmax")
    reader.grid.hover(position={"x": 70, "y": 60})
    text = reader.page.locator(".readout").first.inner_text()
    assert text == f"[1, 0] eat, I = {float(single().value('attention/softmax')[1, 0])}"
    reader.grid.click(position={"x": 70, "y": 60})
    chosen = reader.grid.get_attribute("aria-activedescendant")
    assert reader.page.locator(f"#{chosen}").text_content() == text


def test_everything_can_be_done_by_keyboard(reader: Reader, attention: Path) -> None:
    reader.open(attention)
    keyboard = reader.page.keyboard

    def tab_to(selector: str) -> None:
        for _ in range(80):
            keyboard.press("Tab")
            if reader.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"Tab does not reach {selector}")

    tab_to("[aria-label='Next step']")
    keyboard.press("Enter")
    assert reader.path == "query/matmul"
    tab_to("#position")
    keyboard.press("End")
    assert reader.path == "attention/matmul.1"
    tab_to(".stage [role=button]")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    assert reader.path != "attention/matmul.1"
    here = reader.path
    keyboard.press(" ")
    assert reader.button(f"Breakpoint at {here}").get_attribute("aria-pressed") == "true"
    tab_to(".panel [role=grid]")
    keyboard.press("ArrowRight")
    tab_to("#new-value")
    keyboard.press("Control+A")
    keyboard.type("0.25")
    keyboard.press("Enter")
    assert 0.25 in reader.value
    assert reader.page.evaluate("document.activeElement.id") == "new-value"
    tab_to(".list .go")
    keyboard.press("Enter")
    assert reader.path == "causal_mask"


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nobody_is_shut_out(
    lang: str, theme: str, width: int, reader: Reader, attention: Path
) -> None:
    reader.page.set_viewport_size({"width": width, "height": 800})
    reader.open(attention, f"#step=attention/softmax&lang={lang}")
    reader.page.locator("#select-theme").select_option(theme)
    reader.cell(1, 0)
    assert reader.page.evaluate("document.documentElement.lang") == (
        "en" if lang == "en" else "zh-CN"
    )
    assert reader.violations() == []
    wide = reader.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


def test_language_and_theme(reader: Reader, attention: Path) -> None:
    reader.open(attention).choose("Language", "zh")
    for name in ("下一步", "上一步", "步过", "步入", "步出", "播放"):
        assert reader.button(name).count() == 1
    assert reader.page.locator(".stage text:text('缩放点积注意力')").count() == 1
    shade = "getComputedStyle(document.body).backgroundColor"
    light = reader.page.evaluate(shade)
    reader.choose("主题", "dark")
    assert reader.page.evaluate(shade) != light
    reader.choose("主题", "system")
    reader.page.emulate_media(color_scheme="dark")
    assert reader.page.evaluate(shade) != light


def test_hostile_names_are_only_text(reader: Reader, tmp_path: Path) -> None:
    evil = "</script><script>alert(1)</script>\u2028'\"<img src=x onerror=alert(2)>"
    with ca.scope(evil):
        x = ca.input(evil, "T D")
        y = ca.ops.softmax(x @ x.mT) @ x
    stepper = ca.Stepper(y, {evil: np.eye(3)}, words={"T": (evil, "b", "c")})
    reader.open(stepper.page(tmp_path / "evil.html", title=evil))
    assert "alert(1)" in reader.page.get_by_role("heading", level=1).inner_text()
    for _ in range(3):
        reader.press("Next step").cell(0, 0)
    assert "alert(2)" in reader.path


def test_values_that_are_no_numbers(reader: Reader, tmp_path: Path) -> None:
    x = ca.input("x", "N")
    stepper = ca.Stepper(ca.ops.log(x) * 0.0, {"x": [0.0, -1.0, 1.0]})
    reader.open(stepper.page(tmp_path / "nan.html"))
    for index in range(len(stepper)):
        reader.goto(index)
        np.testing.assert_array_equal(reader.value, expected(stepper, index))
    assert "NaN" in reader.page.locator(".formula").last.inner_text()


def test_of_a_large_model_samples_are_shown(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cutaway.step.program.LIMIT", 100)
    reader.open(layer().stepper().page(tmp_path / "large.html"))
    assert "too large" in reader.page.locator(".panel").inner_text()
    assert reader.page.get_by_text("Sampled").count() >= 1
    assert reader.button("Set").count() == 0
    reader.press("Next step").cell(0, 0)
    assert reader.path == layer().stepper().paths[1]


def test_the_page_says_what_is_left_out(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cutaway.step.page.TOKENS", 10)
    reader.open(single().page(tmp_path / "short.html"))
    assert (
        "forward token steps and backward token steps" in reader.page.locator(".views").inner_text()
    )
    reader.choose("Language", "zh")
    assert "前向词元步骤和反向词元步骤" in reader.page.locator(".views").inner_text()


def test_frames_in_a_notebook_are_apart(reader: Reader, tmp_path: Path) -> None:
    file = tmp_path / "notebook.html"
    frames = [single().frame(height=500)._repr_html_(), layer().stepper()._repr_html_()]
    file.write_text("<!DOCTYPE html><title>Notebook</title>" + "".join(frames), "utf-8")
    reader.page.goto(file.as_uri())
    first, second = (reader.page.frame_locator(f"iframe >> nth={n}") for n in range(2))
    first.get_by_role("button", name="Next step").click()
    second.get_by_role("button", name="Next step").click(click_count=2)
    assert first.get_by_test_id("current-path").inner_text() == single().paths[1]
    assert second.get_by_test_id("current-path").inner_text() == layer().stepper().paths[2]


def test_less_motion_is_heard(reader: Reader, encoder: Path) -> None:
    reader.page.emulate_media(reduced_motion="reduce")
    reader.open(encoder, "#level=op").goto(40)
    reader.settled()
    before = reader.page.locator(".stage").evaluate("stage => stage.scrollTop")
    reader.page.wait_for_timeout(300)
    assert reader.page.locator(".stage").evaluate("stage => stage.scrollTop") == before
