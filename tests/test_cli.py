"""The command line as a user calls it: what it prints, its exit codes, and bad input."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import cutaway as ca
from cutaway.cli import main
from cutaway.models import MODELS

Capture = pytest.CaptureFixture[str]

USER_FILE = """
import cutaway as ca

B, T, S, D, H = ca.dims("B T S D H")


def good():
    return ca.layers.feed_forward(ca.input("x", (B, T, D)), 4 * D)


def heads():
    x = ca.input("x", (B, T, D))
    return x.reshape((B, T, H, D / H))


def never():
    return ca.input("x", (B, T, D)) + ca.input("y", (B, T, 4 * D))


def number():
    return 7


def needs(argument):
    return argument


def fails():
    raise KeyError("inside")


def index():
    return ca.ops.argmax(ca.input("x", (B, T)))


def graph():
    return ca.Graph([good()])


def loud():
    print("noise")
    return good()
"""


@pytest.fixture
def user(tmp_path: Path) -> str:
    file = tmp_path / "user_model.py"
    file.write_text(USER_FILE, encoding="utf-8")
    return str(file)


def call(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out = capsys.readouterr()
    assert "Traceback" not in out.err
    return code, out.out, out.err


def test_models_are_listed(capsys: Capture) -> None:
    code, out, _ = call(capsys, "models")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == list(MODELS)
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
    assert found["verdict"] == "conditional"
    assert found["conditions"] == ["H | D"]
    assert found["outputs"] == [{"name": "reshape", "shape": ["B", "T", "H", "D/H"]}]
    (error,) = found["errors"]
    assert (error["line"], error["left"], error["right"]) == (13, "H", "D")
    code, out, _ = call(capsys, "check", f"{user}:never", "--json")
    assert code == 1
    assert json.loads(out)["verdict"] == "invalid"


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


def test_what_a_users_file_prints_does_not_spoil_the_json(user: str, capsys: Capture) -> None:
    code, out, err = call(capsys, "check", f"{user}:loud", "--json")
    assert code == 0
    assert json.loads(out)["verdict"] == "valid"
    assert "noise" in err


def test_grad_is_checked(user: str, capsys: Capture) -> None:
    code, out, _ = call(capsys, "grad", "decoder-layer", "--check")
    assert code == 0
    assert "finite differences agree" in out
    code, out, _ = call(capsys, "grad", f"{user}:good", "--check", "--json")
    found = json.loads(out)
    assert set(found["norms"]) == {"up/weight", "up/bias", "down/weight", "down/bias"}
    assert found["difference"] < 1e-6


def test_cost_of_the_paper(capsys: Capture) -> None:
    code, out, _ = call(capsys, "cost", "paper-base")
    assert code == 0
    assert "parameters = V*d_model + 24*d_ff*d_model + 12*d_ff + 72*d_model**2" in out
    assert "63,082,496" in out
    found = json.loads(call(capsys, "cost", "paper-big", "--json")[1])
    assert found["filled"]["parameters"] == 214_245_376
    assert sum(block["parameters"] for block in found["blocks"].values()) == 214_245_376
    assert sum(block["flops"] for block in found["blocks"].values()) == found["filled"]["flops"]


def test_the_tour_shows_and_writes_everything(tmp_path: Path, capsys: Capture) -> None:
    begun = time.perf_counter()
    code, out, _ = call(capsys, "tour", "--out", str(tmp_path / "new" / "out"))
    assert code == 0
    assert time.perf_counter() - begun < 20
    flat = " ".join(out.split())
    assert "valid iff 2 | d_model and h | d_model" in flat
    assert "我 今天 在 家 吃 苹果" in flat
    assert "finite differences agree" in flat
    assert "187,616" in flat
    files = {file.name: file.read_text("utf-8") for file in (tmp_path / "new" / "out").iterdir()}
    assert set(files) == {
        "attention.tsv",
        "contract.txt",
        "cost.txt",
        "gradient.txt",
        "model.svg",
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


BAD: list[tuple[list[str], list[str]]] = [
    (["bogus"], ["No such command"]),
    (["check"], ["Missing argument"]),
    (["check", "transfomer"], ["no model 'transfomer'", "did you mean 'transformer'"]),
    (["check", "{user}:nothing"], ["no function 'nothing'", "good"]),
    (["check", "{user}:number"], ["gives no graph", "int"]),
    (["check", "{user}:needs"], ["without arguments"]),
    (["check", "{user}:fails"], ["KeyError", "inside"]),
    (["check", "missing.py:f"], ["no file missing.py"]),
    (["check", "{syntax}:f"], ["not valid Python", "line 1"]),
    (["check", "{broken}:f"], ["fails when it is imported", "ZeroDivisionError"]),
    (["check", "encoder", "--assume", '__import__("os")'], ["cannot read the condition"]),
    (["check", "encoder", "--assume", "9**9**9 == T"], ["cannot read the sizes"]),
    (["check", "encoder", "--assume", "T == T + 1"], ["holds at no sizes"]),
    (["run", "encoder", "--dim", "h=3"], ["h | d_model", "d_model = 16, h = 3"]),
    (["run", "encoder", "--dim", "h"], ["--dim 'h' is no size", "--dim T=16"]),
    (["run", "encoder", "--dim", "h=0"], ["0 is not a size"]),
    (["run", "encoder", "--dim", "h=9**9**9"], ["is no size"]),
    (["run", "encoder", "--dim", 'h=__import__("os")'], ["is no size"]),
    (["run", "encoder", "--dim", "q=3"], ["no size 'q'"]),
    (["run", "encoder", "--feed", "x=missing.npy"], ["missing.npy cannot be read"]),
    (["run", "encoder", "--feed", "x={user}"], ["cannot be read", "numpy.save"]),
    (["run", "encoder", "--feed", "y={array}"], ["no input 'y'", "x"]),
    (["run", "encoder", "--feed", "x={array}"], ["number of axes"]),
    (["run", "encoder", "--feed", "x"], ["is no feed"]),
    (["run", "encoder", "--seed", "-1"], ["--seed"]),
    (["run", "attention", "--dim", "T=1000000000000"], ["not enough memory", "--dim"]),
    (["cost", "encoder", "--dim", "h=5"], ["h | d_model"]),
    (["cost", "encoder", "--depth", "0"], ["--depth"]),
    (["grad", "{user}:index"], ["its output is int"]),
    (["tour", "--out", "{array}"], ["cannot be made", "--out"]),
]


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=lambda value: str(value)[:50])
def test_bad_input_is_one_message_and_exit_2(
    arguments: list[str], words: list[str], user: str, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "syntax.py").write_text("def f(:\n", encoding="utf-8")
    (tmp_path / "broken.py").write_text("1 / 0\n", encoding="utf-8")
    np.save(tmp_path / "array.npy", np.ones((2, 2)))
    names = {
        "user": user,
        "syntax": str(tmp_path / "syntax.py"),
        "broken": str(tmp_path / "broken.py"),
        "array": str(tmp_path / "array.npy"),
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


def test_debug_shows_the_traceback() -> None:
    with pytest.raises(ca.LoadError):
        main(["check", "nope", "--debug"])


def test_importing_is_quick_and_lazy() -> None:
    code = (
        "import sys, cutaway; print([m for m in ('numpy', 'sympy', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_names_are_there() -> None:
    for name in ca.__all__:
        assert getattr(ca, name) is not None
    assert set(ca.__all__) <= set(dir(ca))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        ca.nothing
