"""Fixtures that all tests share."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from user_file import USER_FILE

if TYPE_CHECKING:
    from browser import Reader
    from playwright.sync_api import Browser

settings.register_profile("same", deadline=None, derandomize=True)
settings.load_profile("same")

GOLDEN = Path(__file__).parent / "golden"
Golden = Callable[[str, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-goldens", action="store_true", help="accept what the code gives")


@pytest.fixture
def user(tmp_path: Path) -> str:
    """Return the path of a user's file."""
    file = tmp_path / "user_model.py"
    file.write_text(USER_FILE, encoding="utf-8")
    return str(file)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare a text with a file of tests/golden, byte for byte; or rewrite that file."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        if request.config.getoption("--rewrite-goldens"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert file.read_text(encoding="utf-8") == text

    return compare


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Start a browser for the tests of a file."""
    from browser import chromium  # other tests need no page

    with chromium() as found:
        yield found


@pytest.fixture
def reader(browser: "Browser") -> "Iterator[Reader]":
    """Open a page of its own, on which nothing may go wrong."""
    from browser import Reader

    context = browser.new_context(viewport={"width": 1440, "height": 900})
    found = Reader(context.new_page())
    yield found
    context.close()
    assert not found.troubles
