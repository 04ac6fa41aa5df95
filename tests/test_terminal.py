"""The terminal UI: every key, every size, and nothing is lost by a wrong entry.

A pressed key takes a tenth of a second or two in a test: what presses many is slow.
"""

import asyncio
import io
import re
import sys
import time
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from conftest import Golden
from pages import ROOT
from stepping import model
from terminal import drive, press, screen

import cutaway as ca
from cutaway.graph import Title
from cutaway.step.keys import KEYS
from cutaway.step.terminal import running
from cutaway.step.terminal.acts import ACTS
from cutaway.step.terminal.app import StepApp
from cutaway.step.terminal.outline import Outline
from cutaway.step.terminal.running import Running
from cutaway.step.terminal.told import TYPED

SIZES = [(140, 45), (100, 30), (80, 24), (60, 14), (30, 8), (12, 4), (1, 1)]


def single(**options: object) -> ca.Stepper:
    """Attention to three words."""
    x = ca.input("x", "T d_model")
    y = ca.layers.single_head_attention(x, width="d_k", mask=ca.ops.causal_mask("T"))
    feeds = {"x": [[1.0, 0.0, 1.0, 0.0], [0.0, 2.0, 0.0, 1.0], [1.0, 1.0, 0.0, 0.0]]}
    params = ca.initialize(y, {"d_model": 4, "d_k": 2}, seed=1, dtype="float64")
    words = {"T": ("I", "eat", "apples")}
    return ca.Stepper(y, feeds, params, words=words, **options)  # type: ignore[arg-type]


def at(*keys: str, **options: object) -> ca.step.Step:
    """Return where a stepper stands when keys were pressed."""
    found: list[ca.step.Step] = []
    drive(single(**options), keys, check=lambda app: found.append(app.walk.step))
    return found[0]


# ---- the table of keys


def test_terminal_and_page_do_all_that_the_table_of_keys_has() -> None:
    assert {*ACTS} == {*(key.action for key in KEYS), "back-to-output"}
    assert len({key.key for key in KEYS}) == len(KEYS)
    code = resources.files("cutaway.step").joinpath("page/keys.js").read_text("utf-8")
    (table,) = re.findall(r"const ACTIONS = \{\n(.*?)\n\};", code, re.DOTALL)
    entries = re.findall(r'(?:^|, )\s*"?([\w-]+)"?(?=: \(\) =>|,|$)', table, re.MULTILINE)
    assert {*entries} >= {key.action for key in KEYS if key.page}


def test_keys_of_a_heatmap_are_those_of_the_pages_grid() -> None:
    code = resources.files("cutaway.step").joinpath("page/grid.js").read_text("utf-8")
    for key in ("ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "Escape"):
        assert key in code


# ---- every key


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ((), "causal_mask"),
        (("n",), "query/matmul"),
        (("n", "n", "p"), "query/matmul"),
        (("p",), "causal_mask"),
        (("G",), "attention/matmul.1"),
        (("G", "n"), "attention/matmul.1"),
        (("G", "g"), "causal_mask"),
        (("o", "o"), "key/matmul"),
        (("/", '"softmax"', "enter", "i"), "attention/max"),
        (("/", '"softmax"', "enter", "i", "u"), "attention/softmax"),
        (("/", '"softmax"', "enter", "i", "o"), "attention/stop_gradient"),
        (("u",), "causal_mask"),
        (("/", '"*matmul*"', "enter", "/", "enter"), "key/matmul"),
        (("/", '"7"', "enter"), "attention/sqrt"),
        (("n", "b", "g", "r"), "query/matmul"),
        (("n", "b", "G", "R"), "query/matmul"),
        (("r",), "causal_mask"),
        (("B", '"when=abs > 1"', "enter", "r"), "query/matmul"),
        (("B", '"op=softmax"', "enter", "r", "4", "enter", "g", "r"), "causal_mask"),
        (("B", '"op=softmax"', "enter", "4", "x", "r"), "causal_mask"),
        (("s", "down", "down", "enter"), "query/matmul"),
        (("s", "down", "down", "space", "escape", "r"), "query/matmul"),
        (("n", "1", "down", "enter"), "query/matmul"),
    ],
)
def test_moving(keys: tuple[str, ...], path: str) -> None:
    assert at(*keys).path == path


def test_levels_and_directions() -> None:
    stepper = model("encoder-layer").stepper(level="sublayer")

    def check(app: StepApp) -> None:
        assert (app.walk.stepper.level, app.walk.stepper.backward) == ("sublayer", True)
        assert app.walk.step.forward is not None

    drive(stepper, ["l", "L", "d"], check=check)
    assert stepper.level == "sublayer"
    text = drive(stepper, ["L", "L", "L"])
    assert "There is no other level that way." in text
    assert "level model" in text


