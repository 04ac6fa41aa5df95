"""Guided walks: what is quoted is what the graph computes, and what is wrong is said."""

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from limits import within

import cutaway as ca
from cutaway.figures.example import SENTENCE, example
from cutaway.graph import Trace
from cutaway.render.scale import number
from cutaway.run.compile import Array
from cutaway.step import Story
from cutaway.step.story_file import BUNDLED

QUOTE = re.compile(r"\{(\w+):([^\[\]{}]+)(?:\[([\d, ]+)\])?\}")
GRADIENT = re.compile(r"gradient\(([^()]+)\)")
HAN = re.compile("[\u4e00-\u9fff]")
HEAD = f"""
title = {{ en = "A head", zh = "一个头" }}
model = "translator-head"
sentence = "{SENTENCE}"
"""


@pytest.fixture(scope="module")
def story() -> Story:
    return Story.load()


@dataclass
class Bundled:
    """A story that comes with cutaway; the same graph run by the evaluator, and its gradients."""

    name: str
    story: Story

    @cached_property
    def stops(self) -> list[dict[str, dict[str, str]]]:
        file = resources.files("cutaway.step") / f"stories/{self.name}.toml"
        found: list[dict[str, dict[str, str]]] = tomllib.loads(file.read_text("utf-8"))["stop"]
        return found

    @cached_property
    def leaves(self) -> tuple[dict[str, Array], dict[str, Array]]:
        stepper = self.story.stepper
        feeds = {node.name: stepper.value(node) for node in stepper.graph.inputs}
        params = {node.path: stepper.value(node) for node in stepper.graph.parameters}
        return feeds, params

    @cached_property
    def trace(self) -> Trace:
        return ca.trace(self.story.stepper.graph, *self.leaves)

    @cached_property
    def gradients(self) -> dict[str, Array]:
        """Those that are quoted: of the sum of the outputs."""
        graph = self.story.stepper.graph
        quoted = {found[1] for text in self.texts for found in GRADIENT.finditer(text)}
        nodes = [node for node in graph.nodes if graph.path(node) in quoted]
        slopes = ca.grad(ca.ops.sum(graph.outputs[0]), wrt=nodes) if nodes else ()
        values = ca.evaluate(slopes, *self.leaves) if nodes else ()
        return dict(zip(map(graph.path, nodes), values, strict=True))

    @property
    def texts(self) -> list[str]:
        return [QUOTE.sub(r"\2", text) for stop in self.stops for text in stop["say"].values()]

    def value(self, path: str) -> Array:
        found = GRADIENT.fullmatch(path)
        return self.gradients[found[1]] if found else self.trace[path]


@pytest.fixture(scope="module", params=BUNDLED)
def bundled(request: pytest.FixtureRequest) -> Bundled:
    return Bundled(request.param, Story.load(request.param))


def told(folder: Path, stops: str, head: str = HEAD) -> Story:
    file = folder / "story.toml"
    file.write_text(head + stops, "utf-8")
    return Story.load(file)


def stop(at: str = "attention/softmax", say: str = "a", more: str = "") -> str:
    return f"[[stop]]\nat = '{at}'\n{more}\nsay = {{ en = '''{say}''', zh = '''{say}''' }}\n"


def said(folder: Path, say: str) -> str:
    return told(folder, stop(say=say)).stops[0].say()


def test_every_number_that_is_quoted_is_what_the_graph_computes(bundled: Bundled) -> None:
    words = bundled.story.stepper.words

    def read(found: re.Match[str]) -> str:
        kind, path, places = found.groups()
        index = tuple(map(int, places.split(","))) if places else ()
        if kind == "word":
            return words[path][index[0]]
        value = bundled.value(path)[index]
        if path == "attention/dim":
            return str(int(value))
        return {
            "value": lambda: number(value) if value.dtype.kind == "f" else str(value),
            "sum": lambda: number(float(value.sum())),
            "max": lambda: number(float(max(value))),
            "min": lambda: number(float(min(value))),
            "argmax": lambda: named(list(value).index(max(value)), len(value)),
            "shape": lambda: str(value.shape),
        }[kind]()

    def named(place: int, size: int) -> str:
        return words["S"][place] if size == len(words["S"]) else str(place)

    quotes = 0
    for found, given in zip(bundled.story, bundled.stops, strict=True):
        if len(found.step.nodes) == 1:
            np.testing.assert_array_equal(found.value, bundled.value(found.step.path)[found.index])
        for lang, text in given["say"].items():
            assert found.say(lang) == QUOTE.sub(read, text)
            quotes += len(QUOTE.findall(text))
    assert quotes > 80


