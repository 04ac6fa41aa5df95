"""The keys of the page, in a browser: each does what it does in the terminal."""

from pathlib import Path

import pytest
from browser import Reader
from stepping import model

from cutaway.step.keys import KEYS

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def opened(reader: Reader, tmp_path: Path) -> Reader:
    """Open a page of blocks."""
    return reader.open(model("encoder-layer").stepper(level="sublayer").page(tmp_path / "s.html"))


def pressed(reader: Reader, *keys: str) -> str:
    """Press keys; return the address, which says where the reader is."""
    for key in keys:
        reader.page.keyboard.press(key)
    return str(reader.page.evaluate("decodeURIComponent(location.hash)"))


def test_every_key(reader: Reader) -> None:
    assert "#step=self_attention_norm&" in pressed(reader, "n")
    assert "#step=self_attention&" in pressed(reader, "p")
    assert "level=op" in pressed(reader, "i")
    assert "#step=self_attention/query/add&" in pressed(reader, "o")
    assert "#step=self_attention&level=sublayer" in pressed(reader, "u")
    assert "level=op" in pressed(reader, "l")
    assert "level=sublayer" in pressed(reader, "L")
    assert "#step=feed_forward_norm&" in pressed(reader, "G")
    pressed(reader, "b")
    assert "#step=self_attention&" in pressed(reader, "g")
    assert "#step=feed_forward_norm&" in pressed(reader, "r")
    pressed(reader, "p", "b", "n")
    assert "#step=feed_forward&" in pressed(reader, "R")
    assert "dir=backward" in pressed(reader, "d")
    assert "dir=forward" in pressed(reader, "d")
    assert "lang=zh" in pressed(reader, "z")
    assert "lang=en" in pressed(reader, "z")
    pressed(reader, "t")
    assert reader.page.get_attribute("html", "data-theme") == "dark"
    pressed(reader, "k")
    assert reader.page.evaluate("document.activeElement.id") == "select-knock-out"


def test_a_letter_in_a_field_is_a_letter(reader: Reader) -> None:
    reader.page.locator(".grid").first.focus()
    reader.page.keyboard.press("Home")
    pressed(reader, "e")
    assert reader.page.evaluate("document.activeElement.id") == "new-value"
    before = pressed(reader)
    assert pressed(reader, "n", "Control+n", "5", "Enter") == before
    reader.page.locator("h1").click()
    pressed(reader, "X")
    assert reader.page.get_by_text("Nothing is changed.").is_visible()


def test_the_list_of_keys_and_how_they_are_switched_off(reader: Reader) -> None:
    dialog = reader.page.locator("dialog")
    before = pressed(reader, "?")
    assert dialog.is_visible()
    shown = dialog.locator("dt").all_inner_texts()
    assert shown == [key.key for key in KEYS if key.page]
    assert dialog.locator("dd").all_inner_texts() == [key.title.en for key in KEYS if key.page]
    assert pressed(reader, "n") == before
    dialog.get_by_role("checkbox").uncheck()
    pressed(reader, "?")
    assert not dialog.is_visible()
    assert pressed(reader, "n") == before
    reader.button("Keys").click()
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Close").click()
    assert pressed(reader, "n") != before
