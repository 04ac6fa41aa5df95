"""The step page as a file: it loads nothing, names can't harm it, and it is never half written."""

import base64
import hashlib
import json
import re
import zlib
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import Capture, call
from stepping import SMALL, model

import cutaway as ca
from cutaway.step import LEVELS
from cutaway.step.knockout import HEAD, PARTS
from cutaway.step.words import PAGE

STACKS = ("encoder", "decoder", "transformer")  # of many layers

FOLDER = resources.files("cutaway.step").joinpath("page")


def unpacked(html: str, name: str) -> str:
    """Return what the page carries under a name."""
    (found,) = re.findall(rf'<script type="text/plain" {name}>([^<]*)</script>', html)
    return zlib.decompress(base64.b64decode(found)).decode()


def carried(html: str) -> Any:
    return json.loads(unpacked(html, 'id="page"'))


def test_the_policy_lets_this_script_and_this_style_run_and_nothing_else() -> None:
    html = model("attention").stepper().html()
    (policy,) = re.findall('Content-Security-Policy" content="([^"]*)"', html)
    assert policy.startswith("default-src 'none'; ")
    (script,) = re.findall('<script type="module">(.*?)</script>', html, re.DOTALL)
    (style,) = re.findall("<style>(.*?)</style>", html, re.DOTALL)
    for text, rule in ((script, "script-src"), (style, "style-src")):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{rule} 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    for address in re.findall(r"https?://[^\s\"'`]+", html):
        assert address.startswith("http://www.w3.org/"), address  # namespaces


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.slow] * (n in STACKS)) for n in SMALL],
)
def test_steps_are_those_of_the_stepper(name: str) -> None:
    found = carried(model(name).stepper().html())
    for direction, tracks in found["tracks"].items():
        for level, steps in tracks.items():
            stepper = model(name).stepper(
                level=level, axis=found["axis"], backward=direction == "backward"
            )
            paths = [step["path"] for step in steps]
            assert [path for path in stepper.paths if path in set(paths)] == paths
            if level != "primitive":
                assert tuple(paths) == stepper.paths


def test_it_begins_where_the_stepper_stands() -> None:
    stepper = model("encoder-layer").stepper(level="sublayer", backward=True)
    stepper.next(2)
    start = carried(stepper.html(lang="zh"))["start"]
    assert start == {
        "level": "sublayer",
        "direction": "backward",
        "step": stepper.paths[1],
        "lang": "zh",
    }


def test_the_same_bytes_every_time() -> None:
    assert model("encoder-layer").stepper().html() == model("encoder-layer").stepper().html()


def test_without_gradients_there_is_no_backward_pass() -> None:
    tokens = ca.input("tokens", "T", dtype="int")
    stepper = ca.Stepper(tokens + 1, {"tokens": [1, 2]})
    assert list(carried(stepper.html())["tracks"]) == ["forward"]


def test_every_word_is_in_both_languages_and_is_used() -> None:
    code = "".join(
        file.read_text("utf-8") for file in FOLDER.iterdir() if file.name.endswith(".js")
    )
    kinds = (HEAD, *PARTS)
    used = {
        "patch",
        *re.findall(r'"([\w-]+)"', code),
        *LEVELS,
        *kinds,
        *(f"all-{kind}" for kind in kinds),
    }
    assert PAGE.keys() - used == {"no-script"}
    for key, title in PAGE.items():
        assert title.en, key
        assert re.search("[\u4e00-\u9fff]", title.zh), key
        places = re.findall(r"\{\d\}", title.en)
        assert sorted(places) == sorted(re.findall(r"\{\d\}", title.zh)), key


def test_what_is_vendored_is_what_its_readme_says() -> None:
    vendor = FOLDER.joinpath("vendor")
    digest = hashlib.sha256(vendor.joinpath("ui.js").read_bytes()).hexdigest()
    assert digest in vendor.joinpath("README.md").read_text("utf-8")
    assert "MIT License" in vendor.joinpath("LICENSE").read_text("utf-8")
    assert len(vendor.joinpath("ui.js").read_bytes()) < 40_000


