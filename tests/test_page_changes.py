"""What is changed on the page stays over a reload and travels by link; wrong links do no harm."""

from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from browser import Reader, Values, expected
from stepping import model

import cutaway as ca
from cutaway.graph import Title

pytestmark = pytest.mark.browser

SOFTMAX = "self_attention/attention/softmax"
HEADS = "self_attention/attention/matmul.1"  # what each head attends to
WRONG = (
    "nonsense",
    "@",
    "given:0",
    "no-mask@nowhere",
    "head:7@" + HEADS,
    "head:0@" + SOFTMAX,
    "many@" + SOFTMAX + "[0,0,0,0]",
    "1e999@" + SOFTMAX + "[0,0,0,0]",
    "0.5@" + SOFTMAX + "[0,0,0]",
    "0.5@" + SOFTMAX + "[0,0,0,99]",
    "0.5@" + SOFTMAX + "[0,0,,0]",
    "0.5@nowhere[0]",
    "0.5@__proto__[0]",
    "__proto__",
    "constructor",
    "<img src=x onerror=alert(1)>@" + SOFTMAX + "[0,0,0,0]",
)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return model("encoder-layer").stepper().page(tmp_path_factory.mktemp("page") / "encoder.html")


def knock_out(reader: Reader, kind: str, place: str) -> Reader:
    return reader.choose("Knock out", kind).choose("Where", place).press("Apply")


def changes(reader: Reader) -> list[str]:
    return reader.page.locator(".changes li > span").all_inner_texts()


def reload(reader: Reader) -> Reader:
    reader.page.reload()
    reader.page.wait_for_selector("html[data-ready]")
    return reader


def last(reader: Reader) -> Values:
    return reader.goto(len(model("encoder-layer").stepper()) - 1).value


def with_cell_and_head() -> ca.Stepper:
    """Return a stepper with a cell of the weights changed, and without the second head."""
    stepper = model("encoder-layer").stepper()

    def put(weights: Values) -> Values:
        weights[0, 0, 2, 1] = 0.75
        return weights

    stepper.patch(SOFTMAX, put)
    stepper.knock_out("head", "self_attention", 1)
    return stepper


@pytest.mark.parametrize("order", ["cell first", "head first"])
def test_changes_are_those_of_the_stepper_and_stay_over_a_reload(
    order: str, reader: Reader, encoder: Path
) -> None:
    reader.open(encoder, f"#level=op&step={SOFTMAX}")
    if order == "head first":
        knock_out(reader, "head", "1")
    reader.cell(2, 1).set(0.75)
    if order == "cell first":
        knock_out(reader, "head", "1")
    wanted, told = expected(with_cell_and_head(), len(with_cell_and_head()) - 1), changes(reader)
    assert sorted(told) == [f"{HEADS} without head 2", f"{SOFTMAX} [0, 0, 2, 1] = 0.75"]
    np.testing.assert_allclose(last(reader), wanted, rtol=1e-6, atol=1e-9)
    reload(reader)
    assert changes(reader) == told
    np.testing.assert_allclose(last(reader), wanted, rtol=1e-6, atol=1e-9)
    reload(reader.press("Reset all"))
    assert changes(reader) == []
    assert "change" not in reader.page.url


def test_the_cells_around_a_changed_one_follow_what_is_changed_later(
    reader: Reader, encoder: Path
) -> None:
    """The other numbers of a value are computed still, and say what from."""
    query = "self_attention/query/matmul"
    reader.open(encoder, f"#level=op&step={SOFTMAX}").cell(2, 1).set(0.75)
    reader.open(encoder, reader.page.url.partition("#")[2].join(("#", f"&step={query}")))
    reader.goto(model("encoder-layer").stepper().paths.index(query)).cell(0, 0).set(5)
    stepper = model("encoder-layer").stepper()

    def put(value: Values) -> Values:
        value[0, 0, 0] = 5.0
        return value

    def cell(value: Values) -> Values:
        value[0, 0, 2, 1] = 0.75
        return value

    stepper.patch(query, put)
    stepper.patch(SOFTMAX, cell)
    np.testing.assert_allclose(
        last(reader), expected(stepper, len(stepper) - 1), rtol=1e-6, atol=1e-9
    )
    reader.goto(stepper.paths.index(SOFTMAX)).cell(0, 0)
    assert reader.page.locator(".sources li").count() > 0
    reader.cell(2, 1)
    assert reader.page.locator(".sources li").count() == 0


def test_one_change_of_several_of_a_value_is_taken_back(reader: Reader, encoder: Path) -> None:
    cells = "".join(f"&change={x}@{quote(HEADS)}[0,0,{row},0]" for x, row in ((2, 0), ("-0", 1)))
    reader.open(encoder, f"#level=op&step={HEADS}&change=head:1@{HEADS}{cells}")
    before = reader.value
    names = [f"{HEADS} without head 2", f"{HEADS} [0, 0, 0, 0] = 2"]
    assert changes(reader)[:2] == names
    assert "=-0%40" in reader.page.url
    reader.press(f"Reset {names[1]}")
    assert len(changes(reader)) == 2
    assert reader.value[0, 0, 0, 0] not in (2, before[0, 0, 1, 0])
    assert reader.value[0, 0, 1, 0] == 0
    assert not reader.value[0, 1].any()
    reader.press(f"Reset {names[0]}")
    assert len(changes(reader)) == 1
    assert reader.value[0, 1].any()
    assert reader.value[0, 0, 1, 0] == 0