def test_no_number_is_typed(bundled: Bundled) -> None:
    for given in bundled.stops:
        for text in given["say"].values():
            assert not re.search(r"\d", QUOTE.sub("", text)), text


def test_both_languages_say_the_same(bundled: Bundled) -> None:
    story = bundled.story
    assert HAN.search(story.title.zh)
    assert not HAN.search(story.title.en)
    chinese = "".join(story.stepper.words.get("T", ()))  # the words that are spoken of
    for found, given in zip(story, bundled.stops, strict=True):
        quotes = [sorted(QUOTE.findall(given["say"][lang])) for lang in ("en", "zh")]
        assert set(quotes[0]) == set(quotes[1])
        assert len(HAN.findall(found.say("zh"))) > 20
        assert not set(HAN.findall(found.say("en"))) - set(chinese)
        assert found.say("both") == f"{found.say('en')}\n{found.say('zh')}"
    with pytest.raises(ca.OptionError, match="no language 'de'"):
        story.stops[0].say("de")


def test_the_word_that_the_decoder_writes_next_is_its_highest_score() -> None:
    story = Story.load("encoder-decoder")
    step, target = story.stops[-1].step, story.stepper.value("target")
    assert step.path == "output/add"
    assert step.value[0].argmax(-1)[:-1].tolist() == target[0, 1:].tolist()
    assert f"“{story.stepper.words['T'][5]}”" in story.stops[-1].said.en


def test_backward_is_told_of_gradients(tmp_path: Path) -> None:
    head = HEAD + "direction = 'backward'\n"
    found = told(
        tmp_path, stop("∇/attention/matmul.1", "{max:gradient( attention/softmax )[0]}"), head
    )
    assert found.stops[0].gradient_of == "attention/softmax"
    gradient = found.stepper.gradient("attention/softmax")
    np.testing.assert_array_equal(found.stops[0].value, gradient)
    assert found.stops[0].say() == number(float(gradient[0].max()))
    translator = head.replace("translator-head", "translator")  # of its loss
    loss = told(tmp_path, stop("∇/divide", "{value:divide}"), translator)
    assert 0 < float(loss.stops[0].say()) < 0.2
    with pytest.raises(ca.LoadError, match="stop 1, en: there are no gradients on the way forward"):
        told(tmp_path, stop(say="{value:gradient(attention/softmax)[0, 0]}"))


def test_a_stop_stands_at_a_level_of_its_own(tmp_path: Path) -> None:
    stops = stop() + stop("attention/divide.1", more="level = 'primitive'")
    found = told(tmp_path, stops)
    assert [each.step.level for each in found] == ["op", "primitive"]
    assert found.stepper.level == "op"


def test_the_walk_goes_forward_through_the_head_of_the_figures(story: Story) -> None:
    order = [found.step.index for found in story if not found.name.startswith("value")]
    assert order == sorted(order)
    assert [found.number for found in story] == list(range(1, len(story) + 1))
    stored = example()
    assert story.stepper.words["S"] == stored.words
    for path in ("x", "query/add", "attention/matmul", "attention/softmax", "attention/matmul.1"):
        np.testing.assert_allclose(story.stepper.value(path), stored.head[path], atol=1e-5)
    assert story.stepper.index == -1