def test_bad_input(tmp_path: Path) -> None:
    stepper = model("attention").stepper()
    with pytest.raises(ca.OptionError, match="no language 'fr'"):
        stepper.html(lang="fr")
    with pytest.raises(ca.OptionError, match="nothing to step through"):
        ca.Stepper(ca.input("x", "N"), {"x": [1.0]}).html()
    with pytest.raises(ca.SaveError, match="cannot be written"):
        stepper.page(tmp_path / "nowhere" / "page.html")
    assert list(tmp_path.iterdir()) == []


def test_a_frame_is_shut_in() -> None:
    frame = model("attention").stepper().frame(height=300)
    html = frame._repr_html_()
    assert 'sandbox="allow-scripts"' in html
    assert 'height="300"' in html
    assert html.count("<") == 2  # all of the page is escaped
    assert len(repr(frame)) < 120


def test_a_frame_is_called_what_it_shows() -> None:
    first, second = model("attention").stepper(), model("encoder-layer").stepper()
    second.next(2)
    assert 'title="attention/matmul.1"' in first.frame()._repr_html_()
    assert f'title="A &amp; B: {second.paths[1]}"' in second.frame(title="A & B")._repr_html_()


def test_token_is_along_the_targets_tokens_unless_it_is_said() -> None:
    stepper = model("attention").stepper()
    assert carried(stepper.html())["axis"] == "T"
    assert "token" in carried(stepper.html())["tracks"]["forward"]
    assert carried(model("attention").stepper(axis="S").html())["axis"] == "S"


def test_what_is_too_long_is_left_out_and_named(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [["token", "forward"], ["token", "backward"]]
    whole = carried(model("attention").stepper().html())
    assert whole["left_out"] == []
    for limit in ("step_lists.MOST_PIECES", "page.TOKENS"):
        with monkeypatch.context() as patched:
            patched.setattr(f"cutaway.step.{limit}", 10)
            found = carried(model("attention").stepper().html())
            assert found["left_out"] == both
            assert "token" not in found["tracks"]["forward"]
            code, out, err = call(
                capsys, "step", "attention", "--web", str(tmp_path / "step.html"), "--json"
            )
            assert code == 0
            assert json.loads(out)["steps"] == 7
            assert "not in the page: level token, forward: it has more steps" in err


def test_the_command_writes_it(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "step.html"
    code, out, err = call(capsys, "step", "attention", "--web", str(file), "--until", "*/softmax")
    assert (code, err) == (0, "")
    assert out == f"wrote {file}: 7 steps at level op\n"
    assert carried(file.read_text("utf-8"))["start"]["step"] == "attention/softmax"
    code, out, _ = call(capsys, "step", "attention", "--web", str(file), "--json")
    assert json.loads(out) == {"file": str(file), "steps": 7}
    for arguments, words in (
        (("--script", "--web", str(file)), "choose one of both"),
        ((), "--script prints the steps, --web FILE.html writes a page"),
    ):
        code, _, err = call(capsys, "step", "attention", *arguments)
        assert code == 2
        assert words in err


def test_a_patch_comes_along() -> None:
    stepper = model("attention").stepper()
    stepper.patch("attention/softmax", lambda weights: np.zeros_like(weights))
    (change,) = carried(stepper.html())["changes"]
    assert (change["kind"], set(change["data"])) == ("patch", {0.0})
    stepper.unpatch()
    stepper.knock_out("head", head=0)
    (change,) = carried(stepper.html())["changes"]
    assert (change["kind"], change["head"]) == ("head", 0)


def test_the_command_calls_a_model_in_both_languages(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "page.html"
    for arguments, title in (
        (("attention",), {"en": "attention", "zh": "缩放点积注意力"}),
        (
            ("translator", "--sentence", "she reads a book"),
            {
                "en": "translator: she reads a book",
                "zh": "翻译模型：she reads a book",
            },
        ),
    ):
        code, _, err = call(capsys, "step", *arguments, "--web", str(file), "--lang", "zh")
        assert (code, err) == (0, "")
        html = file.read_text("utf-8")
        assert carried(html)["title"] == title
        assert f"<title>{title['zh']}</title>" in html
