"""A report's page in a browser: any width, light and dark, readable by everybody."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import Reader, chromium
from trainings import digits, reversing

import cutaway as ca
from cutaway.run import Adam
from cutaway.training import report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a report of a small training."""
    graph = reversing()
    watch = ca.attention_entropy(graph)
    done = ca.fit(graph, digits, ca.initialize(graph), Adam(3e-3), steps=30, watch=watch)
    return report(done.history).save(tmp_path_factory.mktemp("report") / "training.html")


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_report_at_any_width(width: int, theme: str, browser: "Browser", file: Path) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)  # type: ignore[arg-type]
    reader = Reader(context.new_page())
    reader.page.goto(file.as_uri())
    charts = reader.page.locator(".charts > svg")
    assert charts.count() == 8
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= width
    scale = "svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width"
    assert min(charts.nth(n).evaluate(scale) for n in range(8)) * 11 >= 11  # pixels: a text
    assert reader.violations() == []
    before = reader.page.evaluate("getComputedStyle(document.body).backgroundColor")
    reader.press("Light / dark")
    assert reader.page.evaluate("getComputedStyle(document.body).backgroundColor") != before
    context.close()
    assert not reader.troubles
