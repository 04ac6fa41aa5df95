"""The page's machine computes what numpy computes: every op, every built-in model, every patch."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawing import Instance, Sample, instance
from javascript import array, run, run_all
from samples import ROWS
from stepping import SMALL, model

import cutaway as ca
from cutaway.step.program import program

pytestmark = pytest.mark.browser
OUTPUTS = "return machine.program.outputs.map((id) => machine.value(id));"
every_row = pytest.mark.parametrize("row", ROWS, ids=str)


def of(found: Instance) -> dict[str, Any]:
    """Return the program of a row's case; its leaves are outputs too, so that they show sizes."""
    outputs = [found.node, *(leaf.node for leaf in found.leaves)]
    known = ca.Graph(outputs).symbols
    sizes = {name: size for name, size in found.sizes.items() if name in known}
    return program(outputs, found.feeds, found.params, sizes)


@every_row
def test_every_op_gives_what_numpy_gives(row: Sample, tmp_path: Path) -> None:
    found = [instance(row.cases[seed % len(row.cases)], seed) for seed in range(24)]
    for each, (value, *_) in zip(found, run_all([*map(of, found)], OUTPUTS, tmp_path), strict=True):
        (expected,) = each.run(each.node)
        assert value["dtype"] == each.node.dtype
        np.testing.assert_allclose(array(value), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", SMALL)
def test_every_value_of_a_model(name: str, tmp_path: Path) -> None:
    at = model(name)
    code = "return machine.program.nodes.filter((n) => !n.inner).map((n) => machine.value(n.id));"
    found = run(program(*at, backward=True), code, tmp_path)
    stepper = at.stepper(backward=True)
    for node, value in zip(stepper.graph.nodes, found, strict=True):
        expected = stepper.value(node)
        np.testing.assert_allclose(array(value), expected, rtol=1e-9, atol=1e-11, err_msg=node.path)
