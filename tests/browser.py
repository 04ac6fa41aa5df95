"""Pages driven in Chromium, headless: what a reader does, and what he sees."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import cutaway as ca

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

Values = npt.NDArray[Any]


@contextmanager
def chromium() -> Iterator["Browser"]:
    """Start the browser; without a sandbox of its own, since tests may run as root."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    assert program, "tests in a browser need chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


class Reader:
    """A reader of one page; at the end, nothing went wrong on it and nothing left it."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.troubles: list[str] = []
        page.on("console", lambda message: self.troubles.append(message.text))
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("dialog", lambda dialog: self.troubles.append(dialog.message))
        page.on("request", self._asked)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith("file:"):
            self.troubles.append(request.url)

    def open(self, file: Path, link: str = "") -> "Reader":
        """Open a page, or go to a step by its link."""
        self.page.goto(f"{file.as_uri()}{link}")
        self.page.wait_for_selector("html[data-ready]")
        return self

    def until(self, seen: Callable[[], bool]) -> "Reader":
        """Wait, at most ten seconds, until something is seen.

        Asked from outside: what Playwright itself waits for is evaluated in the page, and the
        page's policy forbids that.
        """
        for _ in range(500):
            if seen():
                return self
            self.page.wait_for_timeout(20)
        raise AssertionError("not seen within ten seconds")

    def settled(self) -> "Reader":
        """Wait until the page has drawn what was asked of it so far."""
        self.page.evaluate(
            "() => new Promise(done => setTimeout(() =>"
            " requestAnimationFrame(() => requestAnimationFrame(done)), 50))"
        )
        return self

    def button(self, name: str) -> "Locator":
        return self.page.get_by_role("button", name=name, exact=True)

    def press(self, *names: str) -> "Reader":
        for name in names:
            self.button(name).click()
        return self

    def choose(self, name: str, value: str) -> "Reader":
        self.page.get_by_label(name, exact=True).select_option(value)
        return self

    def goto(self, index: int) -> "Reader":
        self.page.get_by_label("Position", exact=True).fill(str(index))
        return self

    @property
    def path(self) -> str:
        return self.page.get_by_test_id("current-path").inner_text()

    @property
    def json(self) -> "Locator":
        """The current value as text."""
        return self.page.get_by_test_id("current-value")

    @property
    def value(self) -> Values:
        """The current value; the page writes what JSON has no number for as text."""
        text = self.json.text_content()
        assert text is not None
        return np.array(json.loads(text)).astype(float)

    @property
    def status(self) -> str:
        return self.page.get_by_role("status").inner_text()

    @property
    def grid(self) -> "Locator":
        """The output."""
        return self.page.locator(".panel [role=grid]").first

    def cell(self, row: int, column: int) -> "Reader":
        """Choose a cell of the output by keyboard."""
        self.grid.focus()
        keyboard = self.page.keyboard
        for key in ("ArrowLeft", *["ArrowUp"] * 50, "Home", *["ArrowDown"] * row):
            keyboard.press(key)
        for _ in range(column):
            keyboard.press("ArrowRight")
        return self

    def set(self, value: float | str) -> "Reader":
        """Put a value into the chosen cell."""
        self.page.locator("#new-value").fill(str(value))
        return self.press("Set")

    def violations(self) -> list[str]:
        """Return what axe finds against WCAG 2.2 AA."""
        source = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
        self.page.evaluate(source)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = self.page.evaluate(
            "tags => axe.run(document, {runOnly: tags}).then(found => found.violations)", tags
        )
        return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def expected(stepper: ca.Stepper, index: int) -> Values:
    """Return the value of a step as numbers."""
    return np.asarray(stepper.goto(index).value).astype(float)
