"""What is shown of a training: charts in a file, plots in a terminal, or plain lines."""

import builtins
import io
import math
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console
from trainings import digits, reversing

import cutaway as ca
from cutaway.graph import Title
from cutaway.render.bands import bands
from cutaway.render.chart import LEFT, WIDE, Curve, chart
from cutaway.render.marks import Text, Tiles, Way
from cutaway.render.measure import missing
from cutaway.render.theme import read_theme
from cutaway.render.ticks import decades, tick_texts, ticks
from cutaway.render.write import write
from cutaway.run import Adam
from cutaway.training import Callback, Guard, History, Progress, Report, TrainingStep, report
from cutaway.training import words as training_words
from cutaway.training.panels import BANDS, Panel, natural, panels, smoothed, thinned
from cutaway.training.plots import plot


@pytest.fixture(scope="module")
def history() -> History:
    """Return what is measured in a small training."""
    graph = reversing()
    return train(graph, callbacks=())


def train(graph: ca.Graph, steps: int = 30, **options: Any) -> History:
    watch = ca.attention_entropy(graph)
    params = ca.initialize(graph)
    return ca.fit(graph, digits, params, Adam(3e-3), steps=steps, watch=watch, **options).history


@pytest.mark.parametrize("lang", ["en", "zh", "both"])
def test_a_report_has_a_chart_for_all_that_is_measured(lang: str, history: History) -> None:
    svg = report(history, steps=40, lang=lang).svg
    root = ElementTree.fromstring(svg)
    texts = [text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text")]
    chinese, english = lang in ("zh", "both"), lang in ("en", "both")
    assert ("损失" in texts, "Loss" in texts) == (chinese, english)
    assert any("30" in text and "40" in text for text in texts)
    attentions = ["encoder/layer.0/self", "decoder/layer.0/self", "decoder/layer.0/cross"]
    titles = [text for text in texts if "attention" in text][:: 2 if lang == "both" else 1]
    assert [title.partition("_")[0] for title in titles] == attentions
    assert {"encoder/layer.0", "decoder/layer.0", "output"} <= set(texts)
    assert sum("entropy" in text for text in texts) == (3 if english else 0)
    assert sum("注意力熵" in text for text in texts) == (3 if chinese else 0)
    heads = [text for text in texts if text in ("head 1", "头 1")]
    assert len(heads) == 3
    assert not missing("".join(texts))


def test_all_words_can_be_drawn() -> None:
    said = [value for value in vars(training_words).values() if isinstance(value, Title)]
    said += training_words.MEASURED.values()
    assert not missing("".join(text for title in said for text in title))


def test_a_report_says_in_words_what_it_shows(history: History) -> None:
    losses = history["loss"][""]
    described = re.search(r"<desc[^>]*>(.*?)</desc>", report(history).svg, re.S)
    assert described is not None
    assert f"lowest {losses.min():.3f} at step {losses.argmin()}" in described[1]


def test_a_page_of_a_report_loads_nothing(history: History, tmp_path: Path) -> None:
    page = report(history, title="<script>alert(1)</script>").save(tmp_path / "run.html")
    text = page.read_text("utf-8")
    assert "default-src 'none'" in text
    assert "<script>alert" not in text
    assert re.findall(r"(?:src|href)=", text) == []
    assert len(text) < 200_000


def test_a_report_is_written_on_the_way_and_when_a_training_fails(tmp_path: Path) -> None:
    w, x = ca.parameter("w", ()), ca.input("x", "N")
    loss = ca.ops.square(x * w).mean()
    kept: list[Callback] = [Guard(), Report(tmp_path / "run.svg", lang="zh")]
    params = {"w": np.array(1.0)}
    with pytest.raises(ca.TrainingError):
        ca.fit(loss, [{"x": [3.0]}], params, ca.run.SGD(0.5), steps=50, callbacks=kept)
    assert "损失" in (tmp_path / "run.svg").read_text("utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["run.svg"]


@pytest.mark.parametrize("lang", ["en", "zh", "both"])
@pytest.mark.parametrize("ending", ["svg", "html"])
def test_a_report_says_why_a_training_stopped(lang: str, ending: str, tmp_path: Path) -> None:
    w, x = ca.parameter("w", ()), ca.input("x", "N")
    loss = ca.ops.square(x * w).mean()
    file = tmp_path / f"run.{ending}"
    kept: list[Callback] = [Guard(), Report(file, lang=lang)]
    with pytest.raises(ca.TrainingError) as error:
        ca.fit(
            loss, [{"x": [3.0]}], {"w": np.array(1.0)}, ca.run.SGD(0.5), steps=50, callbacks=kept
        )
    text = re.sub(r"<title.*?</title>|<desc.*?</desc>", "", file.read_text("utf-8"), flags=re.S)
    english = ["Stopped at step 9: the loss diverges", "Advice: the learning rate 0.5 is likely"]
    chinese = ["训练在第 9 步停下：损失发散", "建议：学习率 0.5 很可能太高", "位置：w，"]
    assert all((said in text) == (lang != "zh") for said in english)
    assert all((said in text) == (lang != "en") for said in chinese)
    assert str(error.value).startswith(f"step 9: {error.value.reason['what'].en}")


def test_a_report_of_a_first_step_that_fails_and_of_an_interruption(tmp_path: Path) -> None:
    w, x = ca.parameter("w", ()), ca.input("x", "N")
    loss = ca.ops.square(x * w).mean()

    def interrupt(record: TrainingStep) -> None:
        raise KeyboardInterrupt

    for stop, feeds, said in (
        (Guard(), math.nan, "Stopped at step 0: the loss is nan"),
        (interrupt, 1.0, "Interrupted at step 0"),
    ):
        with pytest.raises((ca.TrainingError, KeyboardInterrupt)):
            ca.fit(
                loss,
                [{"x": [feeds]}],
                {"w": np.array(1.0)},
                ca.run.SGD(0.1),
                steps=3,
                callbacks=[stop, Report(tmp_path / "run.html")],
            )
        assert said in (tmp_path / "run.html").read_text("utf-8")


def test_a_report_that_cannot_be_written_is_found_before_the_first_step(tmp_path: Path) -> None:
    steps: list[int] = []
    for path in (tmp_path / "no" / "run.html", tmp_path):
        (tmp_path / "run.svg").mkdir(exist_ok=True)
        kept = [Report(path if path.suffix else path / "run.svg")]
        with pytest.raises(ca.SaveError, match="cannot be written"):
            train(reversing(), callbacks=[*kept, lambda record: steps.append(record.step)])
    assert steps == []


def test_a_report_that_can_no_longer_be_written_costs_no_weights(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()

    def remove(record: TrainingStep) -> None:
        if record.step == 3:
            folder.rmdir()

    with pytest.warns(UserWarning, match="no report at step 29: .*cannot be written"):
        assert (
            len(train(reversing(), callbacks=[remove, Report(folder / "r.svg")])["loss"].steps)
            == 30
        )


def test_charts_are_of_one_width_and_leaders_are_outside() -> None:
    xs = np.arange(50.0)
    one = chart("one", [Curve(xs, xs)])
    two = chart("two", [Curve(xs, xs, "encoder/layer.0"), Curve(xs, xs + 1, "output")])
    assert one.width == two.width == WIDE
    ways = [mark for mark in two.marks if isinstance(mark, Way)]
    data, leaders = ways[:2], [way for way in ways if way.ink == "frame"]
    edge = max(x for way in data for x, _ in way.points)
    assert len(leaders) == 2
    assert min(x for way in leaders for x, _ in way.points) > edge


def test_gradients_of_many_blocks_have_a_chart_for_each_outer_scope() -> None:
    history = History()
    names = [f"{side}/layer.{n}" for side in ("decoder", "encoder") for n in range(3)]
    history.add(0, {"loss": {"": 1.0}, "gradient": dict.fromkeys([*names, "output"], 1.0)})
    titles = [panel.title.zh.partition(" · ")[2] for panel in panels(history)]
    assert titles == ["", "encoder", "decoder", "其余模块"]


def test_a_band_has_the_shade_of_its_height_and_gaps_stay() -> None:
    xs, names = np.arange(4.0), Title("norm", "范数")
    rows = [[1.0, 10.0, 100.0, 1000.0], [1000.0, np.nan, 0.0, np.inf]]
    curves = [Curve(xs, np.array(row), name) for row, name in zip(rows, "ab", strict=True)]
    drawing = bands(names, curves, "en", names)
    tiles = [mark for mark in drawing.marks if isinstance(mark, Tiles)]
    cells = {t.fill: len(t.bounds) for t in tiles if t.bounds[0][0] >= LEFT}  # not of the key
    assert cells == {"cells.p1": 1, "cells.p4": 1, "cells.p7": 1, "cells.p10": 2}
    assert drawing.width == WIDE
    level = [Curve(xs[:1], np.ones(1), "a")]
    assert "norm" in [*bands(names, level, "en", names).texts()]


def test_what_no_report_is() -> None:
    with pytest.raises(ca.OptionError, match=r"a report is not written as '\.dot'"):
        Report("run.dot")
    with pytest.raises(ca.OptionError, match="there is no language 'fr'"):
        Report("run.svg", lang="fr")
    with pytest.raises(ca.OptionError, match="there is nothing to report"):
        report(History())


def test_a_loss_that_stops_being_a_number_breaks_its_line() -> None:
    history = History()
    for step, loss in enumerate([3.0, 2.0, math.nan, 2.5, math.inf, 1.0]):
        history.add(step, {"loss": {"": loss}, "seconds": {"": 0.1}})
    assert "loss 1.000, lowest 1.000 at step 5" in report(history).svg
    nothing = History()
    nothing.add(0, {"loss": {"": math.nan}, "seconds": {"": 0.1}})
    assert "loss NaN" in report(nothing).svg


def test_many_lines_are_thinned_and_it_says_so() -> None:
    history = History()
    names = {f"layer.{n}": 1.0 + n for n in range(40)}
    history.add(0, {"loss": {"": 1.0}, "gradient": names, "seconds": {"": 0.1}})
    _, gradient, _ = panels(history)
    assert gradient.bands
    assert thinned(gradient, 5).title.en.endswith("(5 of 24)")
    assert len(gradient.curves) == BANDS
    assert gradient.title.en == f"Gradient norm, by block ({BANDS} of 40)"
    assert [gradient.curves[n].name for n in (0, -1)] == ["layer.0", "layer.39"]
    assert sorted(["a.10", "a.9", "b"], key=natural) == ["a.9", "a.10", "b"]


def test_smooth_lines_are_means_and_gaps_stay() -> None:
    values = np.arange(500.0)
    values[7] = np.nan
    found = smoothed(values)  # means of five
    assert found[100] == values[96:101].mean()
    assert np.isnan(found[7])
    assert found[9] == np.mean([5, 6, 8, 9])
    assert found[0] == 0.0


@pytest.mark.parametrize("low", [0.0, -3.0, 1e-9, 5e7])
@pytest.mark.parametrize("span", [1e-6, 0.3, 7.0, 12345.0])
def test_ticks_are_few_round_and_inside(low: float, span: float) -> None:
    high = low + span * max(1.0, abs(low))
    found = ticks(low, high)
    assert 2 <= len(found) <= 7
    assert all(low - span * 1e-6 <= tick <= high * (1 + 1e-9) + span for tick in found)
    assert len(set(tick_texts(found))) == len(found)
    assert ticks(2.0, 2.0) == (2.0,)


@pytest.mark.parametrize("ends", [(1e-12, 1e9), (0.02, 0.03), (1.0, 30.0), (0.5, 8e6)])
def test_ticks_of_logarithms(ends: tuple[float, float]) -> None:
    found = decades(*ends)
    assert 2 <= len(found) <= 7
    assert all(ends[0] <= tick <= ends[1] for tick in found)


def test_names_at_the_ends_of_lines_do_not_overlap() -> None:
    xs = np.arange(3.0)
    curves = [Curve(xs, xs + n / 1000, f"line {n}").looking(n) for n in range(9)]
    drawing = chart("many", curves)
    names = [mark for mark in drawing.marks if isinstance(mark, Text)]
    heights = sorted(name.place[1] for name in names if name.line.text.startswith("line"))
    assert len(heights) == 9
    assert (np.diff(heights) >= 11.9).all()
    assert heights[-1] <= drawing.height


def test_a_chart_of_nothing_and_of_one_point() -> None:
    light = read_theme("light")
    for curves in ([], [Curve(np.zeros(1), np.full(1, np.nan), "gone")]):
        assert "NaN" not in write(chart("none", curves).marks, light)
    one = chart("one", [Curve(np.zeros(1), np.ones(1), "point")], log=True)
    assert "point" in [*one.texts()]


def shown(width: int, height: int, lang: str = "en", **options: Any) -> list[str]:
    """Return the lines of the last picture in a terminal of that size."""
    console = Console(
        file=io.StringIO(), force_terminal=True, width=width, height=height, color_system=None
    )
    graph = reversing()
    progress = Progress(plots=True, lang=lang, console=console)
    train(graph, callbacks=[progress], **options)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    last = text.rsplit("\x1b[2K")[-1]
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", last).rstrip("\n").split("\n")


@pytest.mark.parametrize(("width", "height"), [(80, 24), (140, 45), (40, 12), (20, 5)])
def test_plots_fit_into_the_terminal(width: int, height: int) -> None:
    lines = shown(width, height)
    assert len(lines) <= height
    assert all(len(line) <= width for line in lines)
    text = "\n".join(lines)
    assert ("Loss" in text) == (height > 10)
    assert "30/30" in text
    if (width, height) == (80, 24):
        assert "more plots have no room here" in text
        assert re.search(r"decoder/layer.0 \d+\.\d", text)
        assert "■ head 1" in text


@pytest.mark.parametrize("width", [14, 40, 80])
def test_many_lines_are_rows_of_bars_in_a_terminal(width: int) -> None:
    xs = np.arange(6.0)
    curves = tuple(Curve(xs, 10.0 ** (xs - n), f"decoder/layer.{n}") for n in range(12))
    panel = Panel(Title("norm", "范数"), curves, log=True, bands=True)
    lines = plot(panel, width, 20, "en").plain.split("\n")
    assert len(lines) == 14
    assert all(len(line) == width for line in lines)
    assert [line.split()[0][-2:] for line in lines[1:4]] == [".0", ".1", ".2"]
    few = plot(panel, width, 9, "en").plain.split("\n")
    assert len(few) == 9
    if width == 80:
        assert "▁▁▂▂▃▃ 1e-6" in lines[12]
        assert few[0].startswith("norm (7 of 12)")


def test_plots_in_chinese() -> None:
    text = "\n".join(shown(140, 45, "zh"))
    assert "损失" in text
    assert "■ 头 1" in text


def test_where_there_is_no_terminal_there_are_plain_lines() -> None:
    console = Console(file=io.StringIO(), width=20)
    train(reversing(), callbacks=[Progress(plots=True, console=console)], steps=100)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 21
    pattern = r"step 1/100  loss \d\.\d{4}  gradient \d\.\d{4}  rate 0.003  \d+\.\d steps/s"
    assert re.fullmatch(pattern, lines[0])
    assert lines[-1].startswith("step 100/100")
    assert "\x1b" not in "".join(lines)


def test_plots_without_their_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "plotille":
            raise ImportError
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    console = Console(file=io.StringIO(), force_terminal=True)
    with pytest.raises(ca.OptionError, match=r"pip install 'cutaway\[train\]'; or plots=False"):
        Progress(plots=True, console=console)
    Progress(console=console)
