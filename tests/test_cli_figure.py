"""``cutaway figure`` from end to end."""

import json
from pathlib import Path

import pytest
from command import Capture, call
from test_cli_help import examples, run_example

import cutaway as ca
from cutaway.figures import FIGURES


@pytest.mark.parametrize("line", examples("figure"))
def test_every_example_runs(line: str, tmp_path: Path) -> None:
    run_example(line, tmp_path)
    assert list(tmp_path.rglob("figure-*"))


def test_one_figure_and_all_of_them(tmp_path: Path, capsys: Capture) -> None:
    code, out, err = call(capsys, "figure", "5", "--lang", "zh", "--out", str(tmp_path / "one"))
    assert (code, err) == (0, "")
    file = tmp_path / "one" / "figure-05-attention-matrix.zh.svg"
    assert out == f"wrote {file}\n"
    assert file.read_text("utf-8") == ca.figure(5, lang="zh").svg
    code, out, _ = call(capsys, "figure", "--out", str(tmp_path / "all"), "--json")
    assert code == 0
    names = [each.file("en", "svg") for each in FIGURES.values()]
    assert [Path(file).name for file in json.loads(out)["files"]] == names
    assert sorted(file.name for file in (tmp_path / "all").iterdir()) == names
    assert [each.number for each in FIGURES.values()] == list(range(1, 13))


def test_options_are_passed_on(tmp_path: Path, capsys: Capture) -> None:
    options = ("--causal", "--no-values", "--theme", "print", "--lang", "both", "--format", "html")
    code, _, err = call(capsys, "figure", "attention-matrix", *options, "--out", str(tmp_path))
    assert (code, err) == (0, "")
    file = tmp_path / "figure-05-attention-matrix-causal.both.html"
    wanted = ca.figure(5, lang="both", values=False, causal=True, theme="print")
    assert file.read_text("utf-8") == wanted.html


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["99"], ["no figure 99", "1 to 12"]),
        (["atention-matrix"], ["did you mean 'attention-matrix'"]),
        (["--causal"], ["no causal case"]),
        (["5", "--theme", "pink"], ["no theme 'pink'"]),
        (["5", "--lang", "fr"], ["fr"]),
    ],
)
def test_bad_input(line: list[str], said: list[str], tmp_path: Path, capsys: Capture) -> None:
    code, out, err = call(capsys, "figure", *line, "--out", str(tmp_path / "out"))
    assert (code, out) == (2, "")
    for words in said:
        assert words in err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    code, _, err = call(capsys, "figure", "5", "--out", str(tmp_path / "file" / "folder"))
    assert code == 2
    assert "cannot be made" in err
    assert (tmp_path / "file").read_text("utf-8") == "kept"
