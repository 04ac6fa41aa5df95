"""``cutaway debug``: text, JSON, exit codes, and what it is given."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import Capture, call
from safetensors.numpy import save_file

FILE = """
import cutaway as ca
from cutaway import layers, ops

B, T, D, H = ca.dims("B T D H")


def good():
    return layers.encoder(ca.input("x", (B, T, D)), layers=2, heads=H, hidden=4 * D)


def scale():
    x = ca.input("x", (B, T, D))
    q, k, v = (x @ ca.parameter(name, (D, D)) for name in "qkv")
    return ops.softmax(q @ k.mT) @ v  # bug


def unused():
    x = ca.input("x", (B, T, D))
    gate = ops.sigmoid(x @ ca.parameter("gate", (D, D)))  # bug
    return x * 2.0


def both():
    x = ca.input("x", (B, T, D))
    mask = ops.causal_mask(T)
    with ca.scope("masked"):
        x = x + layers.multi_head_attention(x, heads=H, mask=ops.causal_mask(T))
    return x + layers.multi_head_attention(x, heads=H)  # bug


def second():
    x = ca.input("x", (B, T, D))
    gate = ops.sigmoid(x @ ca.parameter("gate", (D, D)))
    q, k, v = (x @ ca.parameter(name, (D, D)) for name in "qkv")
    return ops.softmax(q @ k.mT) @ v  # bug


def mask():
    x = ca.input("x", (B, T, D))
    scores = x @ (x @ ca.parameter("w", (D, D))).mT / ops.sqrt(ops.dim(D))
    hidden = ops.where(ops.causal_mask(T), scores, -1e9)  # bug
    return ops.softmax(scores) @ x


def shapes():
    return ca.input("x", (2, 3)) @ ca.input("y", (4, 3))  # bug


def kinds():
    return ca.input("n", (2, 3), dtype="int") / 2  # bug


def table():
    return ops.take(ca.parameter("w", (5, 4)), ca.input("n", (T,), dtype="int"))


def root():
    return ops.sqrt(ca.input("x", (3,)) + 4.0)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "model.py"
    found.write_text(FILE)
    return found


def line_of(name: str) -> int:
    lines = FILE.splitlines()
    first = lines.index(f"def {name}():")
    return next(n for n, line in enumerate(lines, 1) if n > first and line.endswith("# bug"))