def test_numbers_of_a_place_are_those_that_make_it(story: Story) -> None:
    by_name = {found.name: found for found in story}
    score = by_name["attention/matmul[0, 1]"]
    query, keys = (score.step.inputs[path] for path in score.step.inputs)
    assert score.numbers is not None
    assert score.numbers.text == f"{ca.step.short(query[0])} {ca.step.short(keys[:, 1])}"
    np.testing.assert_allclose(query[0] @ keys[:, 1], score.value, rtol=1e-5)
    row = by_name["attention/softmax[0]"]
    (scores,) = row.step.inputs.values()
    assert row.numbers is not None
    assert row.numbers.text == f"softmax({ca.step.short(scores[0])})"
    assert by_name["attention/softmax"].numbers is not None


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("{value:attention/softmax[0,5]}", "0.00"),
        ("{ value : attention/softmax[ 0 , -1 ] }", "0.00"),
        ("{value:*/where[0, 5]}", "−∞"),
        ("{value:not_equal[5]}", "false"),
        ("{value:source[5]}", "0"),
        ("{value:attention/dim}", "16"),
        ("{value:attention/sqrt}", "4.00"),
        ("{sum:attention/softmax}", "6.00"),
        ("{mean:attention/softmax[0]}", "0.17"),
        ("{min:attention/where}", "−∞"),
        ("{max:source}", "50"),
        ("{argmax:attention/softmax[0]}", "eat"),
        ("{argmax:query/bias}", "14"),
        ("{shape:query/add} {shape:query/add[0]} {shape:attention/sqrt}", "(6, 16) (16,) ()"),
        ("{word:S[5]}", "<pad>"),
        ("{{word:S[5]}} {{}}", "{word:S[5]} {}"),
        ("{shape:attention/dim} " * 200 + "." * 200, "() " * 200 + "." * 200),
        ("<script>alert(1)</script> %s {{0}}", "<script>alert(1)</script> %s {0}"),
    ],
)
def test_quotes(quote: str, text: str, tmp_path: Path) -> None:
    assert said(tmp_path, quote) == text


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        ("{", "a brace stands alone"),
        ("a } b", "write {{ and }} for braces"),
        ("{}", "quotes nothing"),
        ("{0.__class__}", "quotes nothing"),
        ("{value}", "KIND is one of value, sum"),
        ("{median:x}", "quotes nothing"),
        ("{gradient:x}", "{value:gradient(PATH)[0]} is a gradient"),
        ("{value:}", "nothing is called ''"),
        ("{value:attention/sofmax[0,0]}", "did you mean 'attention/softmax'?"),
        ("{value:*/matmul[0,0]}", "is not one but 4"),
        ("{value:attention/softmax}", "one number; give the place of one"),
        ("{value:attention/softmax[0]}", "came:     an array of shape (6,)"),
        ("{value:attention/softmax[0, 6]}", "has no place [0, 6]"),
        ("{value:attention/softmax[0, 0, 0]}", "places in an array of shape (6, 6)"),
        ("{value:attention/softmax[a]}", "nothing is called 'attention/softmax[a]'"),
        ("{argmax:attention/softmax}", "a row; give the place of one"),
        ("{word:S}", "there is no word 'S'"),
        ("{word:T[0]}", "sizes with words: S"),
        ("{word:S[6]}", "S has no place [6]"),
    ],
)
def test_quotes_of_what_is_not_there(quote: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ca.LoadError) as caught:
        said(tmp_path, quote)
    assert words in str(caught.value)
    assert "story.toml: stop 1, en: " in str(caught.value)


def test_the_language_of_a_wrong_quote_is_named(tmp_path: Path) -> None:
    stops = stop() + "[[stop]]\nat = 'query/add'\nsay = { en = 'a', zh = '{value:nowhere}' }"
    with pytest.raises(ca.LoadError, match="stop 2, zh: nothing is called 'nowhere'"):
        told(tmp_path, stops)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD, "a story has stops"),
        (HEAD + "stop = []", "1 to 500"),
        (HEAD + "stop = 3", "came:     3"),
        (HEAD + "stop = [3]", "a stop is no table"),
        (HEAD + stop() * 501, "came:     501"),
        ("", "a story has stops"),
        (stop(), "title is not in both languages"),
        ("title = { en = 'a' }\n" + stop(), "title is not in both languages"),
        ("title = { en = 'a', zh = ' ' }\n" + stop(), "title.zh is no text"),
        ("title = { en = 'a', zh = 'b' }\n" + stop(), "model is no text"),
        (HEAD + "level = 'word'\n" + stop(), "there is no level 'word'"),
        (HEAD + "direction = 'up'\n" + stop(), "there is no direction 'up'"),
        (HEAD + "direction = ['backward']\n" + stop(), "there is no direction"),
        (HEAD + stop(more="level = 'word'"), "there is no level 'word'"),
        (HEAD + "lang = 'en'\n" + stop(), "came:     lang"),
        (HEAD + stop(more="path = 'x'"), "came:     stop.path"),
        (HEAD + stop(more="index = 'x'"), "index is no place"),
        (HEAD + stop(more="index = [true]"), "index is no place"),
        (HEAD + stop(more="index = [0, 6]"), "stop 1: attention/softmax has no place [0, 6]"),
        (HEAD + "[[stop]]\nsay = { en = 'a', zh = 'b' }", "at is no text"),
        (HEAD + "[[stop]]\nat = 'query/add'\nsay = 'a'", "say is not in both languages"),
        (HEAD + stop(at="attention/sofmax"), "did you mean 'attention/softmax'?"),
        (HEAD + stop(at="*matmul*"), "stop 1: '*matmul*' is not one but 5"),
        (HEAD + stop(at="x"), "stop 1: x is no step"),
        (HEAD + "dims = 4\n" + stop(), "dims is no table"),
        (HEAD + "dims = { S = 0 }\n" + stop(), "came:     S = 0"),
        (HEAD + "dims = { S = 4 }\n" + stop(), "has a sentence, and no dims"),
        (HEAD.replace(SENTENCE, "") + stop(), "came:     0 words"),
        (HEAD.replace(SENTENCE, "I " * 41) + stop(), "came:     41 words"),
        (HEAD.replace(SENTENCE, "I eat aples") + stop(), "did you mean 'apples'"),
        (HEAD.replace("-head", "-hed") + stop(), "did you mean 'translator-head'?"),
        (HEAD.replace("translator-head", "encoder") + stop(), "encoder reads no sentence"),
        (HEAD.replace("translator-head", "translator") + stop(), "nothing is called 'attention/"),
        (HEAD.replace("A head", r"\u001b[2J") + stop(), "title.en has a control character"),
        (HEAD + stop()[:-20], "the story is not TOML"),
        (HEAD + "a = " + "[" * 100_000, "the story is not TOML"),
        (HEAD + "a = " + "9" * 10_000, "the story is not TOML"),
        (HEAD + "a." * 400_000 + "a = 1", "too long a key"),
        (HEAD + '# """\n' + '"a" . ' * 100_000 + 'a = 1\n# """', "too long a key"),
        (HEAD + "a = ''''''\nb" + ".b" * 200_000 + " = ''''''", "too long a key"),
        (HEAD + "a = " + '"\\""' * 150_000, "the story is not TOML"),
        (HEAD + 'a = ""' + '"\\""' * 150_000, "the story is not TOML"),
        (HEAD + stop(say="a" * 1_000_000), "at most 1000000 bytes"),
    ],
)
def test_bad_files(text: str, words: str, tmp_path: Path) -> None:
    with within(5), pytest.raises(ca.LoadError) as caught:
        told(tmp_path, text, "")
    assert words in str(caught.value)
    assert "story.toml" in str(caught.value)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (5, "came:     no path"),
        (["a"], "where:    ['a']"),
        (b"single-head", "a file in TOML, or single-head"),
        ("single-heads", "did you mean 'single-head'?"),
        ("", "No such file"),
        ("a\0b", "cannot be read"),
    ],
)
def test_what_is_no_file(file: Any, words: str) -> None:
    with pytest.raises(ca.LoadError) as caught:
        Story.load(file)
    assert words in str(caught.value)


