"""The translator's page in a browser: every step at every width, by name and quickly."""

from pathlib import Path

import pytest
from browser import Reader

import cutaway as ca
from cutaway.models.translator import EXAMPLE, load

pytestmark = pytest.mark.browser
LEVELS = ("model", "layer", "sublayer", "op", "primitive", "token")
BUTTONS = ("Next step", "Previous step", "Step over", "Step into", "Step out", "Play")
CHOICES = ("Level", "Direction", "Language", "Theme")

# Goes to one step after the other. Returns how many there are, and where the page scrolls sideways,
# or something on it does that no key reaches.
WALK = """async (every) => {
    const slider = document.getElementById("position"), count = Number(slider.max) + 1;
    const page = document.documentElement, found = [];
    const reached = "[tabindex='0'], button, select";
    for (let place = 0; place < count; place += every) {
        slider.value = place;
        slider.dispatchEvent(new Event("input"));
        await new Promise((done) => setTimeout(done));
        const path = document.querySelector("[data-testid=current-path]").textContent;
        if (page.scrollWidth > page.clientWidth) found.push(`${path}: ${page.scrollWidth}`);
        for (const part of document.querySelectorAll("main *")) {
            if (part.scrollWidth <= part.clientWidth + 1) continue;
            const scrolls = ["auto", "scroll"].includes(getComputedStyle(part).overflowX);
            if (scrolls && part.tabIndex < 0 && !part.querySelector(reached)) {
                found.push(`${path}: ${part.className}`);
            }
        }
    }
    return [count, found];
}"""


@pytest.fixture(scope="module")
def translator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = load()
    feeds, words = found.reading(EXAMPLE)
    stepper = ca.Stepper(found.graph, feeds, found.params, words=words)
    return stepper.page(tmp_path_factory.mktemp("page") / "translator.html")


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize(("width", "every"), [(360, 1), (768, 9), (1440, 7)])
def test_no_step_scrolls_the_page_sideways(
    width: int, every: int, direction: str, reader: Reader, translator: Path
) -> None:
    reader.page.set_viewport_size({"width": width, "height": 800})
    reader.open(translator)
    for level in LEVELS:
        reader.open(translator, f"#level={level}&dir={direction}&step=0")
        stride = {"primitive": 3 * every, "token": 20 * every}.get(level, every)
        count, wide = reader.page.evaluate(WALK, stride)
        assert count > 1
        assert wide == []


def test_heatmaps_are_laid_out_anew_when_the_room_changes(reader: Reader, translator: Path) -> None:
    reader.open(translator, "#step=encoder/layer.0&level=layer")

    def width() -> int:
        return int(reader.grid.locator("canvas").evaluate("canvas => canvas.clientWidth"))

    wide = width()
    assert wide > 345
    reader.page.set_viewport_size({"width": 360, "height": 800})
    reader.until(lambda: width() < 345)
    reader.page.set_viewport_size({"width": 1440, "height": 900})
    reader.until(lambda: width() == wide)


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("level", LEVELS)
def test_no_other_thing_has_the_name_of_a_control(
    level: str, direction: str, reader: Reader, translator: Path
) -> None:
    reader.open(translator, f"#level={level}&dir={direction}&step=0")
    reader.cell(0, 0)
    for name in BUTTONS:
        assert reader.page.get_by_role("button", name=name).count() == 1, name
    for name in CHOICES:
        assert reader.page.get_by_role("combobox", name=name).count() == 1, name
    assert reader.page.get_by_role("slider", name="Position").count() == 1
    for name in (*BUTTONS, *CHOICES, "Position"):
        assert reader.page.get_by_label(name).count() == 1, name


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("level", LEVELS)
def test_the_list_follows_the_step(
    level: str, direction: str, reader: Reader, translator: Path
) -> None:
    reader.open(translator, f"#level={level}&dir={direction}&step=0")
    count = int(reader.page.locator("#position").get_attribute("max") or 0) + 1
    for place in (count - 1, count // 2, 0, count // 3):
        reader.goto(place)
        row = reader.page.locator(".list [aria-current]")
        assert row.count() == 1
        box, around = row.bounding_box(), reader.page.locator(".list").bounding_box()
        assert box is not None
        assert around is not None
        assert around["y"] <= box["y"] <= around["y"] + around["height"] - box["height"] + 1
        assert reader.page.evaluate("scrollY") == 0


def test_the_translators_page_is_small_and_quick(reader: Reader, translator: Path) -> None:
    assert translator.stat().st_size < 2_000_000
    reader.open(translator)
    assert int(reader.page.locator("html").get_attribute("data-ready") or "9999") < 1000
    times = reader.page.evaluate(
        """async () => {
            const next = document.querySelector("[aria-label='Next step']"), found = [];
            for (let n = 0; n < 100; n++) {
                const begun = performance.now();
                next.click();
                await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
                found.push(performance.now() - begun);
            }
            return found.sort((a, b) => a - b);
        }"""
    )
    assert times[50] < 50
