"""``cutaway debug``: what is wrong with a model."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cutaway.cli.inputs import Given, check_names, read_dims, read_feeds, shown_sizes
from cutaway.cli.model import Loaded, load
from cutaway.cli.output import print_json
from cutaway.cli.refusal import refusal
from cutaway.diagnose import Diagnosis, debug, params_in, unused
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
        diagnosis = Diagnosis((refusal(name, error),), Graph(()), {})
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
