"""Benchmarks: the right numbers, the documented form, and the page that shows them. No times."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = ROOT / "benchmarks"
SPREAD = {"median", "q1", "q3"}


@pytest.fixture(autouse=True)
def _on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))


def quick(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCHMARKS / "run.py"), "--quick", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def test_the_page_shows_the_results() -> None:
    table = import_module("table")
    page = table.PAGE.read_text(encoding="utf-8")
    results = json.loads(table.RESULTS.read_text(encoding="utf-8"))
    assert page == table.inserted(page, table.tables(results))


def test_the_results_are_of_a_whole_run_at_the_promised_sizes() -> None:
    results = json.loads((BENCHMARKS / "results.json").read_text(encoding="utf-8"))
    check_form(results)
    assert results["sizes"] == {"B": 8, "T": 128, "d_model": 512, "h": 8, "d_ff": 2048}
    assert results["absent"] == []
    assert set(results["layer"]) == set(import_module("contestants").ENTRIES)
    assert set(results["build"]) == {"6", "24", "96"}
    assert results["versions"]["torch"].split("+")[0] == "2.13.0"


def test_quick_runs_and_writes_the_documented_form(tmp_path: Path) -> None:
    out = tmp_path / "quick.json"
    before = [file.read_bytes() for file in watched()]
    done = quick("--only", "numpy", "cutaway", "--out", str(out))
    assert done.returncode == 0, done.stderr
    results = json.loads(out.read_text(encoding="utf-8"))
    check_form(results)
    assert set(results["layer"]) == {"numpy", "cutaway"}
    assert import_module("table").tables(results) in done.stdout
    assert list(tmp_path.iterdir()) == [out]
    assert [file.read_bytes() for file in watched()] == before


def test_quick_without_out_writes_nothing() -> None:
    before = [file.read_bytes() for file in watched()]
    done = quick("--only", "cutaway")
    assert done.returncode == 0, done.stderr
    assert "nothing was written" in done.stderr
    assert [file.read_bytes() for file in watched()] == before


def test_a_contestant_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = import_module("contestants").ENTRIES["mygrad"]
    missing = {"mygrad": type(entry)(entry.module, "no_such_library", ())}
    run, contest = import_module("run"), import_module("contest")
    monkeypatch.setattr(contest, "ENTRIES", {**contest.ENTRIES, **missing})
    results = run.measure(["numpy", "mygrad"], threads=1, rounds=1, quick=True)
    assert results["absent"] == ["mygrad"]
    assert set(results["layer"]) == {"numpy"}
    assert "| MyGrad | not installed |" in import_module("table").tables(results)


def test_by_hand_and_cutaway_agree_in_float64() -> None:
    contest, problem = import_module("contest"), import_module("problem")
    sizes = problem.Sizes(B=2, T=5, d_model=12, h=3, d_ff=7)
    player = contest.prepare("cutaway", problem.make(sizes, "float64"))
    reference = contest.Reference(sizes)
    assert reference.check("cutaway", player, "float64") < 1e-12
    assert sum(key.startswith("gradient ") for key in reference.found) == 16


def test_by_hand_agrees_with_differences() -> None:
    """The yardstick itself, against the loss it claims to differentiate."""
    contest, problem = import_module("contest"), import_module("problem")
    sizes = problem.Sizes(B=2, T=3, d_model=4, h=2, d_ff=5)
    given = problem.make(sizes, "float64")

    def loss() -> float:
        return float(np.mean(np.square(contest.prepare("numpy", given).forward() - given.target)))

    _, grads = contest.prepare("numpy", given).step()
    random = np.random.default_rng(1)
    for name, array in given.weights.items():
        way, still = random.standard_normal(array.shape), array.copy()
        sides = []
        for distance in (1e-5, -1e-5):
            array[...] = still + distance * way
            sides.append(loss())
        array[...] = still
        assert (sides[0] - sides[1]) / 2e-5 == pytest.approx(
            float(np.sum(grads[name] * way)), rel=1e-6, abs=1e-9
        )


@pytest.mark.parametrize("change", ["value", "precision", "missing"])
def test_a_wrong_result_stops_the_run(change: str) -> None:
    contest, problem = import_module("contest"), import_module("problem")
    sizes = problem.Sizes(B=1, T=3, d_model=4, h=2, d_ff=5)
    player = contest.prepare("numpy", problem.make(sizes))

    class Wrong:
        forward, weights = staticmethod(player.forward), staticmethod(player.weights)

        def step(self) -> tuple[Any, dict[str, Any]]:
            loss, grads = player.step()
            name = "feed_forward/up/bias"
            if change == "missing":
                del grads[name]
            else:
                grads[name] = grads[name] * 1.01 if change == "value" else grads[name].astype("f8")
            return loss, grads

    with pytest.raises(contest.WrongResultError, match="feed_forward/up/bias"):
        contest.Reference(sizes).check("wrong", Wrong())


def watched() -> list[Path]:
    return [BENCHMARKS / "results.json", ROOT / "docs" / "performance.md"]


def check_form(results: dict[str, Any]) -> None:
    assert set(results) == {
        *("date", "machine", "versions", "threads", "rounds", "sizes"),
        *("absent", "layer", "build", "draw"),
    }
    for row in results["layer"].values():
        assert set(row) == {"forward", "step", "error"}
        assert 0 <= row["error"] < 1e-4
        check_spread(row["forward"])
        check_spread(row["step"])
    for row in results["build"].values():
        check_spread({key: row[key] for key in row if key != "nodes"})
    for row in results["draw"]:
        check_spread({key: row[key] for key in row if key not in ("layers", "level")})


def check_spread(times: dict[str, float]) -> None:
    assert set(times) == SPREAD
    assert 0 < times["q1"] <= times["median"] <= times["q3"]
