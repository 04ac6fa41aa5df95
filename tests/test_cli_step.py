"""``cutaway step``: one line for each step, and JSON that says the same."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checkpoints import add_tokenizer, copied
from command import Capture, call
from conftest import Golden

import cutaway as ca
from cutaway.cli.inputs import Given, point
from cutaway.cli.model import load


def lines(capsys: Capture, *arguments: str) -> list[str]:
    code, out, err = call(capsys, "step", *arguments, "--script")
    assert (code, err) == (0, "")
    return out.splitlines()


def objects(capsys: Capture, *arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(capsys, *arguments, "--json")]


def test_steps_as_text(capsys: Capture, golden: Golden) -> None:
    forward = lines(capsys, "attention", "--dim", "T=2", "--dim", "S=2", "--dim", "d_k=1")
    backward = lines(capsys, "feed-forward", "--dim", "T=1", "--dim", "B=1", "--backward")
    blocks = lines(capsys, "encoder-layer", "--level", "sublayer")
    tokens = lines(capsys, "single-head-attention", "--level", "token", "--dim", "T=2")
    golden("step.txt", "\n".join([*forward, "", *backward, "", *blocks, "", *tokens, ""]))


@pytest.mark.parametrize("level", ["model", "layer", "sublayer", "op"])
def test_steps_in_json_have_the_values_of_a_run(level: str, capsys: Capture) -> None:
    name = "decoder-layer"
    model = load(name)
    at = point(model, Given((), (), 3), "float32")
    sizes = {key: size for key, size in at.sizes.items() if key in model.graph.symbols}
    trace = ca.trace(model.graph, at.feeds, at.params, sizes)
    found = objects(capsys, name, "--level", level, "--seed", "3")
    stepper = ca.Stepper(model.graph, at.feeds, at.params, sizes, level=level)
    for step, said in zip(stepper, found, strict=True):
        assert (said["index"], said["level"], said["path"]) == (step.index, level, step.path)
        assert said["shape"] == list(step.value.shape)
        values = trace[step.node].astype(str(said["dtype"]))
        shown = np.array(said["values"], float).reshape(-1)
        np.testing.assert_array_equal(shown, values.reshape(-1)[: shown.size].astype(float))
        assert said["whole"] == (shown.size == values.size)
        assert said["inputs"] == {path: list(a.shape) for path, a in step.inputs.items()}
        assert said["max"] in ("-Infinity", values.max().item())
        assert said["formula"] == step.formula.unicode
        assert "gradient_of" not in said


def test_backward_steps_name_what_they_are_the_gradient_of(capsys: Capture) -> None:
    found = objects(capsys, "feed-forward", "--backward")
    assert found[0]["gradient_of"] == "down/add"
    assert found[-1]["gradient_of"] == "x"
    assert all(said["path"].startswith("∇/") for said in found)


def test_until_a_path(capsys: Capture) -> None:
    every = lines(capsys, "encoder-layer")
    some = lines(capsys, "encoder-layer", "--until", "*/softmax")
    assert some == every[: len(some)]
    assert " self_attention/attention/softmax " in some[-1]
    blocks = lines(capsys, "encoder-layer", "--level", "sublayer", "--until", "feed_forward/relu")
    assert [line.split()[1] for line in blocks][-1] == "feed_forward"


def test_until_a_forward_name_in_the_backward_pass(capsys: Capture) -> None:
    found = objects(capsys, "encoder-layer", "--backward", "--until", "*attention/softmax")
    assert found[-1]["shape"] == [2, 4, 5, 5]
    every = objects(capsys, "encoder-layer", "--backward")
    assert found == every[: len(found)]
    assert 0 < len(found) < len(every)


def test_names_do_nothing_to_a_terminal(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "odd.py"
    file.write_text(
        "import cutaway as ca\n"
        "def build():\n"
        "    with ca.scope('a\\x1b[2Jb\\x9b\\u202e'):\n"
        "        return ca.ops.relu(ca.input('x', 'N'))\n",
        "utf-8",
    )
    (line,) = lines(capsys, f"{file}:build")
    assert "a\\u001b[2Jb\\u009b\\u202e/relu" in line
    (text,) = lines(capsys, f"{file}:build", "--json")
    assert text.isprintable()
    assert json.loads(text)["path"] == "a\x1b[2Jb\x9b\u202e/relu"
    code, _, err = call(capsys, "step", f"{file}:build", "--script", "--until", "zz")
    assert code == 2
    assert err.replace("\n", "").isprintable()


def test_feeds_and_masks(capsys: Capture) -> None:
    feed = "q=[[1, 0]]", "k=[[1, 0], [0, 1]]", "v=[[1], [2]]"
    found = objects(capsys, "attention", *(part for f in feed for part in ("--feed", f)))
    assert found[-1]["values"] == [[pytest.approx(1.3302385)]]
    masked = objects(capsys, "decoder-layer", "--dim", "T=2", "--dim", "B=1", "--until", "*/where")
    assert masked[-1]["min"] == "-Infinity"


def test_the_translator_reads_a_sentence(capsys: Capture) -> None:
    from cutaway.models.translator import EXAMPLE, load

    found = load()
    (last,) = objects(capsys, "translator", "--level", "model", "--until", "output")[-1:]
    (said,) = objects(capsys, "translator", "--level", "model", "--sentence", EXAMPLE)[-1:]
    assert last == said
    feeds = found.reading(EXAMPLE).feeds
    (logits,) = ca.evaluate(found.graph, feeds, found.params)
    assert said["shape"] == list(logits.shape)
    np.testing.assert_array_equal(
        np.float32(said["values"]), logits.reshape(-1)[: len(said["values"])]
    )
    drawn = objects(capsys, "translator", "--level", "model", "--dim", "T=3")[-1]
    assert drawn["shape"][1] == 3  # what is given with --dim is drawn at random


def test_a_checkpoint_reads_a_sentence(capsys: Capture, tmp_path: Path) -> None:
    folder = add_tokenizer(copied("bert", tmp_path))
    tokens = ca.load(folder).feeds("the cat")["input_ids"]
    told = objects(capsys, str(folder), "--level", "op", "--sentence", "the cat")
    assert any(list(tokens.shape) == step["shape"][:2] for step in told)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("attention", "--script", "--sentence", "I eat"),
            "it has no tokenizer",
        ),
        (("translator", "--script", "--sentence", "I fly"), "does not know the word 'fly'"),
        (("translator", "--script", "--sentence", " "), "nothing to translate"),
        (("translator", "--script", "--sentence", ""), "nothing to translate"),
        (("attention", "--script", "--sentence", ""), "reads no sentence"),
        (("attention", "--web", "nowhere/x.html"), "no such folder"),
        (("translator", "--script", "--sentence", "I", "--dim", "T=3"), "only one of them"),
        (("attention",), "stepping by keys takes a terminal"),
        (("attention", "--json"), "add --script"),
        (("attention", "--script", "--until", "nowhere"), "nothing is called 'nowhere'"),
        (("attention", "--script", "--level", "token", "--axis", "Q"), "the graph has no axis 'Q'"),
        (("attention", "--script", "--web", "x.html"), "choose one of both"),
        (("attention", "--web", "x.pdf"), "which is HTML"),
        (("attention", "--script", "--level", "word"), "'word' is not one of"),
        (("attention", "--script", "--dim", "Q=1"), "no size 'Q'"),
        (("attentio", "--script"), "did you mean 'attention'?"),
        (("attention", "--script", "--feed", "q=[[1]]", "--dim", "d_k=2"), "wrong length"),
    ],
)
def test_bad_input(arguments: tuple[str, ...], words: str, capsys: Capture) -> None:
    code, out, err = call(capsys, "step", *arguments)
    assert (code, out) == (2, "")
    assert words in err
