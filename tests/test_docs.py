"""What the pages say is what happens: their code runs, and prints what they show."""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    """The fenced code of a page, by language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.S | re.M)


def test_the_readmes_example_prints_what_its_comments_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = blocks(ROOT / "README.md", "python")
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})
    expected = re.findall(r"^print\(.*\)  # (.*)$", code, re.M)
    assert expected
    assert printed.getvalue().splitlines() == expected
    assert (tmp_path / "attention.svg").read_text("utf-8").startswith("<svg")


def test_the_readme_has_exactly_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert re.findall(r"^pip install .*$", text, re.M) == [
        "pip install . && cutaway tour",
        "pip install -e '.[test]' && pytest",
    ]


def test_the_page_on_adding_an_op_followed_literally(tmp_path: Path) -> None:
    page = ROOT / "docs" / "add-an-op.md"
    op, export, row = blocks(page, "python")
    (command,) = re.findall(r"^pytest .*$", page.read_text("utf-8"), re.M)
    copy = tmp_path / "clone"
    for folder in ("graph", "ops", "layers", "transform", "shapes", "run", "render", "tests"):
        kept = shutil.ignore_patterns("__pycache__", "golden", "oracles")
        shutil.copytree(ROOT / folder, copy / folder, ignore=kept)
    shutil.copy(ROOT / "pyproject.toml", copy)
    package = tmp_path / "path" / "cutaway"  # `cutaway` as installed from the copy
    package.mkdir(parents=True)
    for file in (ROOT / "api").glob("*.py"):
        shutil.copy(file, package)
    for folder in ("graph", "ops", "layers", "transform", "shapes", "run", "render"):
        (package / folder).symlink_to(copy / folder)
    # the page
    (copy / "ops" / "leaky.py").write_text(op, encoding="utf-8")
    _edit(copy / "ops" / "__init__.py", "\n\nclass _Operators", f"\n{export}\n\nclass _Operators")
    tests = [*command.split()[1:], "-p", "no:cacheprovider", "-n", "0", "-q"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "path")}

    def pytest_says(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *arguments],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout

    every = ["tests/test_ops.py", "-k", "every_op", *tests[5:]]
    assert "add a row to tests/samples.py for LeakyRelu" in pytest_says(*every)
    _edit(
        copy / "tests" / "samples.py",
        "ELEMENTWISE = (\n",
        f"ELEMENTWISE = (\n    {row.rstrip()},\n",
    )
    answer = pytest_says(*every)
    assert "1 passed" in answer, answer
    report = pytest_says(*tests)
    assert re.search(r"^(\d+) passed", report, re.M), report
    assert int(re.findall(r"(\d+) passed", report)[0]) >= 10
    assert "failed" not in report


def _edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target
