"""``FILE.py:FUNCTION``: what a user's file may do, and what is said when it fails."""

import json
import sys
from pathlib import Path

import pytest
from command import Capture, call


@pytest.mark.parametrize("name", ["good", "graph", "loud", "several", "default", "index"])
def test_what_a_function_may_give(name: str, user: str, capsys: Capture) -> None:
    code, out, err = call(capsys, "check", f"{user}:{name}", "--json")
    assert code == 0
    assert json.loads(out)["verdict"] == "valid"  # whatever the function printed
    assert ("noise" in err) == (name in ("loud", "several"))


FAILS = [
    ("nothing_there", ["has no function 'nothing_there'", "never, number, fails, index, graph,"]),
    ("god", ["did you mean 'good'?"]),
    ("variable", ["has no function 'variable'"]),
    ("", ["has no function ''"]),
    ("number", ["gives no graph", "required: a node, nodes or a Graph", "came:     int"]),
    ("nothing", ["gives no graph", "came:     NoneType", "return what it builds"]),
    ("words", ["gives no graph", "came:     str"]),
    ("mixed", ["gives no graph", "came:     list of int"]),
    ("empty", ["gives no graph", "came:     list of nothing"]),
    ("needs", ["without arguments", "it needs argument, other, keyword", "give them defaults"]),
    ("fails", ["came:     KeyError: 'inside'", 'in fails: raise KeyError("inside")', ":29, "]),
    ("leaves", ["came:     SystemExit: 3", "in leaves: raise SystemExit(3)"]),
]


@pytest.mark.parametrize(("name", "words"), FAILS, ids=[name for name, _ in FAILS])
def test_a_function_that_cannot_be_used(
    name: str, words: list[str], user: str, capsys: Capture
) -> None:
    code, out, err = call(capsys, "run", f"{user}:{name}")
    assert (code, out) == (2, "")
    for word in words:
        assert word in err


FILES: dict[str, tuple[str | bytes, list[str]]] = {
    "syntax": ("x = 1\ndef f(:\n", ["is not valid Python", "syntax.py, line 2"]),
    "zero": ("def g():\n    1 / 0\n\n\ng()\n", ["ZeroDivisionError", "zero.py:2, in g: 1 / 0"]),
    "missing": ("import nowhere_to_be_found\n", ["ModuleNotFoundError", "missing.py:1, in"]),
    "bytes": (b"\xff\xfe\x00", ["bytes.py"]),
    "null": (b"x = 1\0\n", ["null.py"]),
    "exits": ("import sys\nsys.exit('bye')\n", ["SystemExit: bye", "exits.py:2"]),
    "deep": ("def f():\n    return f()\n\n\nf()\n", ["RecursionError", "deep.py:2, in f"]),
    "shape": (
        "import cutaway as ca\nca.input('x', 'A') + ca.input('y', 'A+1')\n",
        ["shapes that can never fit", "shape.py:2"],
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_imported(name: str, tmp_path: Path, capsys: Capture) -> None:
    content, words = FILES[name]
    file = tmp_path / f"{name}.py"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = list(sys.path)
    code, out, err = call(capsys, "run", f"{file}:f")
    assert (code, out) == (2, "")
    assert sys.path == before
    for word in words:
        assert word in err
    assert len(err) < 1000


def test_a_file_without_a_function_is_told_what_there_is(user: str, capsys: Capture) -> None:
    code, _, err = call(capsys, "run", user)
    assert code == 2
    assert f"write {user}:good (it has good, heads, never, number," in err
    assert "needs" not in err  # it takes arguments


def test_a_file_of_another_name_is_suggested(user: str, capsys: Capture) -> None:
    code, _, err = call(capsys, "run", f"{user.replace('user_model', 'user_modle')}:good")
    assert code == 2
    assert f"did you mean {user}?" in err


LAYER = "import cutaway as ca\n\n\ndef layer(x):\n    return ca.layers.linear(x, 4)\n"
MODEL = "\n\ndef build():\n    {lazy}\n    return layer(ca.input('x', 'B D'))\n"


@pytest.mark.parametrize(
    ("top", "lazy"),
    [
        ("from parts import layer", ""),
        ("from .parts import layer", ""),
        ("", "from parts import layer"),
        ("", "from .parts import layer"),
    ],
)
def test_a_file_may_import_what_stands_beside_it(
    top: str, lazy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    (tmp_path / "parts.py").write_text(LAYER, encoding="utf-8")
    text = f"import cutaway as ca\n{top}\n" + MODEL.format(lazy=lazy or "pass")
    for name in ("my.own-model.py", "random.py"):  # neither hides, nor is hidden by, a module
        (tmp_path / name).write_text(text, encoding="utf-8")
        monkeypatch.delitem(sys.modules, "parts", raising=False)
        code, out, err = call(capsys, "check", f"{tmp_path / name}:build")
        assert (code, err) == (0, "")
        assert "output (B, 4)" in out
    assert hasattr(sys.modules["random"], "randrange")


def test_a_file_in_a_package_may_import_from_it(tmp_path: Path, capsys: Capture) -> None:
    package = tmp_path / "package_of_a_test"
    (package / "models").mkdir(parents=True)
    for folder in (package, package / "models"):
        (folder / "__init__.py").touch()
    (package / "parts.py").write_text(LAYER, encoding="utf-8")
    text = "import cutaway as ca\nfrom ..parts import layer\n" + MODEL.format(lazy="pass")
    (package / "models" / "mine.py").write_text(text, encoding="utf-8")
    code, out, err = call(capsys, "check", f"{package / 'models' / 'mine.py'}:build")
    assert (code, err) == (0, "")
    assert "output (B, 4)" in out


def test_dataclasses_and_late_annotations_work(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "sizes.py"
    file.write_text(
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "import cutaway as ca\n\n"
        "@dataclass\n"
        "class Sizes:\n"
        "    width: int = 3\n\n"
        "def build(sizes: Sizes = Sizes()):\n"
        "    return ca.layers.linear(ca.input('x', 'B D'), sizes.width)\n",
        encoding="utf-8",
    )
    assert call(capsys, "check", f"{file}:build")[0] == 0