def found_in(capsys: Capture, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    code, out, err = call(capsys, "debug", *arguments, "--json")
    assert err == ""
    return code, json.loads(out)["found"]


UNREAD = """import cutaway as ca
from cutaway import layers, ops


def mask():
    tokens = ca.input("tokens", "B T", dtype="int")
    x, _ = layers.token_embedding(tokens, "V", "D")
    mask = ops.not_equal(tokens, 0)[:, None, None, :]
    return layers.encoder_layer(x + layers.sinusoidal_positions("T", "D"), heads=2, hidden=8)


def memory():
    x = ca.input("x", "B T D")
    memory = ca.input("memory", "B T D")
    return layers.multi_head_attention(x, x, heads=2)


def keys():
    B, T, D = ca.dims("B T D")
    x = ca.input("x", (B, T, D))
    q, k, v = (x @ ca.parameter(name, (D, D)) for name in "qkv")
    weights = ops.softmax(q @ k.mT / ops.sqrt(ops.dim(D)))
    return weights @ k
"""


def test_a_healthy_model(file: Path, capsys: Capture) -> None:
    assert call(capsys, "debug", f"{file}:good") == (0, "nothing was found\n", "")
    assert call(capsys, "debug", f"{file}:good", "--lang", "zh")[1] == "没有发现问题\n"
    assert found_in(capsys, f"{file}:good") == (0, [])
    assert found_in(capsys, "translator") == (0, [])


@pytest.mark.parametrize(
    ("name", "kind", "path"),
    [
        ("scale", "scale", "matmul.2"),
        ("unused", "unused", "sigmoid"),
        ("mask", "causal", "where"),
        ("shapes", "shape", "matmul"),
        ("kinds", "dtype", ""),
    ],
)
def test_what_is_wrong(name: str, kind: str, path: str, file: Path, capsys: Capture) -> None:
    code, found = found_in(capsys, f"{file}:{name}")
    assert code == 1
    first = found[0]
    assert (first["kind"], first["path"], first["line"]) == (kind, path, line_of(name))
    assert first["file"] == str(file)
    assert first["message"]
    for lang in ("en", "zh", "both"):
        code, out, _ = call(capsys, "debug", f"{file}:{name}", "--lang", lang)
        assert code == 1
        assert f"{kind}: " in out
        assert ("  where:  " in out, "  位置：" in out) == (lang != "zh", lang != "en")
        assert f"model.py:{line_of(name)}" in out


def test_a_refusal_is_framed_in_chinese(file: Path, capsys: Capture) -> None:
    first, *_ = call(capsys, "debug", f"{file}:shapes", "--lang", "zh")[1].splitlines()
    assert first.startswith("shape: matmul：两个应当相同的长度不同；要求：")
    assert "；得到：" in first
    assert "required" not in first
    first, *_ = call(capsys, "debug", f"{file}:kinds", "--lang", "zh")[1].splitlines()
    assert "；得到：" in first


def test_inputs_and_masks_that_nothing_reads(tmp_path: Path, capsys: Capture) -> None:
    model = tmp_path / "unread.py"
    model.write_text(UNREAD)
    for name, kind, line in (
        ("mask", "unused", 8),
        ("memory", "unused", 14),
        ("keys", "values", 23),
    ):
        code, (first,) = found_in(capsys, f"{model}:{name}")
        assert (code, first["kind"], first["line"]) == (1, kind, line)


def test_what_is_unused_comes_last_and_a_mask_is_said_once(file: Path, capsys: Capture) -> None:
    code, found = found_in(capsys, f"{file}:both")
    assert (code, [finding["kind"] for finding in found]) == (1, ["causal"])
    assert found[0]["line"] == line_of("both")
    code, found = found_in(capsys, f"{file}:second")
    assert (code, [finding["kind"] for finding in found]) == (1, ["scale", "unused"])


def test_feeds_sizes_and_weights_are_taken(file: Path, tmp_path: Path, capsys: Capture) -> None:
    model = f"{file}:root"
    assert found_in(capsys, model, "--feed", "x=[1, 2, 3]")[0] == 0
    code, (first,) = found_in(capsys, model, "--feed", "x=[1, 2, -9]")
    assert (code, first["kind"], first["path"]) == (1, "nan", "sqrt")
    out = call(capsys, "debug", f"{file}:good", "--dim", "D=8", "--dim", "H=2", "--json")[1]
    assert json.loads(out)["sizes"] == {"B": 3, "D": 8, "H": 2, "T": 6}
    weights = tmp_path / "weights.safetensors"
    save_file({"w": np.full((5, 4), np.nan, "f4")}, weights)
    code, (first,) = found_in(capsys, f"{file}:table", "--params", str(weights))
    assert (code, first["kind"], first["path"]) == (1, "nan", "w")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing",), "there is no model 'nothing'"),
        (("{file}:missing",), "has no function 'missing'"),
        (("{file}:good", "--dim", "D=7", "--dim", "H=2"), "sizes that break the contract"),
        (("{file}:good", "--dim", "Q=7"), "no size 'Q'"),
        (("{file}:good", "--feed", "y=[1]"), "the model has no input 'y'"),
        (("{file}:good", "--feed", "x=[1]"), "x"),
        (("{file}:table", "--feed", "n=[9]"), "an index out of range"),
        (("{file}:good", "--params", "{file}"), "model.py"),
        (("{file}:good", "--lang", "fr"), "Invalid value for '--lang'"),
    ],
)
def test_bad_input(arguments: tuple[str, ...], said: str, file: Path, capsys: Capture) -> None:
    code, out, err = call(capsys, "debug", *(text.format(file=file) for text in arguments))
    assert (code, out) == (2, "")
    assert said in err


def test_weights_of_another_model(file: Path, tmp_path: Path, capsys: Capture) -> None:
    weights = tmp_path / "weights.safetensors"
    save_file({"other": np.ones(3, "f4")}, weights)
    code, _, err = call(capsys, "debug", f"{file}:table", "--params", str(weights))
    assert code == 2
    assert "nothing in the reference has a name of this graph" in err
    assert "other" in err


def test_weights_under_the_names_of_pytorch(file: Path, tmp_path: Path, capsys: Capture) -> None:
    model, weights = f"{file}:good", tmp_path / "weights.npz"
    sizes = ("--dim", "D=4", "--dim", "H=2")
    up = np.random.default_rng(0).standard_normal((16, 4))
    np.savez(weights, allow_pickle=False, **{"layers.0.linear1.weight": up})
    assert found_in(capsys, model, *sizes, "--params", str(weights)) == (0, [])
    np.savez(weights, allow_pickle=False, **{"layers.0.linear1.weight": up * np.nan})
    code, found = found_in(capsys, model, *sizes, "--params", str(weights))
    assert (code, found[0]["path"]) == (1, "layer.0/feed_forward/up/weight")


@pytest.mark.parametrize("name", ["layers.0.linear3.weight", "layer.0/feed_forward/up"])
def test_a_name_that_may_be_a_missing_weight(
    name: str, file: Path, tmp_path: Path, capsys: Capture
) -> None:
    weights = tmp_path / "weights.npz"
    known = {"layer.0/feed_forward/up/bias": np.ones(16)}
    np.savez(weights, allow_pickle=False, **known, **{name: np.ones((16, 4))})
    code, _, err = call(capsys, "debug", f"{file}:good", "--params", str(weights))
    assert code == 2
    assert "the weights are not all there" in err
    assert f"came:     {name}" in err


def test_a_model_beyond_the_budget(capsys: Capture) -> None:
    code, out, _ = call(capsys, "debug", "paper-big", "--budget", "0.1")
    assert code == 0
    assert "its numbers were not looked at" in out
