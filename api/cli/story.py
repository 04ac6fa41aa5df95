"""``cutaway story``: the stops of a guided walk, as text or as JSON."""

from typing import Any

from cutaway.cli.output import print_json
from cutaway.cli.step import value_data
from cutaway.graph import Title, show_shape
from cutaway.graph.title import languages
from cutaway.step import Stop, Story, fitting

WIDE = 60  # characters of a value
WIDEST = 100  # … of a formula with its numbers


def print_story(name: str | None, lang: str, as_json: bool) -> None:
    """Print a story; all of it is computed before the first line is printed."""
    story = Story.load(name)
    if as_json:
        print_json(
            {
                "title": story.title._asdict(),
                "model": story.model,
                "stops": [_data(stop) for stop in story],
            }
        )
        return
    print("\n".join(_spoken(story.title, lang)))
    for stop in story:
        print()
        print("\n".join(_lines(stop, lang)))


def _lines(stop: Stop, lang: str) -> list[str]:
    shape = show_shape(stop.value.shape)
    about = f" (gradient of {stop.gradient_of})" if stop.gradient_of else ""
    lines = [f"{stop.number:>2}  {stop.name}{about} {shape}: {_formula(stop)}"]
    return lines + [f"    {line}" for text in _spoken(stop.said, lang) for line in text.split("\n")]


def _formula(stop: Stop) -> str:
    written = [stop.step.formula.unicode]
    numbers = "" if stop.numbers is None else stop.numbers.text
    if 0 < len(numbers) <= WIDEST and numbers != stop.step.formula.text:
        written.append(numbers)
    return " = ".join([*written, fitting(stop.value, WIDE)])


def _spoken(said: Title, lang: str) -> list[str]:
    return list(map(said.say, languages(lang)))


def _data(stop: Stop) -> dict[str, Any]:
    found = {
        "number": stop.number,
        "path": stop.step.path,
        "index": list(stop.index),
        "level": stop.step.level,
        "formula": stop.step.formula.unicode,
        "latex": str(stop.step.formula),
        "numbers": None if stop.numbers is None else stop.numbers.text,
        **value_data(stop.value),
        "say": stop.said._asdict(),
    }
    return found if stop.gradient_of is None else {**found, "gradient_of": stop.gradient_of}
