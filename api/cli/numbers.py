"""``cutaway run`` and ``cutaway grad``: numbers."""

import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from cutaway.cli.inputs import Given, point, shown_sizes
from cutaway.cli.model import load
from cutaway.cli.output import new_table, print_json, print_table
from cutaway.graph import FeedError, Graph, OptionError, save, show_shape
from cutaway.graph.errors import explain
from cutaway.run import Compiled, check_grads, value_and_grad

TOLERANCE = 1e-6  # relative: float64 against differences of fourth order


def run_model(name: str, given: Given, out: str | None, as_json: bool) -> None:
    """Print a model's outputs, or write them into a file."""
    _check_ending(out)
    model = load(name)
    at = point(model, given, "float32")
    sizes = shown_sizes(model.graph, at.sizes)
    outputs = Compiled(model.graph)(at.feeds, at.params, sizes)
    paths = [model.graph.path(node) for node in model.graph.outputs]
    if out is not None:
        _write(out, dict(zip(paths, outputs, strict=True)))
    if as_json:
        values = [
            {"path": path, "shape": list(array.shape), "dtype": str(array.dtype)}
            | ({"values": array.tolist()} if out is None else {})
            for path, array in zip(paths, outputs, strict=True)
        ]
        found: dict[str, Any] = {"model": name, "sizes": sizes, "outputs": values}
        print_json(found if out is None else {**found, "file": out}, indent=None)
        return
    print("sizes:", ", ".join(f"{key}={size}" for key, size in sizes.items()) or "none")
    for path, array in zip(paths, outputs, strict=True):
        print(f"{path}: {array.dtype} {show_shape(array.shape)}")
        if out is None:
            print(np.array2string(array, precision=4, threshold=60, suppress_small=True))
    if out is not None:
        print(f"wrote {out}")


def grad_model(name: str, given: Given, checked: bool, out: str | None, as_json: bool) -> int:
    """Print the gradient of each parameter, and its check; give the exit code."""
    _check_ending(out)
    model = load(name)
    (first, *_) = model.graph.outputs
    if first.dtype != "float":
        raise FeedError(f"{name}: its output is {first.dtype}, which has no gradient")
    loss = first if first.shape == () else (first * first).mean()
    graph = Graph(loss)
    wrt = graph.parameters or [node for node in graph.inputs if node.dtype == "float"]
    at = point(model, given, "float64")
    feeds = {node.name: at.feeds[node.name] for node in graph.inputs}
    params = {n.path: np.asarray(at.params[n.path], np.float64) for n in graph.parameters}
    sizes = shown_sizes(graph, at.sizes)
    value, slopes = value_and_grad(graph, wrt)(feeds, params, sizes)
    norms = {path: float(np.sqrt(np.sum(np.square(slope)))) for path, slope in slopes.items()}
    difference, agrees = None, True
    if checked:
        (difference,) = check_grads(graph, feeds, params, sizes, order=1, tolerance=math.inf).orders
        agrees = difference <= TOLERANCE
    if out is not None:
        _write(out, slopes)
    if as_json:
        print_json(
            {
                "model": name,
                "sizes": sizes,
                "loss": float(value),
                "norms": norms,
                "difference": difference,
                "agrees": agrees if checked else None,
                "file": out,
            }
        )
        return 0 if agrees else 1
    print(f"loss {'(the output)' if loss is first else '(mean square of the output)'}: {value:.6g}")
    table = new_table("by", "shape", "norm of the gradient", left=2)
    for path, norm in norms.items():
        table.add_row(path, show_shape(slopes[path].shape), f"{norm:.4g}")
    print_table(table)
    if difference is not None:
        verdict = "agree" if agrees else f"disagree (tolerance {TOLERANCE:g})"
        print(f"finite differences {verdict}: relative difference {difference:.1e}")
    if out is not None:
        print(f"wrote {out}")
    return 0 if agrees else 1


def _check_ending(out: str | None) -> None:
    """Refuse another kind of file before anything is computed."""
    if out is not None and Path(out).suffix != ".npz":
        raise OptionError(
            explain(f"cannot write {out!r}", required="an ending of .npz", fix="-o outputs.npz")
        )


def _write(out: str, arrays: Mapping[str, Any]) -> None:
    """Write arrays by name, as numpy does."""
    content = io.BytesIO()
    np.savez(content, **dict(arrays))
    save(out, content.getvalue())
