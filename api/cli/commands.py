"""What the commands do, but for the tour."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from cutaway.cli.source import load, point, read_dims
from cutaway.graph import (
    Condition,
    FeedError,
    Graph,
    ShapeError,
    check_sizes,
    show,
    show_shape,
)
from cutaway.graph.cost import Cost, cost_by_block, flops, memory, parameter_count
from cutaway.graph.dims import Dim
from cutaway.models import MODELS
from cutaway.run import Compiled, check_grads, value_and_grad
from cutaway.shapes import verify

COUNTS = {"parameters": parameter_count, "flops": flops, "memory": memory}


def print_json(value: dict[str, Any]) -> None:
    """Print one JSON object."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def list_models(as_json: bool) -> None:
    """List the built-in models."""
    if as_json:
        rows = [{"name": m.name, "en": m.title.en, "zh": m.title.zh} for m in MODELS.values()]
        print_json({"models": rows})
        return
    width = max(map(len, MODELS))
    for model in MODELS.values():
        print(f"{model.name:<{width}}  {model.title.en}")


def check_model(name: str, assume: Sequence[str], as_json: bool) -> int:
    """Print the contract; give the exit code."""
    try:
        graph = load(name).graph
    except ShapeError as error:
        if not as_json:
            print(f"{name}: invalid\n{error}")
        else:
            row = {"code": "shape", "message": str(error)}
            print_json(_contract("invalid", [], [], [row]))
        return 1
    contract = verify(graph, assume)
    if as_json:
        outputs = [
            {"name": node.name, "shape": [show(dim) for dim in node.shape]}
            for node in graph.outputs
        ]
        errors = []
        for condition in contract.unmet:
            node = contract.where(condition)
            errors.append(
                {
                    "code": "condition",
                    "message": f"{node.op.name} needs {condition}",
                    "op": node.op.name,
                    "scope": node.scope.path,
                    "file": node.source.file,
                    "line": node.source.line,
                    "left": show(condition.left),
                    "right": show(condition.right),
                }
            )
        conditions = list(map(str, contract.conditions))
        print_json(_contract(contract.verdict, conditions, outputs, errors))
    else:
        print(f"{name}: {contract}")
        for node in graph.outputs:
            print(f"  output {show_shape(node.shape)}")
        for condition in contract.conditions:
            node = contract.where(condition)
            print(
                f"  {condition}: {_standing(contract, condition)}, "
                f"{graph.path(node)}, {node.source}"
            )
    return 1 if contract.unmet else 0


def _standing(contract: Any, condition: Condition) -> str:
    if condition in contract.declared:
        return "declared by a block"
    return "assumed" if condition in contract.assumed else "asked for"


def _contract(
    verdict: str, conditions: Sequence[str], outputs: list[Any], errors: list[Any]
) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "conditions": conditions,
        "counterexample": None,
        "outputs": outputs,
        "errors": errors,
        "warnings": [],
    }


def run_model(
    name: str, dims: Sequence[str], feeds: Sequence[str], seed: int, as_json: bool
) -> None:
    """Print a model's outputs."""
    model = load(name)
    at = point(model, dims, feeds, seed, "float32")
    outputs = Compiled(model.graph)(at.feeds, at.params, _shown(model.graph, at.sizes))
    if as_json:
        values = [
            {"shape": list(o.shape), "dtype": str(o.dtype), "values": o.tolist()} for o in outputs
        ]
        print_json({"sizes": at.sizes, "outputs": values})
        return
    print("sizes:", ", ".join(f"{key}={size}" for key, size in sorted(at.sizes.items())) or "none")
    for node, array in zip(model.graph.outputs, outputs, strict=True):
        print(f"{model.graph.path(node)}: {array.dtype} {show_shape(array.shape)}")
        print(np.array2string(array, precision=4, threshold=60, suppress_small=True))


def _shown(graph: Graph, sizes: dict[str, int]) -> dict[str, int]:
    known = graph.symbols
    return {name: size for name, size in sizes.items() if name in known}


