"""``cutaway check``: the contract of a model."""

from collections.abc import Sequence
from typing import Any

from cutaway.cli.model import load
from cutaway.cli.output import print_json
from cutaway.graph import Condition, ShapeError, show, show_shape
from cutaway.shapes import Contract, verify


def check_model(name: str, assume: Sequence[str], as_json: bool) -> int:
    """Print the contract; give the exit code."""
    try:
        graph = load(name).graph
    except ShapeError as error:
        if as_json:
            row = {"code": "shape", "message": str(error)}
            print_json(_record(name, "invalid", errors=[row]))
        else:
            print(f"{name}: invalid\n{error}")
        return 1
    contract = verify(graph, assume)
    if as_json:
        outputs = [
            {"name": node.name, "shape": [show(dim) for dim in node.shape]}
            for node in graph.outputs
        ]
        errors = [_error(contract, condition) for condition in contract.unmet]
        conditions = list(map(str, contract.conditions))
        print_json(_record(name, contract.verdict, conditions, outputs, errors))
    else:
        lines = [f"{name}: {contract}"]
        lines += [f"  output {show_shape(node.shape)}" for node in graph.outputs]
        for condition in contract.conditions:
            node = contract.where(condition)
            standing = _standing(contract, condition)
            lines.append(f"  {condition}: {standing}, {graph.path(node)}, {node.source}")
        print("\n".join(lines))
    return 1 if contract.unmet else 0


def _standing(contract: Contract, condition: Condition) -> str:
    if condition in contract.declared:
        return "declared by a block"
    return "assumed" if condition in contract.assumed else "asked for"


def _error(contract: Contract, condition: Condition) -> dict[str, Any]:
    node = contract.where(condition)
    return {
        "code": "condition",
        "message": f"{node.op.name} needs {condition}",
        "op": node.op.name,
        "scope": node.scope.path,
        "file": node.source.file,
        "line": node.source.line,
        "left": show(condition.left),
        "right": show(condition.right),
    }


def _record(
    name: str,
    verdict: str,
    conditions: Sequence[str] = (),
    outputs: Sequence[Any] = (),
    errors: Sequence[Any] = (),
) -> dict[str, Any]:
    return {
        "model": name,
        "verdict": verdict,
        "conditions": list(conditions),
        "counterexample": None,
        "outputs": list(outputs),
        "errors": list(errors),
        "warnings": [],
    }
