"""``cutaway story``: the stops as text, and JSON that says the same."""

import json
from pathlib import Path

import pytest
from command import Capture, call

from cutaway.step import Story


def out_of(capsys: Capture, *arguments: str) -> str:
    code, out, err = call(capsys, "story", *arguments)
    assert (code, err) == (0, "")
    return out


@pytest.mark.parametrize("lang", ["en", "zh", "both"])
def test_stops_as_text(lang: str, capsys: Capture) -> None:
    blocks = out_of(capsys, "--lang", lang).strip().split("\n\n")
    story = Story.load()
    titles = list(story.title) if lang == "both" else [getattr(story.title, lang)]
    assert blocks[0].split("\n") == titles
    for stop, block in zip(story, blocks[1:], strict=True):
        first, *said = block.split("\n")
        assert first.startswith(f"{stop.number:>2}  {stop.name} (")
        assert first.split(": ")[1].startswith(f"{stop.step.formula.unicode} = ")
        assert [line.removeprefix("    ") for line in said] == stop.say(lang).split("\n")
    score = "[0, 1] (): QKᵀ = [-0.4692, -0.1794, …, 0.3009] [0.2921, 1.651, …, 0.1694] = 6.14\n"
    assert score in blocks[4]


def test_stops_in_json(capsys: Capture) -> None:
    found = json.loads(out_of(capsys, "--json"))
    story = Story.load()
    assert (found["title"], found["model"]) == (story.title._asdict(), "translator-head")
    for stop, data in zip(story, found["stops"], strict=True):
        assert (data["number"], data["path"]) == (stop.number, stop.step.path)
        assert (data["index"], data["level"]) == (list(stop.index), "op")
        assert data["formula"] == stop.step.formula.unicode
        assert data["shape"] == list(stop.value.shape)
        if stop.step.path == "attention/softmax":
            assert data["values"] == stop.value.tolist()
        assert data["say"] == stop.said._asdict()
    assert found["stops"][6]["min"] == "-Infinity"
    assert "gradient_of" not in found["stops"][0]


def test_a_story_of_gradients(capsys: Capture) -> None:
    text = out_of(capsys, "backward")
    assert " 5  ∇/attention/matmul.1[0] (gradient of attention/softmax) (6,): xVᵀ = " in text
    found = json.loads(out_of(capsys, "backward", "--json"))
    assert found["stops"][4]["gradient_of"] == "attention/softmax"


def test_a_story_of_a_teacher(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        """
        title = { en = "Blocks", zh = "模块" }
        model = "encoder-layer"
        level = "sublayer"
        stop = [{ at = "feed_forward", say = { en = "One\\nTwo", zh = "二" } }]
        """,
        "utf-8",
    )
    lines = out_of(capsys, str(file)).splitlines()
    assert lines[:2] == ["Blocks", ""]
    assert lines[2].startswith(" 1  feed_forward (2, 5, 16): max(0, xW_1 + b_1)W_2 + b_2 = [[[")
    assert lines[3:] == ["    One", "    Two"]


def test_bad_stories(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "mine.toml"
    code, out, err = call(capsys, "story", str(file))
    assert (code, out) == (2, "")
    assert "the story cannot be read" in err
    file.write_text("title = 'Blocks'", "utf-8")
    code, out, err = call(capsys, "story", str(file), "--json")
    assert (code, out) == (2, "")
    assert "a story has stops" in err
