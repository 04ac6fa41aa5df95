"""``cutaway draw`` from end to end: what is written at every level, and its examples."""

import json
import os
import re
from pathlib import Path

import pytest
from command import Capture, call
from test_cli_help import examples, run_example

from cutaway.cli.app import DIRECTIONS, LANGUAGES, LEVELS
from cutaway.cli.completion import THEMES
from cutaway.render.draw import LEVELS as DRAWN_LEVELS
from cutaway.render.scene import DIRECTIONS as DRAWN_DIRECTIONS
from cutaway.render.scene import LANGUAGES as DRAWN_LANGUAGES
from cutaway.render.theme import THEMES as DRAWN_THEMES


def test_the_choices_are_those_of_the_renderer() -> None:
    assert [*LEVELS] == [*DRAWN_LEVELS]
    assert [*LANGUAGES] == [*DRAWN_LANGUAGES]
    assert [*DIRECTIONS] == [*DRAWN_DIRECTIONS]
    assert [*THEMES] == [*DRAWN_THEMES]


STARTS = {".svg": b"<svg", ".dot": b"digraph", ".html": b"<!DOCTYPE html>", ".pdf": b"%PDF-"}


@pytest.mark.parametrize("line", examples("draw"))
def test_every_example_runs(line: str, tmp_path: Path) -> None:
    run_example(line, tmp_path)
    written = re.search(r"(?:-o|>) ([\w.-]+\w)$", line)
    file = tmp_path / (written[1] if written else f"{line.split()[2]}.svg")
    assert file.read_bytes().startswith(STARTS[file.suffix])


def test_levels_go_into_detail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    boxes = []
    for level in LEVELS:
        code, out, err = call(capsys, "draw", "transformer", "--level", level, "--json")
        assert (code, err) == (0, "")
        found = json.loads(out)
        assert found["file"] == "transformer.svg"
        boxes.append(found["boxes"])
    assert boxes == sorted(boxes)
    assert len(set(boxes[1:])) == len(boxes[1:])  # here a stack is one layer, repeated
    drawn = ("draw", "transformer", "--level", "model", "--json")
    opened = json.loads(call(capsys, *drawn, "--open", "encoder/layer.0")[1])["boxes"]
    assert opened > boxes[0]
    whole = json.loads(call(capsys, *drawn, "--level", "op", "--no-fold")[1])["boxes"]
    assert whole > boxes[LEVELS.index("op")]


def test_sizes_shapes_and_languages_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)

    def svg(*options: str) -> str:
        code, out, err = call(capsys, "draw", "encoder-layer", "-o", "-", *options)
        assert (code, err) == (0, "")
        assert out.startswith("<svg")
        return out

    plain = svg()
    assert "d_model" in plain
    filled = svg("--dim", "B=2", "--dim", "T=3", "--dim", "d_model=64")
    assert "(2, 3, 64)" in filled
    assert svg("--no-shapes") != plain
    assert 'aria-label="max(0, xW_1 + b_1)W_2 + b_2"' in svg("--formulas")
    assert "4·d_model² + 4·d_model parameters" in svg("--parameters")
    assert "FLOPs" in svg("--flops")
    assert 'class="caption">An encoder layer.</text>' in svg("--caption", "An encoder layer.")
    assert svg("--level", "op").count('class="parameter"') > 0
    assert svg("--level", "op", "--no-weights").count('class="parameter"') == 0
    assert svg("--direction", "LR") != plain
    assert 'fill="#14161a"' in svg("--theme", "dark")
    assert "注意力" in svg("--lang", "zh")
    assert os.listdir() == []  # nothing is written beside what goes to stdout


def test_a_png(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "layer.png"
    code, out, _ = call(capsys, "draw", "encoder-layer", "-o", str(file))
    assert code == 0
    assert out.startswith(f"wrote {file}: ")
    assert file.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--open", "decoder"], ["no scope fits 'decoder'"]),
        (["--close", "nowhere/*"], ["no scope fits"]),
        (["--dim", "Q=3"], ["no size 'Q'"]),
        (["--dim", "h=3", "--dim", "d_model=16"], ["h | d_model"]),
        (["-o", "picture.gif"], ["picture.gif", ".svg"]),
        (["--theme", "sepia"], ["no theme 'sepia'", "light, dark, print"]),
        (["--theme", "no/such.toml"], ["no/such.toml", "No such file"]),
        (["-o", "picture"], ["picture", ".svg"]),
        (["-o", "no/such/folder/picture.svg"], ["cannot be written"]),
        (["-o", ""], ["an empty text names no file"]),
    ],
)
def test_bad_input_writes_nothing(
    options: list[str],
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = call(capsys, "draw", "encoder", *options)
    assert (code, out) == (2, "")
    for word in words:
        assert word in err
    assert os.listdir() == []
