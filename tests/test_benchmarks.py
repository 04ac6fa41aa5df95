"""Benchmarks: the right numbers, the documented form, and the page that shows them. No times."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cutaway as ca
from cutaway.graph import show_shape

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = ROOT / "benchmarks"
WRITTEN = (
    *(BENCHMARKS / name for name in ("results.json", "shapes.json", "draw.json")),
    ROOT / "docs" / "performance.md",
)
SPREAD = {"median", "q1", "q3"}


@pytest.fixture(autouse=True)
def _on_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a test import what stands in benchmarks/, under its short names."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield
    for name in sys.modules.keys() - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(BENCHMARKS)):
            del sys.modules[name]


def run(*options: str, script: str = "run.py") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCHMARKS / script), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def test_the_page_shows_the_results() -> None:
    table, shapes = import_module("table"), import_module("shapes_table")
    page = table.PAGE.read_text(encoding="utf-8")
    results = json.loads(table.RESULTS.read_text(encoding="utf-8"))
    assert page == table.inserted(page, table.tables(results))
    proofs = json.loads(shapes.RESULTS.read_text(encoding="utf-8"))
    assert page == table.inserted(page, shapes.tables(proofs), shapes.NAME)
    draw = import_module("draw_table")
    pictures = json.loads(draw.RESULTS.read_text(encoding="utf-8"))
    assert page == table.inserted(page, draw.tables(pictures), draw.NAME)


def test_the_results_are_of_a_whole_run_at_the_promised_sizes() -> None:
    results = json.loads(WRITTEN[0].read_text(encoding="utf-8"))
    check_form(results)
    assert results["sizes"] == {"B": 8, "T": 128, "d_model": 512, "h": 8, "d_ff": 2048}
    assert results["absent"] == []
    assert list(results["layer"]) == list(import_module("contestants").ENTRIES)
    assert list(results["build"]) == ["6", "24", "96"]
    assert {row["level"] for row in results["draw"]} == set(import_module("structure").LEVELS)
    assert results["versions"]["torch"].split("+")[0] == "2.13.0"


def test_quick_runs_and_writes_the_documented_form(tmp_path: Path) -> None:
    out = tmp_path / "quick.json"
    before = [file.read_bytes() for file in WRITTEN]
    done = run("--quick", "--only", "cutaway", "numpy", "--out", str(out))
    assert done.returncode == 0, done.stderr
    results = json.loads(out.read_text(encoding="utf-8"))
    check_form(results)
    assert list(results["layer"]) == ["numpy", "cutaway"]
    assert import_module("table").tables(results) in done.stdout
    assert list(tmp_path.iterdir()) == [out]
    assert [file.read_bytes() for file in WRITTEN] == before


def test_a_part_writes_nothing_unless_told_where() -> None:
    before = [file.read_bytes() for file in WRITTEN]
    done = run("--quick", "--only", "cutaway")
    assert done.returncode == 0, done.stderr
    assert "nothing was written" in done.stderr
    assert [file.read_bytes() for file in WRITTEN] == before


@pytest.mark.parametrize("script", ["run.py", "shapes.py", "draw.py"])
@pytest.mark.parametrize("options", [("--rounds", "0"), ("--threads", "-1"), ("--only", "caffe")])
def test_options_that_mean_nothing_are_refused(options: tuple[str, ...], script: str) -> None:
    done = run(*options, script=script)
    assert (done.returncode, done.stdout) == (2, "")
    assert options[0].strip("-") in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("names", [["numpy", "mygrad"], ["mygrad"]])
def test_a_contestant_that_is_not_installed_is_named(
    names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = import_module("contestants").ENTRIES
    missing = replace(entries["mygrad"], libraries=("no_such_library",))
    monkeypatch.setitem(entries, "mygrad", missing)
    results = import_module("run").measure(names, threads=os.cpu_count(), rounds=1, quick=True)
    assert results["absent"] == ["mygrad"]
    assert list(results["layer"]) == names[:-1]
    assert "| MyGrad | not installed |" in import_module("table").tables(results)


def test_a_library_with_more_threads_stops_the_run() -> None:
    threads = import_module("threads")
    with pytest.raises(threads.ThreadsError, match="threads"):
        threads.pools(0)


def test_turns_are_taken_in_rounds_that_begin_one_later() -> None:
    calls: list[str] = []
    timed = {name: lambda name=name: calls.append(name) for name in "abc"}
    found = import_module("timing").take_turns(timed, rounds=2, warm_up=1)
    assert "".join(calls) == "abc" + "bca" + "cab"
    assert {name: len(times) for name, times in found.items()} == {"a": 2, "b": 2, "c": 2}


def test_spread_and_ratio() -> None:
    timing = import_module("timing")
    found = timing.spread([4.0, 1.0, 2.0, 5.0, 3.0])
    assert found == {"median": 3.0, "q1": 2.0, "q3": 4.0}
    assert timing.ratio([2.0, 30.0, 5.0], [1.0, 10.0, 5.0]) == 2.0


@pytest.mark.parametrize("name", ["cutaway", "autograd", "mygrad", "torch", "jax"])
def test_contestants_compute_what_the_yardstick_does(name: str) -> None:
    contestants, contest = import_module("contestants"), import_module("contest")
    entry = contestants.ENTRIES[name]
    if not entry.installed:
        pytest.skip(f"{entry.libraries[0]} is not installed: pip install -e '.[bench]'")
    problem = import_module("problem")
    sizes = problem.Sizes(B=2, T=5, d_model=12, h=3, d_ff=7)
    reference = contest.Reference(sizes)
    assert sum(key.startswith("gradient ") for key in reference.found) == 16
    assert 0 < reference.check(name, entry.prepare(problem.make(sizes))) <= 1e-4
    if name == "cutaway":
        player = entry.prepare(problem.make(sizes, "float64"))
        assert reference.check(name, player, "float64") < 1e-12


def test_the_yardstick_agrees_with_differences() -> None:
    """Its gradients, against the loss it claims to differentiate."""
    entry, problem = import_module("contestants").ENTRIES["numpy"], import_module("problem")
    given = problem.make(problem.Sizes(B=2, T=3, d_model=4, h=2, d_ff=5), "float64")

    def loss() -> float:
        return float(np.mean(np.square(entry.prepare(given).forward() - given.target)))

    _, grads = entry.prepare(given).step()
    random = np.random.default_rng(1)
    for name, array in given.weights.items():
        way, still = random.standard_normal(array.shape), array.copy()
        sides = []
        for distance in (1e-5, -1e-5):
            array[...] = still + distance * way
            sides.append(loss())
        array[...] = still
        slope = float(np.sum(grads[name] * way))
        assert (sides[0] - sides[1]) / 2e-5 == pytest.approx(slope, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("change", ["value", "precision", "missing"])
def test_a_wrong_result_stops_the_run(change: str) -> None:
    contest, problem = import_module("contest"), import_module("problem")
    sizes = problem.Sizes(B=1, T=3, d_model=4, h=2, d_ff=5)
    player = import_module("contestants").ENTRIES["numpy"].prepare(problem.make(sizes))

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


def test_the_proofs_are_of_a_whole_run_and_cost_is_linear_in_layers() -> None:
    results = json.loads(WRITTEN[1].read_text(encoding="utf-8"))
    check_form_of_proofs(results)
    assert results["absent"] == []
    assert results["versions"]["torch"].split("+")[0] == "2.13.0"
    decoder = results["decoder"]["depths"]
    assert list(decoder) == ["12", "24", "48", "96"]
    assert {row["contract"] for row in decoder.values()} == {"valid iff H | D and T <= 2048"}
    for growth in results["decoder"]["growth"].values():
        assert growth["proof"] < 1.2 * decoder["96"]["nodes"] / decoder["12"]["nodes"]
    assert {row["tool"] for row in results["layer"]} == {"cutaway", "torch", "jax"}


@pytest.mark.slow
def test_quick_proofs_run_without_extras_and_have_the_documented_form(tmp_path: Path) -> None:
    out = tmp_path / "quick.json"
    before = [file.read_bytes() for file in WRITTEN]
    done = run("--quick", "--only", "cutaway", "--out", str(out), script="shapes.py")
    assert done.returncode == 0, done.stderr
    results = json.loads(out.read_text(encoding="utf-8"))
    check_form_of_proofs(results)
    assert list(results["decoder"]["depths"]) == ["1", "2"]
    assert import_module("shapes_table").tables(results) in done.stdout
    assert list(tmp_path.iterdir()) == [out]
    assert [file.read_bytes() for file in WRITTEN] == before


def test_a_tool_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    tools = import_module("provers").TOOLS
    monkeypatch.setitem(tools, "jax", replace(tools["jax"], libraries=("no_such_library",)))
    shapes = import_module("shapes")
    results = shapes.measure(["cutaway", "jax"], threads=os.cpu_count(), rounds=1, quick=True)
    assert results["absent"] == ["jax"]
    assert "| jax.export | not installed |" in import_module("shapes_table").tables(results)


@pytest.mark.parametrize("tied", [True, False])
def test_the_decoder_is_proved_for_all_sizes(tied: bool) -> None:
    contract, times = import_module("decoder").stages(2, tied)
    assert str(contract) == "valid iff H | D and T <= 2048"
    assert contract.counterexample == {"B": 1, "D": 1, "H": 2, "T": 1, "V": 1}
    (logits,) = contract.graph.outputs
    assert show_shape(logits.shape) == "(B, T, V)"
    assert all(time > 0 for time in times.values())


def test_cutaway_finds_every_mistake_and_states_the_condition() -> None:
    """With the exact condition, or the code of the warning, and the line."""
    mistakes, tools = import_module("mistakes"), import_module("provers").TOOLS
    for mistake in mistakes.MISTAKES:
        answer = tools["cutaway"].judge(mistake)
        assert (answer.verdict == "found") is bool(mistake.holds), answer
        assert answer.line is bool(mistake.holds)
        if mistake.silent:
            assert answer.short.startswith(f"{mistake.holds}: ")
        elif mistake.holds:
            inputs = [ca.input(f"x{n}", shape) for n, shape in enumerate(mistake.inputs)]
            words = import_module("provers.cutaway_verify").Words
            assert str(ca.verify(mistake.code(words, *inputs))) == f"valid iff {mistake.holds}"


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_mistakes_run_at_their_examples_and_all_prove_the_same_layer(name: str) -> None:
    tools, mistakes = import_module("provers").TOOLS, import_module("mistakes").MISTAKES
    if not tools[name].installed:
        pytest.skip(f"{name} is not installed: pip install -e '.[bench]'")
    module = import_module(f"provers.{tools[name].place}")
    zeros = import_module(name if name == "torch" else "jax.numpy").zeros
    for mistake in mistakes:
        mistake.code(module.Words, *map(zeros, mistake.shapes))
    problem, contest = import_module("problem"), import_module("contestants").ENTRIES["numpy"]
    given = problem.make(problem.Sizes(B=2, T=5, d_model=12, h=3, d_ff=7), "float32")
    expected = contest.prepare(given).forward()
    assert np.allclose(module.compute(given), expected, rtol=1e-4, atol=1e-4)


def test_the_pictures_are_of_a_whole_run_and_keep_what_is_promised() -> None:
    results = json.loads(WRITTEN[2].read_text(encoding="utf-8"))
    check_form_of_pictures(results)
    assert results["absent"] == []
    assert results["layers"] == 96
    rows = {(row["tool"], row["way"]): row for row in results["encoder"]}
    for level, how in product(("model", "layer", "sublayer"), ("", ", no scopes")):
        row = rows["cutaway", level + how]
        assert row["boxes"] <= 10
        assert row["own"]["median"] < 0.1
    assert all(row["same"] for row in results["encoder"] if row["tool"] == "cutaway")
    *folded, every = results["deep"]
    for row in folded[:3]:
        assert row["own"]["median"] + row["layout"]["median"] < 1
        assert max(row["width"], row["height"]) < 1080
    assert every["boxes"] > 3000


def test_quick_pictures_run_without_extras_and_have_the_documented_form(tmp_path: Path) -> None:
    out = tmp_path / "quick.json"
    before = [file.read_bytes() for file in WRITTEN]
    done = run("--quick", "--only", "cutaway", "--out", str(out), script="draw.py")
    assert done.returncode == 0, done.stderr
    results = json.loads(out.read_text(encoding="utf-8"))
    check_form_of_pictures(results)
    assert results["layers"] == 2
    assert import_module("draw_table").tables(results) in done.stdout
    assert list(tmp_path.iterdir()) == [out]
    assert [file.read_bytes() for file in WRITTEN] == before


def test_a_drawer_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    drawers = import_module("drawers").DRAWERS
    monkeypatch.setitem(drawers, "torchviz", replace(drawers["torchviz"], libraries=("no_such",)))
    draw = import_module("draw")
    results = draw.measure(["cutaway", "torchviz"], threads=1, rounds=1, quick=True)
    assert results["absent"] == ["torchviz"]
    assert "| torchviz | not installed |" in import_module("draw_table").tables(results)


def check_form_of_pictures(results: dict[str, Any]) -> None:
    assert set(results) == {
        *("date", "machine", "versions", "threads", "rounds", "load", "absent"),
        *("encoder", "layers", "deep"),
    }
    looks = {"tool", "way", "boxes", "bytes", "width", "height"}
    *folded, every = results["deep"]
    for row in (*results["encoder"], *folded):
        assert set(row) - {"ratio"} == {*looks, "same", "own", "layout"}
        check_spread(row["own"])
        check_spread(row["layout"])
    assert set(every) == {*looks, "once"}
    assert set(every["once"]) == {"own", "layout"}


def check_form_of_proofs(results: dict[str, Any]) -> None:
    assert set(results) == {
        *("date", "machine", "versions", "pools", "threads", "rounds", "load"),
        *("absent", "decoder", "layer", "mistakes"),
    }
    parts = {*import_module("decoder").STAGES, "proof"}
    assert set(results["decoder"]) == {"depths", "growth"}
    for row in results["decoder"]["depths"].values():
        assert set(row) == {"nodes", "contract", "counterexample", "again", "first"}
        assert (set(row["again"]), set(row["first"])) == (parts, {*parts, "script"})
        for times in (*row["again"].values(), *row["first"].values()):
            check_spread(times)
    for row in results["layer"]:
        assert set(row) == {"tool", "way", "states", "first", "ratio", *SPREAD}
        check_spread({key: row[key] for key in SPREAD})
    for row in results["mistakes"]:
        assert set(row) == {"title", "holds", "silent", "answers"}
        for answer in row["answers"].values():
            assert set(answer) == {"verdict", "says", "short", "line"}


def check_form(results: dict[str, Any]) -> None:
    assert set(results) == {
        *("date", "machine", "versions", "pools", "threads", "rounds", "sizes"),
        *("absent", "layer", "kernels", "build", "draw"),
    }
    for row in results["layer"].values():
        assert set(row) == {"forward", "step", "error"}
        assert 0 <= row["error"] < 1e-4
        for part in ("forward", "step"):
            times = dict(row[part])
            assert times.pop("ratio") > 0
            check_spread(times)
    shares = results["kernels"].values()
    assert "MatMul" in results["kernels"]
    assert all(share > 0 for share in shares)
    assert sum(shares) < 1
    for row in results["build"].values():
        assert set(row) == {"nodes", "again", "script"}
        check_spread(row["again"])
        check_spread(row["script"])
    for row in results["draw"]:
        check_spread({key: row[key] for key in row if key not in ("layers", "level")})


def check_spread(times: dict[str, float]) -> None:
    assert set(times) == SPREAD
    assert 0 < times["q1"] <= times["median"] <= times["q3"]
