"""Record the values that the figures show: ``python figures/record.py``, in the repository."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from cutaway.figures.example import (
    FILE,
    SENTENCE,
    Array,
    entering,
    feeds_of,
    head_graph,
    head_params,
    layer_graph,
    layer_params,
)
from cutaway.graph import Graph
from cutaway.graph import save as write
from cutaway.models.translator import load
from cutaway.ops import Size
from cutaway.run import Compiled
from cutaway.transform import expand


def record() -> dict[str, Array]:
    """Run the translator on the sentence, then its layer and its head on what enters them."""
    model = load()
    feeds = feeds_of(model, SENTENCE)
    x = entering(model, feeds)
    params, source = layer_params(model), feeds["source"]
    of_head = head_params(model)
    found = run(
        "layer",
        layer_graph(),
        {"x": x, "source": source},
        params,
        {"h": int(model.config.heads)},
    )
    feeds = {"x": x[0], "source": source[0]}
    found |= run("head", head_graph(), feeds, of_head)
    found |= run("opened", expand(head_graph()), feeds, of_head)
    return found | run("causal", head_graph(causal=True), {"x": x[0]}, of_head)


def run(
    name: str,
    graph: Graph,
    feeds: Mapping[str, Array],
    params: Mapping[str, Array],
    dims: Mapping[str, int] | None = None,
) -> dict[str, Array]:
    """Return the values of all nodes but weights and sizes, in single precision."""
    values = Compiled(graph).trace(feeds, params, dims)
    return {
        f"{name}/{graph.path(node)}": np.array(value, order="C")  # as it is written
        for node, value in values.items()
        if node not in graph.parameters and not isinstance(node.op, Size)
    }


if __name__ == "__main__":
    write(Path(__file__).with_name(FILE), save(record()))