def grad_model(
    name: str, dims: Sequence[str], feeds: Sequence[str], seed: int, checked: bool, as_json: bool
) -> None:
    """Print the gradient of each parameter, and its check."""
    model = load(name)
    (first, *_) = model.graph.outputs
    if first.dtype != "float":
        raise FeedError(f"{name}: its output is {first.dtype}, which has no gradient")
    loss = first if first.shape == () else (first * first).mean()
    graph = Graph(loss)
    wrt = graph.parameters or [node for node in graph.inputs if node.dtype == "float"]
    at = point(model, dims, feeds, seed, "float64")
    used = {node.name: at.feeds[node.name] for node in graph.inputs}
    params = {node.path: at.params[node.path] for node in graph.parameters}
    sizes = _shown(graph, at.sizes)
    value, slopes = value_and_grad(graph, wrt)(used, params, sizes)
    norms = {path: float(np.sqrt(np.sum(np.square(slope)))) for path, slope in slopes.items()}
    found = check_grads(graph, used, params, sizes, order=1).orders[0] if checked else None
    if as_json:
        print_json({"loss": float(value), "norms": norms, "difference": found})
        return
    print(f"loss {'(the output)' if loss is first else '(mean square of the output)'}: {value:.6g}")
    table = Table("by", "shape", "norm of the gradient", box=box.SIMPLE)
    for path, norm in norms.items():
        table.add_row(path, show_shape(slopes[path].shape), f"{norm:.4g}")
    Console().print(table)
    if found is not None:
        print(f"finite differences agree: relative difference {found:.1e}")


def cost_model(name: str, dims: Sequence[str], depth: int, as_json: bool) -> None:
    """Print what a model costs."""
    model = load(name)
    given = read_dims(dims)
    known = model.graph.symbols
    unknown = sorted(given.keys() - known)
    if unknown:
        raise FeedError(
            f"the model has no size {unknown[0]!r}: it has {', '.join(sorted(known)) or 'none'}"
        )
    sizes = {k: v for k, v in {**model.sizes, **given}.items() if k in known}
    missing = sorted(known - sizes.keys())
    check_sizes(model.graph, sizes)
    totals = {key: count(model.graph) for key, count in COUNTS.items()}
    filled = None
    if not missing:
        filled = {key: int(count(model.graph, sizes)) for key, count in COUNTS.items()}
    blocks = cost_by_block(model.graph, depth, None if missing else sizes)
    if as_json:
        print_json(
            {
                "symbolic": {key: str(value) for key, value in totals.items()},
                "sizes": sizes,
                "filled": filled,
                "blocks": {path: _row(cost) for path, cost in blocks.items()},
            }
        )
        return
    for key, value in totals.items():
        print(f"{key} = {value}")
    if filled is None:
        print(f"give {', '.join(f'--dim {m}=…' for m in missing)} to fill it in")
    else:
        print("at", ", ".join(f"{key}={size}" for key, size in sorted(sizes.items())))
    Console().print(cost_table(blocks, filled))


def cost_table(blocks: dict[str, Cost], totals: dict[str, int] | None) -> Table:
    """Return the costs of blocks as a table."""
    table = Table(box=box.SIMPLE)
    table.add_column("block")
    for heading in ("parameters", "flops", "memory (numbers)"):
        table.add_column(heading, justify="right")
    for path, cost in blocks.items():
        table.add_row(
            path or "(top)", *(_count(v) for v in (cost.parameters, cost.flops, cost.memory))
        )
    if totals:
        table.add_section()
        table.add_row("total", *(_count(value) for value in totals.values()))
    return table


def _row(cost: Cost) -> dict[str, Any]:
    values = {"parameters": cost.parameters, "flops": cost.flops, "memory": cost.memory}
    return {key: value if isinstance(value, int) else str(value) for key, value in values.items()}


def _count(value: Dim | float) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
