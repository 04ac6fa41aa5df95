"""What the pages say is what happens: their code runs, and prints what they show."""

import ast
import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import gallery
import pytest
from pages import ROOT, blocks, run_page, unfenced

import cutaway as ca

README, DOCS = ROOT / "README.md", ROOT / "docs"
PAGES = [README, ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]
FOLLOWED = {"add-an-op.md"}  # step by step, by a test of its own below
CHINESE = sorted(DOCS.glob("*.zh.md"))
OF_ITS_OWN = {"comparing.zh.md", "debugging.zh.md", "stepping.zh.md"}  # print what others don't
EXEMPT = {
    "pip install . && cutaway tour": ".ci/run reads it from the README and runs it",
    "pip install -e '.[test]' && pytest": ".ci/run reads it from the README and runs it",
    "pip install -e '.[docs]' && sphinx-build -W --keep-going -q docs build/site": (
        ".ci/run reads it from CONTRIBUTING.md and runs it"
    ),
    "pip install -e '.[dev]'": ".ci/run runs it",
    "bash .ci/run": "runs these tests",
    "pytest": "runs these tests",
    "pre-commit install": "changes the checkout's git hooks",
    "cutaway figure all --out docs/images/figures": "writes into the checkout; the page's own code",
    "cutaway figure all --lang zh --out docs/images/figures": "the same in Chinese",
    "cutaway step translator": "tests/test_terminal_process.py opens it in a terminal",
    "pip install -e '.[bench]'": "installs other frameworks",
    "cutaway compare model.py:build model.py:build --params old.safetensors "
    "--params-b new.safetensors": "tests/test_cli_compare.py does the same",
    "python benchmarks/run.py": "takes minutes; tests/test_benchmarks.py runs it with --quick",
    "python benchmarks/draw.py": "takes minutes; tests/test_benchmarks.py runs it with --quick",
    "python benchmarks/shapes.py": "takes minutes; tests/test_benchmarks.py runs it with --quick",
}


@pytest.mark.parametrize("page", [p for p in PAGES if p.name not in FOLLOWED], ids=lambda p: p.name)
def test_a_page_shows_what_its_blocks_print_and_draw(
    page: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    rewrite = request.config.getoption("--rewrite-goldens")
    if page in CHINESE and page.name not in OF_ITS_OWN and not rewrite:
        assert shown(page) == translated(english(page), page)  # which another run of this tests
        return
    if rewrite:
        for time in ("first", "second"):  # longer output moves the lines that messages name
            page.write_text(run_page(page, tmp_path / time), "utf-8")
    assert page.read_text("utf-8") == run_page(page, tmp_path / "page")
    for picture in {*pictures(page), *pictures(chinese(page))}:
        drawn = tmp_path / "page" / picture.name
        if rewrite:
            shutil.copy(drawn, picture)
        assert picture.read_bytes() == drawn.read_bytes()


def english(page: Path) -> Path:
    return page.with_name(page.name.replace(".zh", ""))


def chinese(page: Path) -> Path:
    """Return the page in Chinese; the page itself, if there is none."""
    other = page.with_suffix(".zh.md")
    return other if other in CHINESE else page


def shown(page: Path) -> list[list[str]]:
    """Return the lines of a page's blocks: code and output."""
    return [block.lines for block in blocks(page.read_text("utf-8"))]


def translated(page: Path, other: Path) -> list[list[str]]:
    """Return those of a page as another in the same code has them: messages name its lines."""
    places = [[block.begin for block in blocks(p.read_text("utf-8"))] for p in (page, other)]

    def named(found: re.Match[str]) -> str:
        line = int(found[1])
        begin, moved = max(pair for pair in zip(*places, strict=True) if pair[0] < line)
        return f"{other.name}:{line - begin + moved}"

    reference = re.compile(rf"\b{re.escape(page.name)}:(\d+)")
    return [[reference.sub(named, line) for line in lines] for lines in shown(page)]


def pictures(page: Path) -> list[Path]:
    """Return the pictures that a page shows."""
    found = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.read_text("utf-8"))
    return [page.parent / path for path in found]


def test_pictures_are_few_and_all_are_shown() -> None:
    files = {file.resolve() for file in (DOCS / "images").rglob("*") if file.is_file()}
    assert files == {picture.resolve() for page in PAGES for picture in pictures(page)}
    assert sum(file.stat().st_size for file in files) < 2_500_000


def test_the_gallerys_page_shows_what_the_tests_have() -> None:
    known = {name.partition("/")[2]: snippet for name, snippet in gallery.snippets().items()}
    page = (DOCS / "gallery.md").read_text("utf-8")  # the Chinese one has the same code
    code = ast.parse("\n".join(b.code for b in blocks(page) if b.language == "python"))
    mistakes = [n for n in code.body if isinstance(n, ast.FunctionDef) and n.name != "check"]
    assert 8 <= len(mistakes) <= 14
    for mistake in mistakes:
        (same,) = ast.parse(inspect.getsource(known[mistake.name])).body
        assert ast.dump(mistake) == ast.dump(same)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_command_is_shown_that_nothing_runs(page: Path) -> None:
    text = page.read_text("utf-8")
    lines = unfenced(text)
    for block in blocks(text):
        if block.language not in ("python", "console", "text") and block.language[:1] != "{":
            lines += block.lines
    followed = re.findall(r"^pytest tests/.*$", text, re.M) if page.name in FOLLOWED else []
    assert {line.partition("  #")[0].strip() for line in lines} - {""} <= {*EXEMPT, *followed}


@pytest.mark.parametrize("page", CHINESE, ids=lambda page: page.name)
def test_a_page_has_the_same_code_in_both_languages(page: Path) -> None:
    one, other = (
        [(block.language, block.code) for block in blocks(each.read_text("utf-8")) if block.code]
        for each in (english(page), page)
    )
    assert len(one) >= 4
    assert one == other


def test_the_reference_has_a_page_for_every_module_and_a_row_for_every_name() -> None:
    front = (DOCS / "reference" / "cutaway.rst").read_text("utf-8")
    rows = re.findall(r"^   ~(\w+)\.(\w+)$", front, re.M)
    modules = {name for name in ca.__all__ if isinstance(getattr(ca, name), ModuleType)}
    assert sorted(name for _, name in rows) == sorted({*ca.__all__} - modules)
    assert all(name in getattr(ca, module).__all__ for module, name in rows)
    for module in modules:
        page = (DOCS / "reference" / f"{module}.rst").read_text("utf-8")
        assert f".. public:: cutaway.{module}" in page


def test_the_readme_has_exactly_the_two_commands() -> None:
    text = README.read_text("utf-8")
    assert re.findall(r"^pip install .*$", text, re.M) == [
        "pip install . && cutaway tour",
        "pip install -e '.[test]' && pytest",
    ]


def test_the_page_on_adding_an_op_followed_literally(tmp_path: Path) -> None:
    page = ROOT / "docs" / "add-an-op.md"
    found = blocks(page.read_text("utf-8"))
    op, export, row = (block.code for block in found if block.language == "python")
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