def test_finer_is_as_far_as_tokens_or_says_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    stepper = model("attention").stepper(level="primitive")
    drive(stepper, ["l"], check=lambda app: None)
    assert stepper.level == "token"
    plain = ca.Stepper(ca.ops.exp(ca.input("x", "N")), {"x": [1.0]}, level="primitive")
    assert "a graph with neither T nor S" in " ".join(drive(plain, ["l"], (140, 24)).split())
    monkeypatch.setattr("cutaway.step.step_lists.MOST_PIECES", 10)
    stepper.level = "primitive"
    assert "Level token has too many steps here" in drive(stepper, ["l"])
    assert stepper.level == "primitive"


def test_the_other_direction_says_where_there_is_no_such_step() -> None:
    stepper = model("attention").stepper()
    stepper.goto("attention/softmax")
    assert "nearest" not in drive(stepper, ["d"])
    stepper.goto("attention/dim")
    assert "No gradient is computed of attention/dim" in drive(stepper, ["d"])
    back = stepper.turned()
    back.next(len(back))
    assert back.current is not None
    text = drive(back, ["d"])
    assert re.search(r"What ∇/\S+ is the gradient of is given: this is the first", text)


def test_ctrl_c_says_how_to_quit() -> None:
    assert "q quits" in drive(single(), ["ctrl+c"])
    assert "按 q 退出" in drive(single(), ["ctrl+c"], lang="zh")
    assert "Output" in drive(single(), ["?", "ctrl+c", "escape"])


def test_a_heatmap_has_the_lines_that_the_list_does_not_need() -> None:
    x = ca.input("x", "N M")
    stepper = ca.Stepper(ca.ops.exp(x), {"x": np.arange(20.0).reshape(10, 2)})
    text = drive(stepper)
    assert "sampled" not in text
    assert re.search(r"^.* 9 +\d", text, re.MULTILINE)
    many = ca.Stepper(ca.ops.exp(x), {"x": np.arange(80.0).reshape(40, 2)})
    text = drive(many)
    assert "sampled: 11 × 2 of 40 × 2" in text
    assert "x (40, 2)" in text  # the list has its line
    assert "sampled" not in drive(many, [], (80, 60))


def test_other_slices_stand_below_where_there_is_room() -> None:
    stepper = model("encoder-layer").stepper()
    stepper.goto("*/softmax")
    assert re.findall(r"slice (\d) of 8", drive(stepper, ["]"], (140, 45))) == ["2", "3", "4"]
    assert re.findall(r"slice (\d) of 8", drive(stepper)) == ["1"]
    assert len(re.findall(r"slice (\d) of 8", drive(stepper, [], (140, 80)))) == 8


def test_what_is_typed_is_said_not_what_is_written_in_python() -> None:
    package = Path(ca.step.__file__).parent
    code = "\n".join(file.read_text("utf-8") for file in package.glob("*.py"))
    for python in TYPED:
        assert python in code
    stepper = single()
    text = " ".join(drive(stepper, ["k", '"head"', "enter"], (140, 24)).split())
    assert "fix: head encoder/layer.0/* 4" in text
    stepper.goto("attention/softmax")
    stepper.knock_out("uniform-attention")
    text = " ".join(drive(stepper, ["e", '"0.5"', "enter"], (140, 24)).split())
    assert "take the other back first: x in list 5" in text


def test_heads_are_counted_from_1() -> None:
    stepper = model("encoder-layer").stepper()
    text = drive(stepper, ["k", '"head self_attention 1"', "enter", "5"], (140, 45))
    assert "without head 1" in text
    (patch,) = stepper.patches
    assert patch.what == "head 0"
    text = drive(stepper, ["k", '"head self_attention 0"', "enter"], (180, 45))
    assert "has no head 0" in text
    assert "from 1 to 4" in text


def test_the_model_is_called_in_the_readers_language() -> None:
    title = Title("Encoder layer", "编码器层")
    assert "Encoder layer" in drive(single(), [], (140, 24), title=title)
    assert "编码器层" in drive(single(), ["z"], (140, 24), title=title)