def test_files_that_are_no_text(tmp_path: Path) -> None:
    with pytest.raises(ca.LoadError, match="cannot be read"):
        Story.load(tmp_path / "nothing.toml")
    with pytest.raises(ca.LoadError, match="required: a file in TOML, or single-head, encoder-"):
        Story.load("bakward")
    with pytest.raises(ca.LoadError, match="cannot be read"):
        Story.load(tmp_path)
    file = tmp_path / "story.toml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ca.LoadError, match="UTF-8"):
        Story.load(file)
    file.write_bytes(b"\xef\xbb\xbf" + (HEAD + stop()).encode())  # as some editors begin a file
    assert len(Story.load(file)) == 1


@pytest.mark.parametrize("dims", ["T = 100000", "d_model = 40000, h = 1", "T = 2000, B = 1000"])
def test_a_model_that_would_fill_the_memory(dims: str, tmp_path: Path) -> None:
    head = HEAD.replace("translator-head", "encoder-layer").replace(SENTENCE, "")
    with pytest.raises(ca.LoadError, match="the model of the story is too large"):
        told(tmp_path, f"dims = {{ {dims} }}\n" + stop(), head)


def test_stories_of_other_models_and_levels(tmp_path: Path) -> None:
    head = HEAD.replace("translator-head", "encoder-layer").replace(SENTENCE, "")
    blocks = told(
        tmp_path,
        "level = 'sublayer'\ndims = { T = 3 }\n" + stop("feed_forward", "{shape:*/relu}"),
        head,
    )
    assert blocks.stops[0].say() == "(2, 3, 32)"
    assert blocks.stops[0].numbers is None
    assert len(blocks.stops[0].step.nodes) > 1
    tokens = told(
        tmp_path,
        "level = 'token'\n" + stop("attention/matmul[1,2]", "{value:attention/matmul[1,2]}"),
        HEAD,
    )
    whole = Story.load()
    assert tokens.stops[0].say() == number(float(whole.stepper.value("attention/matmul")[0, 1]))
    words = told(
        tmp_path,
        stop("encoder/layer.1/*/softmax", "{word:S[1]} {word:T[0]} {word:T[1]}"),
        HEAD.replace("translator-head", "translator"),
    )
    assert words.stops[0].say() == "eat <start> 我"


def test_the_stepper_of_a_story_goes_on(story: Story) -> None:
    assert story.stepper.goto("attention/softmax").value.shape == (6, 6)
    story.stepper.start()
    assert repr(story) == "<Story 'One attention head, step by step' of translator-head: 12 stops>"
    assert repr(story.stops[7]).startswith("<Stop 8 attention/softmax[0]: Softmax turns")
    assert [found.number for found in story][:2] == [1, 2]