def test_a_change_that_a_link_names_twice_is_one(reader: Reader, encoder: Path) -> None:
    twice = "".join(f"&change={x}@{quote(SOFTMAX)}[0,0,2,1]" for x in (0.5, 0.75))
    reader.open(encoder, f"#level=op{twice}&change=head:1@{HEADS}&change=head:1@{HEADS}")
    assert changes(reader) == [f"{SOFTMAX} [0, 0, 2, 1] = 0.75", f"{HEADS} without head 2"]


def test_a_link_brings_changes_along(reader: Reader, encoder: Path) -> None:
    link = f"#level=op&change={quote(f'0.75@{SOFTMAX}[0,0,2,1]')}&change=head:1@{HEADS}"
    reader.open(encoder, link)
    wanted = expected(with_cell_and_head(), len(with_cell_and_head()) - 1)
    np.testing.assert_allclose(last(reader), wanted, rtol=1e-6, atol=1e-9)
    reader.open(encoder, "#step=3&lang=zh")  # a link that says nothing of changes leaves them
    assert changes(reader) == [f"{SOFTMAX} [0, 0, 2, 1] = 0.75", f"{HEADS} 去掉头 2"]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_link_with_wrong_changes_is_refused_as_a_whole(
    wrong: str, reader: Reader, encoder: Path
) -> None:
    right = quote(f"0.75@{SOFTMAX}[0,0,2,1]")
    reader.open(encoder, f"#step=2&level=op&change={right}&change={quote(wrong)}")
    assert reader.page.get_by_text("do not fit this model").is_visible()
    assert changes(reader) == []
    reader.open(encoder, f"#change={right}")
    reader.open(encoder, f"#change={quote(wrong)}")  # what was changed before stays
    assert changes(reader) == [f"{SOFTMAX} [0, 0, 2, 1] = 0.75"]
    reader.press("Next step")
    assert not reader.page.get_by_text("do not fit this model").is_visible()


def test_an_index_that_does_not_exist_and_far_too_many_changes_are_refused(
    reader: Reader, tmp_path: Path
) -> None:
    tokens = ca.input("tokens", "T", dtype="int")
    y = ca.ops.take(ca.parameter("table", "V D"), tokens)
    params = {"table": np.arange(6.0).reshape(3, 2)}
    file = ca.Stepper(y, {"tokens": [0, 2]}, params).page(tmp_path / "take.html")
    for link in (
        "#change=7@tokens[0]",
        "#change=0.5@tokens[0]",
        "#" + "&change=1@tokens[0]" * 1001,
    ):
        reader.open(file, link)
        assert "do not fit this model" in reader.status
        assert reader.value.tolist() == [[0, 1], [4, 5]]
    reader.open(file, "#change=1@tokens[0]")
    assert reader.value.tolist() == [[2, 3], [4, 5]]


def test_a_patch_that_came_along_stays_taken_back(reader: Reader, tmp_path: Path) -> None:
    stepper = model("encoder-layer").stepper()
    plain = expected(stepper, len(stepper) - 1)
    stepper.knock_out("head", "self_attention", 1)
    wanted = expected(stepper, len(stepper) - 1)
    reader.open(stepper.page(tmp_path / "patched.html"))
    assert "change" not in reader.page.url
    assert changes(reader) == [f"{HEADS} without head 2"]
    np.testing.assert_allclose(last(reader), wanted, rtol=1e-6, atol=1e-9)
    reload(reader.press("Reset all"))
    assert changes(reader) == []
    np.testing.assert_allclose(last(reader), plain, rtol=1e-6, atol=1e-9)


def test_of_a_model_that_cannot_be_changed_links_with_changes_are_refused(
    reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cutaway.step.program.LIMIT", 100)
    file = model("encoder-layer").stepper().page(tmp_path / "large.html")
    reader.open(file, "#change=" + quote(f"0.75@{SOFTMAX}[0,0,2,1]"))
    assert "do not fit this model" in reader.status


def test_what_is_told_is_seen_until_the_next_step(reader: Reader, encoder: Path) -> None:
    told = reader.open(encoder).page.get_by_text("No breakpoint that way.")
    reader.press("Run to breakpoint")
    assert told.is_visible()
    assert reader.violations() == []
    reader.press("Next step")
    assert not told.is_visible()


def test_a_hurried_reader_does_not_wear_the_address_out(reader: Reader, encoder: Path) -> None:
    reader.open(encoder, "#level=op&step=0")
    count = len(model("encoder-layer").stepper())
    for n in range(150):
        reader.goto(n % count)
    reader.until(lambda: quote(reader.path, safe="") in reader.page.url)
    for n in range(50):
        reader.goto(n)
    told = changes(reader.cell(0, 0).set(0.5))
    assert len(told) == 1
    assert changes(reload(reader)) == told  # what is changed is written at once


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_title_is_in_the_readers_language(lang: str, reader: Reader, tmp_path: Path) -> None:
    titles = Title("Encoder layer", "编码器层")
    stepper = model("encoder-layer").stepper()
    reader.open(stepper.page(tmp_path / "page.html", title=titles, lang=lang))
    for language in (lang, "en", "zh"):
        reader.page.locator("#select-language").select_option(language)
        title = getattr(titles, language)
        assert reader.page.get_by_role("heading", level=1).inner_text() == title
        assert reader.page.title() == title
