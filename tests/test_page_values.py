"""Values on the page in a browser: as JSON, in a cell, and in the colours of the theme."""

from pathlib import Path

import numpy as np
import pytest
from browser import Reader

import cutaway as ca

pytestmark = pytest.mark.browser
PIXELS = "canvas => canvas.toDataURL()"


def square(length: int, folder: Path) -> Path:
    """Write a page on which every value is a square; return it."""
    x = ca.input("x", "N M")
    numbers = np.arange(length * length, dtype=float).reshape(length, length)
    return ca.Stepper(x + 1.0, {"x": numbers}).page(folder / "square.html")


def test_json_is_whole(reader: Reader, tmp_path: Path) -> None:
    reader.open(square(256, tmp_path))
    np.testing.assert_array_equal(reader.value, np.arange(65536.0).reshape(256, 256) + 1)
    assert reader.json.get_attribute("data-sampled") is None


def test_json_of_a_longer_value_says_that_it_is_sampled(reader: Reader, tmp_path: Path) -> None:
    reader.open(square(260, tmp_path))
    found = reader.value
    assert found.shape == (256, 256)
    assert (found[0, 0], found[-1, -1]) == (1, 67600)
    assert reader.json.get_attribute("data-sampled") == f"{found.size} of 67600"


@pytest.mark.parametrize("text", ["1e400", "-1e999", "0x10", "0b1", "1_0", "1e", ".", "", "NaN"])
def test_what_is_no_number_is_refused(text: str, reader: Reader, tmp_path: Path) -> None:
    reader.open(square(3, tmp_path)).cell(0, 1).set(text)
    assert reader.page.get_by_role("alert").inner_text().startswith("This is no number")
    assert reader.value[0, 1] == 2


@pytest.mark.parametrize(
    ("text", "number"), [("1e3", 1000), ("−.5", -0.5), ("+2.", 2), ("-∞", -np.inf), ("inf", np.inf)]
)
def test_what_is_a_number_is_taken(
    text: str, number: float, reader: Reader, tmp_path: Path
) -> None:
    reader.open(square(3, tmp_path)).cell(0, 1).set(text)
    assert reader.value[0, 1] == number


def test_heatmaps_take_the_colours_of_the_theme(reader: Reader, tmp_path: Path) -> None:
    reader.open(square(3, tmp_path))
    canvas = reader.grid.locator("canvas")
    light = canvas.evaluate(PIXELS)
    reader.page.emulate_media(color_scheme="dark")
    reader.until(lambda: canvas.evaluate(PIXELS) != light)
    dark = canvas.evaluate(PIXELS)
    reader.choose("Theme", "light")
    assert canvas.evaluate(PIXELS) == light
    reader.choose("Theme", "dark")
    assert canvas.evaluate(PIXELS) == dark


def test_marks_of_changes_leave_small_cells_to_be_seen(reader: Reader, tmp_path: Path) -> None:
    reader.page.set_viewport_size({"width": 360, "height": 800})
    reader.open(square(64, tmp_path)).cell(0, 1).set(5 * 64 + 5 + 1)  # what stands at (5, 5)
    middle = """cell => {
        const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = cell;
        const canvas = cell.closest(".grid").querySelector("canvas"), copy = canvas.cloneNode();
        const pen = copy.getContext("2d", { willReadFrequently: true });
        pen.drawImage(canvas, 0, 0);
        const at = [offsetLeft + offsetWidth / 2, offsetTop + offsetHeight / 2];
        return [...pen.getImageData(...at.map((n) => n * devicePixelRatio), 1, 1).data];
    }"""
    found = []
    for row, column in ((0, 1), (5, 5)):
        reader.cell(row, column)
        found.append(reader.page.locator(".cell").first.evaluate(middle))
    assert found[0] == found[1]
    assert reader.page.locator(".panel .mark").count() == 1
