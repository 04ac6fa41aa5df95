"""``cutaway debug``: what is wrong with a model."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cutaway.cli.inputs import Given, check_names, read_dims, read_feeds, shown_sizes
from cutaway.cli.model import Loaded, load
from cutaway.cli.output import print_json
from cutaway.diagnose import Diagnosis, Finding, debug, params_in, unused
from cutaway.graph import DTypeError, Graph, Node, ShapeError
from cutaway.graph.title import languages


@dataclass(frozen=True, slots=True)
class Options:
    """How a model is looked at, as it was written on the line."""

    params: str | None
    dtype: str
    budget: float
    lang: str
    as_json: bool


def debug_model(name: str, given: Given, options: Options) -> int:
    """Print what was found; give the exit code: 0 for nothing, 1 for something."""
    arrays = read_feeds(given.feeds)
    built: list[Node] = []
    try:
        model = load(name, built)
    except (ShapeError, DTypeError) as error:
        diagnosis = Diagnosis((_refusal(name, error),), Graph(()), {})
    else:
        check_names(model.graph, arrays)
        diagnosis = _diagnose(model, built, given, arrays, options)
    spoken = languages(options.lang)
    if options.as_json:
        print_json({"model": name, **diagnosis.as_data(spoken[0])})
    else:
        print("\n\n".join(map(diagnosis.words, spoken)))
    return 1 if diagnosis else 0


def _diagnose(
    model: Loaded,
    built: list[Node],
    given: Given,
    arrays: Mapping[str, Any],
    options: Options,
) -> Diagnosis:
    graph, params = model.graph, dict(model.params or {})
    if options.params is not None:
        params |= params_in(options.params, graph, partial=True)
    dims = {**shown_sizes(graph, model.sizes), **read_dims(given.dims)}
    if model.params is None and any(array.size for array in arrays.values()):
        dims = read_dims(given.dims)  # the feeds show the rest
    found = debug(
        graph,
        arrays,
        params,
        dims,
        seed=given.seed,
        dtype=options.dtype,
        budget=int(options.budget * 2**30),
        lang=languages(options.lang)[0],
    )
    return replace(found, found=(*found.found, *unused(graph, built, found.found)))


def _refusal(name: str, error: ShapeError | DTypeError) -> Finding:
    """Return what the graph refused while it was built, at the user's line."""
    file = name.rpartition(":")[0]
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).resolve() == Path(file).resolve()
    ]
    line = (frames[-1].lineno or 0) if frames else 0
    file = frames[-1].filename if frames else file
    kind = "shape" if isinstance(error, ShapeError) else "dtype"
    what, *rest = str(error).splitlines()
    fix = "".join(line.partition(":")[2].strip() for line in rest if line.startswith("  fix:"))
    seen = "; ".join([what, *(" ".join(line.split()) for line in rest if "fix:" not in line)])
    misfit = getattr(error, "misfit", None)
    path = "" if misfit is None else "/".join(filter(None, (misfit.scope, misfit.op)))
    return Finding(kind, path, None, file, line, {"message": seen, "fix": fix}, "refused")
