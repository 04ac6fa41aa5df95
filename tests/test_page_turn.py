"""On the page, too, turning round leads to the same value."""

from pathlib import Path

import pytest
from browser import Reader
from stepping import model

pytestmark = pytest.mark.browser
SHOWN = 25  # steps of a level, at most


@pytest.mark.parametrize("level", ["sublayer", "op", "primitive", "token"])
def test_turning_leads_to_the_same_value(reader: Reader, tmp_path: Path, level: str) -> None:
    at = model("encoder-layer")
    stepper = at.stepper(axis="T", level=level)
    reader.open(stepper.page(tmp_path / "page.html"))
    compared = 0
    places = range(0, len(stepper), -(-len(stepper) // SHOWN))
    for place in places:
        step, there = stepper.goto(place), stepper.turned().current
        assert there is not None
        reader.choose("Direction", "forward").goto(place)
        assert reader.path == step.path
        reader.choose("Direction", "backward")
        if "No gradient" in reader.status:
            continue
        assert reader.path == there.path, step.path
        reader.choose("Direction", "forward")
        assert reader.path == step.path
        compared += 1
    assert compared > len(places) // 2