@pytest.mark.slow
def test_cells_slices_and_figures() -> None:
    stepper = model("encoder-layer").stepper()
    stepper.goto("*/softmax")
    steps = ["right", "down", "end", "home", "down", "right", "]", "up"]
    cells: list[tuple[int, ...]] = []
    drive(stepper, steps, check=lambda app: cells.append(app.walk.cell))
    assert cells == [(0, 1, 1, 1)]
    drive(stepper, ["[", "[", "]"], check=lambda app: cells.append(app.walk.cell))
    assert cells[-1] == (1, 3, 0, 0)
    stepper.goto("feed_forward/relu")
    assert "sampled" not in drive(stepper, [], (120, 24))
    assert re.search(r"sampled: 5 × \d of 5 × 32", drive(stepper, ["v"]))


@pytest.mark.slow
def test_language_and_theme() -> None:
    assert "第 1 步，共 12 步" in drive(single(), ["z"])
    assert "step 1 of 12" in drive(single(), ["z", "z"])
    themes: list[str] = []
    for keys in ([], ["t"], ["t", "t"]):
        drive(single(), keys, check=lambda app: themes.append(app.theme))
    assert themes == ["cutaway-dark", "cutaway-light", "cutaway-dark"]


def test_watches_are_seen_again_after_each_change() -> None:
    stepper = single()
    stepper.goto("attention/softmax")
    text = drive(stepper, ["w", "e", '"0.5"', "enter", "e", '"0.25"', "enter", "3"])
    assert "attention/softmax [0, 0] █▃▁ 0.25 ← 0.5 ← 1.0" in text
    drive(stepper, ["W", '"attention/softmax max"', "enter"])
    assert [watch.value for watch in stepper.watches] == [0.25, pytest.approx(0.8401, abs=1e-4)]
    drive(stepper, ["3", "x"])
    assert len(stepper.watches) == 1
    assert "not reached yet" in drive(single(), ["W", '"attention/softmax"', "enter"])


def test_cells_are_changed_and_taken_back() -> None:
    stepper = single()
    stepper.goto("attention/softmax")
    before = stepper.value("attention/matmul.1").copy()
    values = stepper.value("attention/softmax").copy()
    values[0, 0], values[1, 2] = 0.5, -1.0
    edits = ["e", '"0.5"', "enter", "down", "end", "e", '"−1"', "enter"]
    text = drive(stepper, [*edits, "5"])
    assert "[0, 0] = 0.5, [1, 2] = -1" in text
    np.testing.assert_array_equal(stepper.value("attention/softmax"), values)
    np.testing.assert_allclose(
        stepper.value("attention/matmul.1"), values @ stepper.value("value/matmul")
    )
    drive(stepper, ["X"])
    np.testing.assert_array_equal(stepper.value("attention/matmul.1"), before)


def test_an_input_is_looked_at_and_changed() -> None:
    stepper = single()
    stepper.goto("query/matmul")
    text = drive(stepper, ["1", "enter", "e", '"3"', "enter"])
    assert "Input x" in text.replace("input x", "Input x")
    assert stepper.value("x")[0, 0] == 3.0
    assert "Output" in drive(stepper, ["1", "enter", "escape"])


def test_knock_outs_and_their_end() -> None:
    stepper = single()
    text = drive(stepper, ["k", '"uniform-attention"', "enter", "5"])
    assert "attention/softmax: uniform attention" in text
    assert stepper.value("attention/softmax")[1].tolist() == [0.5, 0.5, 0.0]
    assert "均匀注意力" in drive(stepper, ["z", "5"])
    drive(stepper, ["5", "x"])
    assert not stepper.patches


def test_why_leads_to_where_a_number_came_from() -> None:
    stepper = single()
    stepper.goto("attention/matmul.1")
    cells: list[tuple[str, tuple[int, ...]]] = []
    drive(
        stepper,
        ["down", "2", "down", "enter"],
        check=lambda app: cells.append((app.walk.path, app.walk.cell)),
    )
    assert cells == [("attention/softmax", (1, 0))]


@pytest.mark.slow
def test_changes_go_along_when_the_direction_turns() -> None:
    stepper = single()
    stepper.goto("attention/softmax")
    drive(stepper, ["e", '"0.5"', "enter", "d", "d", "5"])
    assert stepper.value("attention/softmax")[0, 0] == 0.5
    assert stepper.turned().value("attention/softmax")[0, 0] == 0.5
    drive(stepper, ["d", "X", "d"])
    assert not stepper.patches


@pytest.mark.slow
def test_help_has_every_key_in_both_languages() -> None:
    for lang in ("en", "zh"):
        text = drive(single(), ["?"], (80, 70), lang=lang)
        for key in KEYS:
            assert re.search(rf"^\s*{re.escape(key.key)} +{getattr(key.title, lang)}", text, re.M)
    assert "Output" in drive(single(), ["?", "escape"])


# ---- opening


