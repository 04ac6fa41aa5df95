"""``cutaway compare``: exit codes, text, JSON and a picture."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import Capture, call
from differing import lines

import cutaway as ca

TRACE = Path(__file__).parent / "oracles" / "trace.safetensors"
MODELS = """
import differing

import cutaway as ca


def healthy():
    return differing.build()


def broken():
    return differing.build(scale="")


def encoder():
    return ca.layers.encoder(ca.input("x", "B T 4"), layers=2, heads=2, hidden=6)


def other():
    return ca.layers.encoder(ca.input("x", "B T 4"), layers=2, heads=2, hidden=6, eps=1e-3)
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "models.py"
    path.write_text(MODELS, encoding="utf-8")
    return str(path)


def compared(capsys: Capture, *arguments: str) -> tuple[int, dict[str, Any]]:
    code, out, err = call(capsys, "compare", *arguments, "--json")
    assert err == ""
    found: dict[str, Any] = json.loads(out)
    return code, found


def test_what_differs_is_named_with_its_line(file: str, capsys: Capture) -> None:
    code, found = compared(capsys, f"{file}:healthy", f"{file}:broken")
    first = found["first"]
    assert (code, found["equal"]) == (1, False)
    assert (first["path"], first["kind"]) == ("layer.0/divide", "only-a")
    assert first["file"].endswith("differing.py")
    assert {first["line"]} <= lines("scale")
    assert first["difference"] > 0.01
    assert first["b"]["path"] == "layer.0/where"
    rows = {row["path"]: row for row in found["rows"]}
    assert rows["layer.0/softmax"]["difference"] > 0
    assert rows["layer.0/divide"]["only"] == "a"


def test_equal_models(file: str, capsys: Capture) -> None:
    code, found = compared(capsys, f"{file}:healthy", f"{file}:healthy", "--backward")
    assert (code, found["equal"], found["first"]) == (0, True, None)
    code, out, _ = call(capsys, "compare", "translator", "translator", "--lang", "zh")
    assert code == 0
    assert "相同" in out


def test_text_and_a_picture(file: str, tmp_path: Path, capsys: Capture) -> None:
    picture = tmp_path / "compared.svg"
    code, out, err = call(
        capsys, "compare", f"{file}:healthy", f"{file}:broken", "-o", str(picture), "--level", "op"
    )
    assert (code, err) == (1, "")
    assert "first: only A computes layer.0/divide" in out
    assert out.endswith(f"wrote {picture}\n")
    assert "the first divergence" in picture.read_text("utf-8")


def test_a_reference(file: str, tmp_path: Path, capsys: Capture) -> None:
    code, found = compared(capsys, f"{file}:encoder", str(TRACE))
    assert (code, found["equal"]) == (0, True)
    code, found = compared(capsys, f"{file}:other", str(TRACE))
    assert (code, found["first"]["path"]) == (1, "layer.0/self_attention_norm/layer_norm")
    assert found["first"]["b"] == {"name": "layers.0.norm1"}
    code, found = compared(capsys, f"{file}:other", str(TRACE), "--tolerance", "0.9")
    assert code == 0
    renamed = tmp_path / "renamed.npz"
    np.savez(renamed, allow_pickle=False, **{"in": np.ones((1, 2, 4)), "h.1": np.ones((1, 2, 4))})
    names = ["--name", "in=x", "--name", "h.*=layer.*"]
    code, found = compared(capsys, f"{file}:encoder", str(renamed), *names)
    assert found["first"]["b"] == {"name": "h.1"}


def test_two_checkpoints_and_two_inputs_of_one_model(
    file: str, tmp_path: Path, capsys: Capture
) -> None:
    model = f"{file}:encoder"
    shape = ca.layers.encoder(ca.input("x", "B T 4"), layers=2, heads=2, hidden=6)
    weights = ca.initialize(shape, {}, seed=0)
    path = "layer.1/feed_forward/up/weight"
    old, new = tmp_path / "old.npz", tmp_path / "new.npz"
    np.savez(old, allow_pickle=False, **weights)
    np.savez(new, allow_pickle=False, **{**weights, path: weights[path] * 1.01})
    code, found = compared(capsys, model, model, "--params", str(old))
    assert (code, found["equal"]) == (0, True)  # B gets them too
    code, found = compared(capsys, model, model, "--params", str(old), "--params-b", str(new))
    assert (code, found["first"]["path"], found["first"]["relation"]) == (1, path, "scaled")
    code, found = compared(capsys, model, model, "--params", str(TRACE))  # PyTorch's names
    assert code == 0
    ones, twos = "x=[[[1,1,1,1]]]", "x=[[[1,1,2,1]]]"
    code, found = compared(capsys, model, model, "--feed", ones, "--feed-b", twos)
    assert (code, found["first"]["kind"], found["first"]["difference"]) == (1, "input", 1)
    np.savez(new, allow_pickle=False, **{n: a for n, a in weights.items() if n != path})
    code, _, err = call(capsys, "compare", model, model, "--params", str(new))
    assert code == 2
    assert "the weights are not all there" in err
    assert path in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing", "gpt"], "there is no model 'nothing'"),
        (["gpt", "nothing"], "there is no model 'nothing'"),
        (["gpt"], "Missing argument 'B'"),
        (["trace.npz", "gpt"], "trace.npz is no model"),
        (["gpt", "trace.npz"], "trace.npz is no file of arrays"),
        (["gpt", "gpt", "--dim", "Q=3"], "neither model has a size 'Q'"),
        (["gpt", "gpt", "--feed", "x=[1]"], "neither graph has a feed 'x'"),
        (["gpt", "gpt", "--tolerance", "2"], "2.0 is not in the range"),
        (["gpt", str(TRACE), "--name", "x"], "--name 'x' names nothing"),
        (["gpt", str(TRACE), "--name", "nosuch=x"], "nothing in the reference is called 'nosuch'"),
        (["gpt", "gpt", "--name", "nosuch=x"], "there is nothing to rename"),
        (["gpt", "gpt", "--params", "no.npz"], "no.npz is no file of arrays"),
        (["gpt", "gpt", "--params", str(TRACE), "--name", "a=b"], "is called 'a'"),
        (["gpt", str(TRACE), "--params-b", str(TRACE)], "leave out --feed-b and --params-b"),
        (["gpt", "gpt", "--feed-b", "x=[1]"], "the graph has no feed 'x'"),
        (["gpt", str(TRACE)], "needs the same inputs"),
    ],
)
def test_bad_input(arguments: list[str], message: str, capsys: Capture) -> None:
    code, out, err = call(capsys, "compare", *arguments)
    assert code == 2
    assert out == ""
    assert message in err
