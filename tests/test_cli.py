"""The command line as a user calls it: what it prints, its exit codes, and bad input."""

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from command import Capture, call
from conftest import Golden
from limits import within

from cutaway.figures import FIGURES
from cutaway.graph import Cotangents, Graph, Node
from cutaway.models import MODELS
from cutaway.ops.linear import MatMul
from cutaway.render import Picture, draw


def test_models_are_listed(capsys: Capture) -> None:
    code, out, _ = call(capsys, "models")
    assert code == 0
    models, figures = out.split("\n\nfigures\n")
    assert [line.split()[0] for line in models.splitlines()] == list(MODELS)
    assert [line.split()[1] for line in figures.splitlines()] == list(FIGURES)
    names = (
        "translator paper-base paper-big attention single-head-attention multi-head-attention "
        "feed-forward encoder-layer decoder-layer encoder decoder transformer gpt bert"
    )
    assert list(MODELS) == names.split()
    assert len(json.loads(call(capsys, "models", "--json")[1])["models"]) == len(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_every_model_is_checked(name: str, capsys: Capture) -> None:
    code, out, _ = call(capsys, "check", name)
    assert code == 0
    assert out.startswith(f"{name}: valid")


def test_check_says_what_is_not_declared(user: str, capsys: Capture) -> None:
    assert call(capsys, "check", f"{user}:good")[0] == 0
    code, out, _ = call(capsys, "check", f"{user}:heads")
    assert code == 1
    assert "valid iff H | D" in out
    assert "user_model.py:13" in out
    assert call(capsys, "check", f"{user}:heads", "--assume", "H | D")[0] == 0
    code, out, _ = call(capsys, "check", f"{user}:never")
    assert code == 1
    assert "D == 4*D" in out
    assert "user_model.py:17" in out


def test_check_in_json(user: str, capsys: Capture) -> None:
    code, out, _ = call(capsys, "check", f"{user}:heads", "--json")
    found = json.loads(out)
    assert code == 1
    (error,) = found.pop("errors")
    assert found == {
        "verdict": "conditional",
        "conditions": ["H | D"],
        "counterexample": {"B": 1, "D": 1, "H": 2, "T": 1},
        "outputs": [{"name": "reshape", "shape": ["B", "T", "H", "D/H"]}],
        "warnings": [],
    }
    assert list(error) == ["code", "message", "op", "scope", "file", "line", "left", "right", "fix"]
    assert error["code"] == "not-divisible"
    assert (error["op"], error["scope"], error["line"]) == ("reshape", "", 13)
    assert error["file"] == user
    assert "H | D" in error["message"]
    assert "divides D" in error["fix"]


def test_check_of_what_cannot_be_built_in_json(user: str, capsys: Capture) -> None:
    code, out, _ = call(capsys, "check", f"{user}:never", "--json")
    found = json.loads(out)
    assert code == 1
    (error,) = found.pop("errors")
    assert found == {
        "verdict": "invalid",
        "conditions": [],
        "counterexample": None,
        "outputs": [],
        "warnings": [],
    }
    assert (error["code"], error["line"]) == ("sizes-differ", 17)
    assert error["left"].startswith("D from x at ")
    assert error["right"].startswith("4*D from y at ")


def test_check_exits_with_0_only_for_what_is_promised(user: str, capsys: Capture) -> None:
    heads = f"{user}:heads"
    for arguments, expected in (
        ([heads], 1),
        ([heads, "--assume", "H | D"], 0),
        ([heads, "--assume", "D == 4*H"], 0),  # from which it follows
        ([heads, "--assume", "D >= H"], 1),
        ([heads, "--assume", "H == 2", "--assume", "D == 5"], 1),  # at which it is never legal
        ([heads, "--assume", "X | D"], 2),
        ([heads, "--assume", "H | D", "--assume", "D == 1", "--assume", "H == 2"], 2),
        (["multi-head-attention"], 0),  # declared by the block
        ([f"{user}:fails"], 2),
        ([f"{user}:good"], 0),
    ):
        code, out, err = call(capsys, "check", *arguments)
        assert code == expected, (arguments, out, err)
        assert "Traceback" not in err


def test_check_explains_axes(user: str, capsys: Capture) -> None:
    code, out, _ = call(capsys, "check", f"{user}:good", "--explain", "up/add:-1")
    assert code == 0
    assert "axis 2 (4*D) of up/add: carried from up/matmul axis 2, begins as axis 1" in out
    code, out, _ = call(
        capsys, "check", f"{user}:good", "--explain", "up/add:D*4", "--lang", "zh", "--json"
    )
    (words,) = json.loads(out)["explanations"]
    assert words.startswith("up/add 的轴 2（4*D）：沿用 up/matmul 的轴 2")
    for bad in ("up/add", "up/add:", ":1", "up/add:7", "nowhere:0", "up/add:E"):
        code, out, err = call(capsys, "check", f"{user}:good", "--explain", bad)
        assert (code, out) == (2, ""), bad
        assert err.startswith("cutaway: ")


def test_check_as_annotations_of_a_workflow(
    user: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(Path(user).parent)
    for function, line in (("heads", 13), ("never", 17)):
        code, out, err = call(capsys, "check", f"user_model.py:{function}", "--format", "github")
        assert (code, err) == (1, "")
        (text,) = out.splitlines()
        assert text.startswith(f"::error file=user_model.py,line={line},title=cutaway%3A ")
        assert "%0A  fix:" in text or function == "never"
    assert call(capsys, "check", "user_model.py:good", "--format", "github")[:2] == (0, "")
    assert call(capsys, "check", "user_model.py:good", "--format", "github", "--json")[0] == 2


@pytest.mark.parametrize("name", [n for n in MODELS if not n.startswith("paper")])
def test_every_model_runs(name: str, capsys: Capture) -> None:
    code, out, _ = call(capsys, "run", name, "--json")
    found = json.loads(out)
    assert code == 0
    (output,) = found["outputs"]
    assert list(np.shape(output["values"])) == output["shape"]


def test_run_takes_sizes_feeds_and_a_seed(user: str, tmp_path: Path, capsys: Capture) -> None:
    np.save(tmp_path / "x.npy", np.ones((1, 2, 3)))
    feed = f"x={tmp_path / 'x.npy'}"
    code, out, _ = call(capsys, "run", f"{user}:good", "--feed", feed, "--json")
    assert code == 0
    assert json.loads(out)["sizes"] == {"B": 1, "D": 3, "T": 2}
    first = call(capsys, "run", "encoder-layer", "--dim", "T=3", "--seed", "1")[1]
    assert first == call(capsys, "run", "encoder-layer", "--dim", "T=3", "--seed", "1")[1]
    assert first != call(capsys, "run", "encoder-layer", "--dim", "T=3", "--seed", "2")[1]
    assert "T=3" in first


def test_run_computes_in_float32_unless_fed_more(user: str, capsys: Capture) -> None:
    first = json.loads(call(capsys, "run", f"{user}:good", "--json")[1])["outputs"][0]
    assert first["dtype"] == "float32"
    feed = "x=[[[0.5, 1.5]]]"
    other = json.loads(call(capsys, "run", f"{user}:good", "--feed", feed, "--json")[1])
    assert other["outputs"][0]["dtype"] == "float64"
    assert other["sizes"] == {"B": 1, "D": 2, "T": 1}


def test_run_takes_json(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "target.json").write_text("[[1, 2]]", encoding="utf-8")
    feeds = ("--feed", "source=[[1, 2, 3]]", "--feed", f"target={tmp_path / 'target.json'}")
    code, out, _ = call(capsys, "run", "transformer", *feeds)
    assert code == 0
    assert "B=1, S=3, T=2" in out
    assert "output/add: float32 (1, 2, 29)" in out


def test_run_writes_its_outputs(user: str, tmp_path: Path, capsys: Capture) -> None:
    file = str(tmp_path / "out.npz")
    code, out, _ = call(capsys, "run", f"{user}:several", "-o", file)
    assert code == 0
    assert f"wrote {file}" in out
    saved = np.load(file)
    assert list(saved) == ["down/add", "y"]
    printed = json.loads(call(capsys, "run", f"{user}:several", "--json")[1])["outputs"]
    for output in printed:
        np.testing.assert_allclose(saved[output["path"]], output["values"], rtol=1e-6)
    found = json.loads(call(capsys, "run", f"{user}:several", "-o", file, "--json")[1])
    assert found["file"] == file
    assert "values" not in found["outputs"][0]


def test_numbers_that_json_lacks_become_texts(user: str, capsys: Capture) -> None:
    feed = "x=[0.0, 1.0, -1.0]"
    code, out, _ = call(capsys, "run", f"{user}:infinite", "--feed", feed, "--json")
    assert code == 0

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    found = json.loads(out, parse_constant=refuse)
    assert found["outputs"][0]["values"] == ["NaN", "Infinity", "-Infinity"]


def test_grad_is_checked(user: str, tmp_path: Path, capsys: Capture) -> None:
    code, out, _ = call(capsys, "grad", "decoder-layer", "--check")
    assert code == 0
    assert "finite differences agree" in out
    file = str(tmp_path / "slopes.npz")
    code, out, _ = call(capsys, "grad", f"{user}:good", "--check", "--json", "-o", file)
    found = json.loads(out)
    assert code == 0
    assert set(found["norms"]) == {"up/weight", "up/bias", "down/weight", "down/bias"}
    assert found["difference"] < 1e-6
    assert found["agrees"] is True
    for path, slope in np.load(file).items():
        np.testing.assert_allclose(np.linalg.norm(slope), found["norms"][path], rtol=1e-12)


def test_a_wrong_gradient_is_exit_1(
    user: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def wrong(op: MatMul, node: Node, ct: Node) -> Cotangents:
        y = node.inputs[1]
        return ct @ y.mT * 1.01, None

    monkeypatch.setattr(MatMul, "vjp", wrong)
    code, out, _ = call(capsys, "grad", f"{user}:good", "--check")
    assert code == 1
    assert "finite differences disagree (tolerance 1e-06)" in out
    code, out, _ = call(capsys, "grad", f"{user}:good", "--check", "--json")
    assert code == 1
    assert json.loads(out)["agrees"] is False


def test_draw_passes_every_option_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    calls: list[tuple[object, ...]] = []

    def pretend(graph: Graph, level: str, **options: object) -> Picture:
        calls.append((graph.outputs[0].path, level, options))
        return draw(graph, "op")

    monkeypatch.setattr("cutaway.cli.draw.draw", pretend)
    monkeypatch.chdir(tmp_path)
    code, out, err = call(capsys, "draw", "feed-forward")
    assert (code, err) == (0, "")
    boxes = len(draw(MODELS["feed-forward"].graph(), "op").scene.boxes)
    assert out == f"wrote feed-forward.svg: {boxes} boxes at level sublayer\n"
    assert Path("feed-forward.svg").read_text("utf-8").startswith("<svg")
    line = (
        "draw encoder --level op --open layer.0 --open layer.1/* --close x --lang both "
        "--no-shapes --parameters --flops --no-weights --dim B=2 --dim S=3 --direction LR "
        "--no-fold --theme print --caption One -o out.dot --json"
    )
    code, out, err = call(capsys, *line.split())
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert (found["file"], found["level"], found["lang"]) == ("out.dot", "op", "both")
    assert found["boxes"] > boxes
    assert Path("out.dot").read_text("utf-8").startswith("digraph")
    assert calls == [
        (
            "down/add",
            "sublayer",
            {
                "open": (),
                "close": (),
                "fold": True,
                "lang": "en",
                "direction": "BT",
                "show": ("shapes",),
                "dims": {},
                "axis": "",
                "weights": True,
                "theme": "light",
                "caption": "",
            },
        ),
        (
            "layer.1/feed_forward_norm/layer_norm",
            "op",
            {
                "open": ("layer.0", "layer.1/*"),
                "close": ("x",),
                "fold": False,
                "lang": "both",
                "direction": "LR",
                "show": ("parameters", "flops"),
                "dims": {"B": 2, "S": 3},
                "axis": "",
                "weights": False,
                "theme": "print",
                "caption": "One",
            },
        ),
    ]
    code, out, err = call(capsys, "draw", "feed-forward", "-o", "-")
    assert out == Path("feed-forward.svg").read_text("utf-8")
    assert sorted(os.listdir()) == ["feed-forward.svg", "out.dot"]


def test_cost_of_the_paper(capsys: Capture) -> None:
    code, out, _ = call(capsys, "cost", "paper-base")
    assert code == 0
    assert "63,082,496" in out
    assert "published: 65,000,000 parameters (Vaswani et al. 2017, Table 3;" in out
    assert "counted here are 3.0 % fewer" in out
    found = json.loads(call(capsys, "cost", "paper-big", "--json")[1])
    assert found["filled"]["parameters"] == 214_245_376
    assert found["published"]["parameters"] == 213_000_000
    for key, value in found["filled"].items():
        assert sum(block[key] for block in found["blocks"].values()) == value
    other = json.loads(call(capsys, "cost", "paper-big", "--dim", "d_ff=64", "--json")[1])
    assert other["published"] is None  # that is another model
    same = json.loads(call(capsys, "cost", "paper-big", "--dim", "B=64", "--json")[1])
    assert same["published"] == found["published"]


def test_cost_without_sizes_is_symbolic(user: str, capsys: Capture) -> None:
    code, out, _ = call(capsys, "cost", f"{user}:good", "--dim", "D=2")
    assert code == 0
    assert "give --dim B=… --dim T=… to fill it in" in out
    assert max(map(len, out.splitlines())) < 160
    found = json.loads(call(capsys, "cost", f"{user}:good", "--dim", "D=2", "--json")[1])
    assert found["sizes"] == {"D": 2}
    assert found["filled"] is None
    assert found["blocks"]["up"]["parameters"] == "4*D**2 + 4*D"


GOLDENS = {
    "models": ["models"],
    "models-both": ["models", "--lang", "both"],
    "check-conditional": ["check", "{user}:heads"],
    "check-conditional-json": ["check", "{user}:heads", "--assume", "H | D", "--json"],
    "check-invalid": ["check", "{user}:never"],
    "cost-paper-base": ["cost", "paper-base"],
    "cost-paper-base-depth-1": ["cost", "paper-base", "--depth", "1"],
    "cost-symbolic": ["cost", "{user}:good"],
    "cost-json": ["cost", "feed-forward", "--json"],
}


@pytest.mark.parametrize("name", GOLDENS)
def test_what_is_printed(
    name: str, user: str, monkeypatch: pytest.MonkeyPatch, golden: Golden, capsys: Capture
) -> None:
    monkeypatch.chdir(Path(user).parent)
    arguments = [text.replace("{user}", "user_model.py") for text in GOLDENS[name]]
    _, out, err = call(capsys, *arguments)
    assert err == ""
    assert not any(line != line.rstrip() for line in out.splitlines())
    golden(f"cli/{name}.txt", out.replace(str(Path(user).parent) + os.sep, ""))


def test_the_tour_shows_and_writes_everything(tmp_path: Path, capsys: Capture) -> None:
    with within(20):
        code, out, err = call(capsys, "tour", "--out", str(tmp_path / "new" / "out"))
    assert code == 0
    flat = " ".join(out.split())
    assert "valid iff 2 | d_model and h | d_model" in flat
    assert "我 今天 在 家 吃 苹果" in flat
    assert "finite differences agree" in flat
    assert "187,616" in flat
    assert out.splitlines()[-1].startswith("wrote attention.tsv, ")
    assert re.fullmatch(r"in \d+\.\d s\n", err)  # the time is a note
    folder = tmp_path / "new" / "out"
    files = {file.name: file.read_text("utf-8") for file in folder.iterdir() if file.is_file()}
    figures = [file.name for file in (folder / "figures").iterdir()]
    assert sorted(figures) == sorted(
        each.file(lang, "svg") for each in FIGURES.values() for lang in ("en", "zh")
    )
    assert set(files) == {
        "attention.tsv",
        "contract.txt",
        "cost.txt",
        "figures.txt",
        "gradient.txt",
        "model.svg",
        "step.html",
        "tour.txt",
        "translations.txt",
    }
    rows = [line.split("\t") for line in files["attention.tsv"].splitlines()]
    weights = np.array([[float(cell) for cell in row[1:]] for row in rows[1:]])
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, atol=1e-5)
    words = dict(zip([row[0] for row in rows[1:]], weights, strict=True))
    english = rows[0][1:]
    for chinese, source in (("今天", "today"), ("苹果", "apples"), ("我", "I")):
        assert english[int(words[chinese].argmax())] == source  # it visibly reorders


def test_an_interrupted_tour_keeps_what_an_earlier_one_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    (tmp_path / "tour.txt").write_text("earlier", encoding="utf-8")

    def stop() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cutaway.cli.tour.load", stop)
    assert call(capsys, "tour", "--out", str(tmp_path))[0] == 130
    assert [file.name for file in tmp_path.iterdir()] == ["tour.txt"]
    assert (tmp_path / "tour.txt").read_text("utf-8") == "earlier"


def test_the_tour_is_the_same_each_time(tmp_path: Path, golden: Golden, capsys: Capture) -> None:
    (tmp_path / "other.txt").write_text("not the tour's", encoding="utf-8")
    code, out, _ = call(capsys, "tour", "--out", str(tmp_path))
    assert code == 0
    assert "other.txt" not in out
    first = (tmp_path / "tour.txt").read_text("utf-8")
    assert set(first.splitlines()) <= set(out.splitlines())
    for name in ("contract", "cost", "translations"):
        golden(f"tour/{name}.txt", (tmp_path / f"{name}.txt").read_text("utf-8"))
    found = json.loads(call(capsys, "tour", "--out", str(tmp_path), "--json")[1])
    assert (tmp_path / "tour.txt").read_text("utf-8") == first
    assert found["folder"] == str(tmp_path)
    written = [str(f.relative_to(tmp_path)) for f in tmp_path.rglob("*") if f.is_file()]
    assert sorted(written) == sorted([*found["files"], "other.txt"])


BAD: list[tuple[list[str], list[str]]] = [
    (["bogus"], ["No such command"]),
    (["check"], ["Missing argument"]),
    (["check", "transfomer"], ["no model 'transfomer'", "did you mean 'transformer'"]),
    (["chekc", "encoder"], ["No such command", "Did you mean 'check'?"]),
    (["check", "encoder", "--asume", "H | D"], ["Did you mean '--assume'?"]),
    (["check", "encoder", "--assume", '__import__("os")'], ["cannot read the condition"]),
    (["check", "encoder", "--assume", "9**9**9 == T"], ["cannot read the sizes"]),
    (["check", "encoder", "--assume", "T == T + 1"], ["holds at no sizes"]),
    (["run", "encoder", "--dim", "h=3"], ["h | d_model", "d_model = 16, h = 3"]),
    (["run", "encoder", "--dim", "h"], ["--dim 'h' is no size", "--dim T=16"]),
    (["run", "encoder", "--dim", "h=0"], ["0 is not a size"]),
    (["run", "encoder", "--dim", "h=9**9**9"], ["is no size"]),
    (["run", "encoder", "--dim", 'h=__import__("os")'], ["is no size"]),
    (["run", "encoder", "--dim", "q=3"], ["no size 'q'"]),
    (["run", "encoder", "--dim", "T=3", "--dim", "T=4"], ["gives T twice: 3 and 4"]),
    (["run", "encoder", "--dim", "hh=3"], ["no size 'hh'", "did you mean 'h'?"]),
    (["run", "encoder", "-o", "out.txt"], ["an ending of .npz"]),
    (["run", "encoder", "-o", "{array}/x.npz"], ["cannot be written"]),
    (["run", "encoder", "--feed", "x=missing.npy"], ["missing.npy cannot be read"]),
    (["run", "encoder", "--feed", "x=[[1, 2"], ["cannot be read", "JSON"]),
    (["run", "encoder", "--feed", "x=[[1], [2, 3]]"], ["cannot be read"]),
    (["run", "encoder", "--feed", 'x=["a"]'], ["cannot be read", "numbers"]),
    (["run", "encoder", "--feed", "x=" + "[" * 100_000], ["cannot be read"]),
    (["run", "encoder", "--feed", "x={user}.json"], ["cannot be read"]),
    (["run", "encoder", "--feed", "x={archive}"], ["several arrays"]),
    (["run", "encoder", "--feed", "x=[[[1]]]", "--feed", "x=[[[1]]]"], ["gives x twice"]),
    (["run", "encoder", "--feed", "x={user}"], ["cannot be read", "numpy.save"]),
    (["run", "encoder", "--feed", "y={array}"], ["no input 'y'", "x"]),
    (["run", "encoder", "--feed", "x={array}"], ["number of axes"]),
    (["run", "encoder", "--feed", "x"], ["is no feed"]),
    (["run", "encoder", "--seed", "-1"], ["--seed"]),
    (["run", "attention", "--dim", "T=1000000000000"], ["not enough memory", "--dim"]),
    (["cost", "encoder", "--dim", "h=5"], ["h | d_model"]),
    (["cost", "encoder", "--dim", "g=5"], ["no size 'g'"]),
    (["cost", "encoder", "--depth", "0"], ["--depth"]),
    (["draw", "encoder", "--level", "detail"], ["--level", "sublayer"]),
    (["draw", "encoder", "--dim", "T"], ["--dim 'T' is no size"]),
    (["draw", "encoder", "-o", "-", "--json"], ["both want stdout"]),
    (["completion", "csh"], ["bash", "zsh", "fish"]),
    (["check", "no/such/folder"], ["no model", "nothing"]),
    (["check", "x" * 10_000], ["no model 'xxx"]),
    (["check", "{array}"], ["no model", "a file", "checkpoint folder"]),
    (["grad", "{user}:index"], ["its output is int"]),
    (["tour", "--out", "{array}"], ["cannot be made or written", "--out"]),
]


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=lambda value: str(value)[:50])
def test_bad_input_is_one_message_and_exit_2(
    arguments: list[str], words: list[str], user: str, tmp_path: Path, capsys: Capture
) -> None:
    np.save(tmp_path / "array.npy", np.ones((2, 2)))
    np.savez(tmp_path / "archive.npz", np.ones((2, 2)))
    names = {
        "user": user,
        "array": str(tmp_path / "array.npy"),
        "archive": str(tmp_path / "archive.npz"),
    }
    before = sorted(os.listdir(tmp_path))
    filled = arguments
    for key, value in names.items():
        filled = [text.replace("{" + key + "}", value) for text in filled]
    code, out, err = call(capsys, *filled)
    assert code == 2
    assert out == ""
    for word in words:
        assert word in err
    assert len(err) < 3000
    assert [n for n in sorted(os.listdir(tmp_path)) if n != "__pycache__"] == before


def test_a_folder_that_cannot_be_written_is_found_early(tmp_path: Path, capsys: Capture) -> None:
    code, _, err = call(capsys, "tour", "--out", "/proc/cutaway")
    assert code == 2
    assert "/proc/cutaway" in err