def test_it_is_opened_only_where_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(StepApp, "run", lambda app: opened.append(app.lang))
    with pytest.raises(ca.OptionError, match="takes a terminal"):
        single().tui()
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(ca.OptionError, match="there is no language 'fr'"):
        single().tui(lang="fr")
    with pytest.raises(ca.OptionError, match="there is nothing to step through"):
        ca.Stepper(ca.input("x", "T"), {"x": [1.0]}).tui()
    single().tui(lang="zh")
    assert opened == ["zh"]


def test_it_is_refused_where_its_signs_cant_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    streams = [io.TextIOWrapper(io.BytesIO(), encoding=name) for name in ("utf-8", "utf-8", "gbk")]
    for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
        monkeypatch.setattr(stream, "isatty", lambda: True)
        monkeypatch.setattr(sys, name, stream)
    monkeypatch.setenv("TERM", "xterm")
    with pytest.raises(ca.OptionError, match=r"came: +gbk"):
        single().tui()


# ---- runs


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
def test_a_key_stops_a_run_where_it_is(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PAUSE", 0.05)
    stepper = single()
    stepper.breakpoint(when=slow)

    def check(app: StepApp) -> None:
        assert 0 < stepper.index < len(stepper) - 1
        assert "stopped by a key" in screen(app)
        assert stepper.index + 1 == int(screen(app).split()[1])

    drive(stepper, ["r", "n", key], check=check)  # n does nothing meanwhile


def slow(value: object) -> bool:
    """Take the time of a slice, and stop nowhere."""
    time.sleep(running.SLICE)
    return False


def test_what_goes_wrong_in_a_run_is_said_and_the_place_is_kept() -> None:
    stepper = single()
    stepper.goto(2)
    stepper.breakpoint(when=broken)
    shown = drive(stepper, ["r"], size=(160, 40))
    assert "no such thing" in shown
    assert stepper.index == 2


def test_what_went_wrong_first_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    stepper = single()
    stepper.breakpoint(when=broken)

    def unable(target: object) -> None:
        raise ValueError("cannot go back")

    monkeypatch.setattr(stepper, "goto", unable)

    def check(app: StepApp) -> None:
        assert "no such thing" in screen(app)
        assert app.running is None

    drive(stepper, ["r"], size=(160, 40), check=check)


def test_while_a_run_is_on_its_way_the_outline_keeps_the_focus() -> None:
    def check(app: StepApp) -> None:
        outline = app.query_one(Outline)
        outline.focus()
        before = app.focused
        app.running = Running(app, lambda n: None)
        node = next(node for node in outline._tree_nodes.values() if node.data is not None)
        app.on_tree_node_selected(Outline.NodeSelected(node))
        assert app.focused is before
        app.running = None

    drive(single(), check=check)


def test_a_text_that_is_told_again_as_an_error_looks_like_one() -> None:
    def check(app: StepApp) -> None:
        app.tell("all")
        app.tell("all", wrong=True)
        assert app.query_one("#message").has_class("wrong")

    drive(single(), check=check)


def broken(value: object) -> bool:
    raise ValueError("no such thing")


# ---- wrong entries


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (("/", '"nowhere"', "enter"), "No step has “nowhere”"),
        (("e", '"abc"', "enter"), "is no number"),
        (("n", "e", '"1e999"', "enter"), "is no number"),
        (("n", "e", '"nan"', "enter"), "holds NaN"),
        (("e", '"0.5"', "enter"), "required: true or false"),
        (("B", '"nowhere*"', "enter"), "nothing is called 'nowhere*'"),
        (("B", '"when=abs >"', "enter"), "is no condition"),
        (("B", '"op=conv"', "enter"), "no op is of kind 'conv'"),
        (("B", "enter"), "nothing says where to stop"),
        (("B", '"a b"', "enter"), "second path"),
        (("W", '"query/matmul [9, 9]"', "enter"), "has no element [9, 9]"),
        (("W", '"zz max"', "enter"), "nothing is called 'zz'"),
        (("k", '"brain"', "enter"), "there is no knock-out 'brain'"),
        (("k", '"head"', "enter"), "which head is switched off"),
        (("k", "enter"), "there is no knock-out ''"),
        (("x",), "x removes what is marked"),
    ],
)
def test_a_wrong_entry_says_so_and_loses_nothing(keys: tuple[str, ...], said: str) -> None:
    stepper = single()
    stepper.breakpoint(op="softmax")
    text = drive(stepper, keys, (100, 24))
    assert said in " ".join(text.split())
    assert (len(stepper.breakpoints), stepper.watches, stepper.patches) == (1, (), ())
    assert drive(stepper, [*keys, "escape", "r"]).count("attention/softmax")
    assert stepper.current is not None
    assert stepper.current.path == "attention/softmax"


