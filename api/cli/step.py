"""``cutaway step``: a model step by step, as text, as JSON lines or as a page."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from cutaway.cli.inputs import Given, shown_sizes
from cutaway.cli.model import Loaded, load
from cutaway.cli.output import escaped, print_json
from cutaway.cli.sentence import spoken
from cutaway.graph import Title, save, show_shape
from cutaway.models import MODELS
from cutaway.step import Step, Stepper, fitting
from cutaway.step.options import html_file
from cutaway.step.terminal import check_terminal

WIDE = 60  # characters of a value on a line
LARGEST = 100  # numbers of a value that are all given in JSON
TOO_LONG = "it has more steps than a page can list; a shorter input has fewer"


@dataclass(frozen=True, slots=True)
class Options:
    """How a model is stepped through, as it was written on the line."""

    level: str
    axis: str
    backward: bool
    until: str
    sentence: str | None
    lang: str


def print_steps(name: str, given: Given, options: Options, as_json: bool) -> None:
    """Print each step on a line of its own."""
    model = load(name)
    stepper, _ = _stepper(model, given, options)
    for step in _steps(stepper, options.until):
        of = None if step.forward is None else model.graph.path(step.forward)
        if as_json:
            print_json(_data(step, of), indent=None)
        else:
            print(escaped(_line(step, of)))


def write_page(name: str, given: Given, options: Options, file: Path, as_json: bool) -> None:
    """Write a page that begins at the first step, or at the one that is asked for."""
    stepper, sentence = _stepper(load(name), given, options)
    if options.until:
        stepper.until(options.until)
    html = stepper.html(title=_title(name, sentence), lang=options.lang)
    save(html_file(file), html)
    for level, direction in html.left_out:
        click.echo(f"not in the page: level {level}, {direction}: {TOO_LONG}", err=True)
    if as_json:
        print_json({"file": str(file), "steps": len(stepper)})
    else:
        print(f"wrote {file}: {len(stepper)} steps at level {stepper.level}")


def open_in_terminal(name: str, given: Given, options: Options) -> None:
    """Step by keys, from the first step or from the one that is asked for."""
    model = load(name)  # first: who mistyped its name is told so
    check_terminal()
    stepper, sentence = _stepper(model, given, options)
    if options.until:
        stepper.until(options.until)
    stepper.tui(title=_title(name, sentence), lang=options.lang)


def _title(name: str, sentence: str) -> Title:
    """Return what a model is called, and what it reads; in Chinese by its title, if it has one."""
    chinese = MODELS[name].short or MODELS[name].title.zh if name in MODELS else name
    if not sentence:
        return Title(name, chinese)
    return Title(f"{name}: {sentence}", f"{chinese}：{sentence}")


def _stepper(model: Loaded, given: Given, options: Options) -> tuple[Stepper, str]:
    """Return a stepper, and the sentence that its model reads."""
    at, words, sentence = spoken(model, given, options.sentence)
    stepper = Stepper(
        model.graph,
        at.feeds,
        at.params,
        shown_sizes(model.graph, at.sizes),
        level=options.level,
        axis=options.axis,
        backward=options.backward,
        words=words,
    )
    return stepper, sentence


def _steps(stepper: Stepper, until: str) -> Iterator[Step]:
    """Give the steps up to the first that a glob fits, or all."""
    last = len(stepper) - 1
    if until:
        stepper.until(until)
        last = stepper.index
        stepper.start()
    while stepper.index < last and (step := stepper.next()) is not None:
        yield step


def _line(step: Step, of: str | None) -> str:
    written = [step.formula.unicode]
    numbers = "" if step.numbers is None else step.numbers.text
    if 0 < len(numbers) <= WIDE and numbers != step.formula.text:
        written.append(numbers)
    written.append(fitting(step.value, WIDE))
    about = f" (gradient of {of})" if of else ""
    shape = show_shape(step.value.shape)
    return f"{step.index:>4} {step.path}{about} {shape}: {' = '.join(written)}"


def _data(step: Step, of: str | None) -> dict[str, Any]:
    found = {
        "index": step.index,
        "level": step.level,
        "path": step.path,
        "op": step.node.op.name,
        "ops": len(step.nodes),
        "formula": step.formula.unicode,
        "latex": str(step.formula),
        "numbers": None if step.numbers is None else step.numbers.text,
        "inputs": {path: list(array.shape) for path, array in step.inputs.items()},
        **value_data(step.value),
    }
    return found if of is None else {**found, "gradient_of": of}


def value_data(value: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Return what JSON says of a value: its numbers, or of many the first."""
    whole = value.size <= LARGEST
    return {
        "shape": list(value.shape),
        "dtype": str(value.dtype),
        "values": value.tolist() if whole else value.reshape(-1)[:LARGEST].tolist(),
        "whole": whole,
        **_summary(value),
    }


def _summary(value: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Return what is said of all numbers, also of those that are not given."""
    with np.errstate(all="ignore"):
        return {"min": value.min().item(), "max": value.max().item(), "mean": float(value.mean())}
