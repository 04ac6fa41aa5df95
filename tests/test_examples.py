"""The examples run, and print what they should."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Golden
from pages import ROOT, run_command

EXAMPLES = sorted(file.stem for file in (ROOT / "examples").glob("*.py"))


@pytest.mark.parametrize("name", ["diagrams", "shape_proof", "step_by_step"])
def test_an_example_prints_what_it_should(name: str, tmp_path: Path, golden: Golden) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    golden(f"examples/{name}.txt", run_command(f"python examples/{name}.py", tmp_path))


def test_a_watched_training_is_taken_up_again(tmp_path: Path) -> None:
    file = ROOT / "examples" / "watched_training.py"
    done = subprocess.run(
        [sys.executable, str(file), "run", "--steps", "24"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[1:] == [
        "interrupted at step 12",
        "taken up at step 12, trained to step 24",
        "the same weights as without the interruption: True",
        "the loss fell: True",
        "wrote training.html",
    ]
    assert re.fullmatch(r"lr=1e4: stopped at step \d: [a-z-]+", done.stdout.splitlines()[0])
    assert done.stderr.splitlines()[-1].startswith("step 24/24  loss ")
    assert "default-src 'none'" in (tmp_path / "run" / "training.html").read_text("utf-8")


def test_diagrams_writes_what_it_names(tmp_path: Path) -> None:
    printed = run_command(
        f"{sys.executable} {ROOT / 'examples' / 'diagrams.py'} new/here", tmp_path
    )
    written = {file.name for file in (tmp_path / "new" / "here").iterdir()}
    assert written == {line.split()[0] for line in printed.splitlines()}
    assert {Path(name).suffix for name in written} == {".svg", ".png", ".dot"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_example_is_left_untested(name: str) -> None:
    tests = "".join(file.read_text("utf-8") for file in Path(__file__).parent.glob("test_*.py"))
    assert name in tests