def test_a_wrong_second_edit_keeps_the_first() -> None:
    stepper = single()
    stepper.goto("attention/softmax")
    drive(stepper, ["e", '"0.5"', "enter", "right", "e", '"nan"', "enter"])
    assert stepper.value("attention/softmax")[0, :2].tolist() == [0.5, 0.0]


# ---- sizes


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_every_key_works_at_every_size(size: tuple[int, int]) -> None:
    keys = [part for key in KEYS if key.key != "q" for part in (key.key, "escape")]
    text = drive(model("encoder-layer").stepper(), keys, size)
    assert len(text.splitlines()) == size[1]


@pytest.mark.slow
def test_resizing_keeps_the_place() -> None:
    stepper = single()

    async def run() -> None:
        app = StepApp(stepper)
        async with app.run_test(size=(80, 24)) as pilot:
            await press(pilot, ["G", "down", "right"])
            wide = screen(app)
            for size in SIZES:
                await pilot.resize_terminal(*size)
                await pilot.pause()
            await pilot.resize_terminal(80, 24)
            await press(pilot, [])
            assert screen(app) == wide
            assert (app.walk.step.path, app.walk.cell) == ("attention/matmul.1", (1, 1))

    asyncio.run(run())


# ---- what it looks like


def test_screens(golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stepper = single()
    stepper.goto("attention/softmax")
    screens = [
        drive(stepper, ["down", "2"]),
        drive(stepper, ["b", "e", '"0.5"', "enter", "4"], lang="zh"),
        drive(stepper, ["d"], (60, 14)),
        drive(stepper, [], (30, 8)),
        drive(model("encoder-layer").stepper(level="sublayer"), [], (80, 24)),
        drive(stepper, ["?"], (50, 52)),
    ]
    golden("terminal.txt", f"\n{'=' * 80}\n".join(screens))


@pytest.mark.parametrize("name", ["stepping.md", "stepping.zh.md"])
def test_the_page_on_stepping_shows_this_screen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stepper = single()
    stepper.goto("attention/softmax")
    shown = drive(stepper, ["down", "2"], lang="zh" if ".zh" in name else "en", title="attention")
    assert f"```text\n{shown}```\n" in (ROOT / "docs" / name).read_text("utf-8")


def test_without_colour_nothing_is_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    def check(app: StepApp) -> None:
        assert not app.drawing.has_colours
        for strip in app.screen._compositor.render_strips():
            for segment in strip.apply_filter(app._filters[-1], app.screen.background_colors[1]):
                style = segment.style
                assert style is None or style.color is None or style.color.is_default
                assert style is None or style.bgcolor is None or style.bgcolor.is_default

    drive(single(), ["n", "2"], check=check)


@pytest.mark.slow
def test_names_and_words_can_do_nothing_to_a_terminal() -> None:
    name = "[b]x*[/b]\u202e\x07"
    with ca.scope("[red]s\x1b[31m[/red]"), ca.scope("深い/層\n新"):
        x = ca.input(name, "T D")
        with ca.scope("n" * 200):
            y = ca.ops.softmax(x @ x.mT) * 1e30
    feeds = {name: [[1.0, 0.0], [2.0, -1.0], [1e-30, 1e30]]}
    words = {"T": ("[link=x]\x1b[2J", "饺子", "a long word that is too long")}
    for size in ((80, 24), (30, 8)):
        stepper = ca.Stepper(y, feeds, words=words)
        for keys in (["n", "2"], ["w", "b", "e", '"7"', "enter", "5"], ["4"], ["s"]):
            text = drive(stepper, keys, size, title="[red]\x1b[2J")
            assert all(c.isprintable() or c == "\n" for c in text)
    assert "[link" in drive(stepper, [])


def test_what_is_no_number_and_what_is_empty() -> None:
    x = ca.input("x", "N M")
    stepper = ca.Stepper(ca.ops.exp(x) / x, {"x": [[np.inf, -np.inf, 0.0, 1.0]]})
    text = drive(stepper, ["n", "2"])
    assert "NaN" in text
    assert "∞" in text
    assert "= NaN" in drive(stepper, ["n"])


def test_nothing_moves_by_itself() -> None:
    painted: list[int] = []

    async def run() -> None:
        app = StepApp(single())
        async with app.run_test() as pilot:
            await press(pilot, ["n", "B", '"x"', "escape"])
            before = app._display  # what writes to the terminal
            app._display = lambda *what: (painted.append(1), before(*what))[1]  # type: ignore
            await pilot.pause(1.2)

    asyncio.run(run())
    assert not painted
