"""The page's address in a browser: a link leads to a step, however the page stood before."""

from pathlib import Path

import pytest
from browser import Reader
from stepping import model

pytestmark = pytest.mark.browser


HOSTILE = (  # names that every object of JavaScript has
    "#dir=__proto__",
    "#step=nope&level=__proto__",
    "#step=nope&level=constructor",
    "#step=0&level=__proto__",
    "#step=nope&dir=constructor",
    "#step=__proto__&level=toString&dir=forward",
)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    stepper = model("encoder-layer").stepper(axis="T")
    return stepper.page(tmp_path_factory.mktemp("page") / "encoder.html")


def follow(reader: Reader, link: str) -> tuple[str, str, str]:
    """Follow a link on an open page; return step, level and direction."""
    reader.page.evaluate("link => { location.hash = link; }", link)
    reader.settled()
    level, direction = (
        reader.page.get_by_label(name).input_value() for name in ("Level", "Direction")
    )
    return reader.path, level, direction


def test_a_link_leads_to_a_step(reader: Reader, encoder: Path) -> None:
    softmax = "self_attention/attention/softmax"
    reader.open(encoder, f"#step={softmax}&level=op&dir=forward&lang=zh")
    assert reader.path == softmax
    reader.button("下一步").click()
    link = reader.page.evaluate("location.hash")
    assert "step=self_attention%2Fvalue%2Fmatmul" in link
    assert "lang=zh" in link
    paths = model("encoder-layer").stepper().paths
    assert follow(reader, "#step=3&lang=en") == (paths[3], "op", "forward")
    for wrong in ("#step=nowhere", "#level=none", "#step=2&dir=up", "#step=9999", *HOSTILE):
        assert follow(reader, wrong) == (paths[3], "op", "forward")
        assert "names no step" in reader.status


@pytest.mark.parametrize("wrong", HOSTILE)
def test_a_page_opens_at_a_link_that_leads_nowhere(
    wrong: str, reader: Reader, encoder: Path
) -> None:
    reader.open(encoder, wrong)
    assert reader.path
    assert "names no step" in reader.status


def test_what_a_link_leaves_out_is_as_the_page_begins(reader: Reader, encoder: Path) -> None:
    reader.open(encoder, "#step=3&dir=backward&level=op")
    paths = model("encoder-layer").stepper().paths
    assert follow(reader, f"#step={paths[5]}") == (paths[5], "op", "forward")
    assert follow(reader, "#theme=dark") == (paths[5], "op", "forward")  # it names no step
    back = model("encoder-layer").stepper(backward=True).paths
    assert follow(reader, f"#step={back[4]}") == (back[4], "op", "backward")


def test_a_step_of_another_level_leads_to_the_same_place(reader: Reader, encoder: Path) -> None:
    reader.open(encoder)
    block, inside = "self_attention", "self_attention/output/add"
    assert follow(reader, f"#step={block}") == (block, "model", "forward")
    assert follow(reader, f"#step={block}&level=op") == (inside, "op", "forward")
    assert follow(reader, f"#step={inside}&level=sublayer") == (block, "sublayer", "forward")
    softmax = "self_attention/attention/softmax"
    _, level, direction = follow(reader, f"#step={softmax}&dir=backward")
    assert (level, direction) == ("op", "backward")
    assert f"gradient of {softmax}" in reader.page.locator(".about").inner_text()


def test_the_theme_is_in_the_address(reader: Reader, encoder: Path) -> None:
    reader.open(encoder).choose("Theme", "dark")
    shade = "getComputedStyle(document.body).backgroundColor"
    dark = reader.page.evaluate(shade)
    reader.page.reload()
    reader.page.wait_for_selector("html[data-ready]")
    assert reader.page.evaluate(shade) == dark
    assert reader.page.get_by_label("Theme").input_value() == "dark"
    reader.open(encoder, "#theme=light")
    assert reader.page.evaluate(shade) != dark
