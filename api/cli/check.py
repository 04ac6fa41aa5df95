"""``cutaway check``: the contract of a model."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cutaway.cli.annotate import print_annotations
from cutaway.cli.model import load
from cutaway.cli.output import print_json
from cutaway.graph import Condition, OptionError, ShapeError, show, show_shape
from cutaway.graph.errors import explain
from cutaway.graph.title import languages
from cutaway.shapes import Contract, Lint, report_refusal, verify


@dataclass(frozen=True, slots=True)
class Options:
    """How to check, and how to say it."""

    assume: Sequence[str] = ()
    explain: Sequence[str] = ()
    lang: Literal["en", "zh", "both"] = "en"
    as_json: bool = False
    annotate: bool = False


def check_model(name: str, options: Options) -> int:
    """Print the contract; give the exit code: 0 where every condition is declared or assumed."""
    asked = [_address(text) for text in options.explain]
    try:
        graph = load(name).graph
    except ShapeError as error:
        _print_refusal(name, error, options)
        return 1
    contract = verify(graph, options.assume)
    explained = [
        contract.explain(path, axis).words(lang)
        for path, axis in asked
        for lang in languages(options.lang)
    ]
    if options.as_json:
        print_json(_record(contract, explained))
    elif options.annotate:
        print_annotations(contract.errors, contract.warnings)
    else:
        print("\n".join(_lines(name, contract, explained)))
    return 0 if contract.verdict in ("valid", "conditional") and not contract.unmet else 1


def _address(text: str) -> tuple[str, str]:
    path, colon, axis = text.rpartition(":")
    if not (path and colon and axis):
        raise OptionError(
            explain(
                f"cannot read --explain {text!r}",
                required="PATH:AXIS, the axis as a number or as its size",
                fix="write for instance 'encoder/layer.0/feed_forward/up/matmul:-1'",
            )
        )
    return path, axis


def _print_refusal(name: str, error: ShapeError, options: Options) -> None:
    refusal = report_refusal(error)
    if options.as_json:
        print_json(
            {
                "verdict": "invalid",
                "conditions": [],
                "counterexample": None,
                "outputs": [],
                "errors": [refusal.record],
                "warnings": [],
            }
        )
    elif options.annotate:
        print_annotations([refusal], [])
    else:
        print(f"{name}: invalid\n{error}")


def _record(contract: Contract, explained: list[str]) -> dict[str, Any]:
    record: dict[str, Any] = {
        "verdict": contract.verdict,
        "conditions": [str(condition) for condition in contract.conditions],
        "counterexample": contract.counterexample,
        "outputs": [
            {"name": node.name, "shape": [show(dim) for dim in contract.shapes[node]]}
            for node in contract.graph.outputs
        ],
        "errors": [error.record for error in contract.errors],
        "warnings": [_warning(lint) for lint in contract.warnings],
    }
    if contract.tried:
        record["tried"] = list(contract.tried)
    if explained:
        record["explanations"] = explained
    return record


def _warning(lint: Lint) -> dict[str, Any]:
    return {
        "code": lint.code,
        "message": lint.message,
        "scope": lint.scope,
        "file": lint.file,
        "line": lint.line,
    }


def _lines(name: str, contract: Contract, explained: Iterable[str]) -> Iterable[str]:
    yield f"{name}: {contract}"
    for node in contract.graph.outputs:
        yield f"  output {show_shape(contract.shapes[node])}"
    for condition in contract.conditions:
        node = contract.where(condition)
        standing = _standing(contract, condition)
        yield f"  {condition}: {standing}, {contract.graph.path(node)}, {node.source}"
    if contract.counterexample and contract.unmet:
        sizes = ", ".join(f"{name} = {size}" for name, size in contract.counterexample.items())
        yield f"  smallest illegal sizes: {sizes}"
    for error in contract.errors:
        yield f"\nerror {error.code}: {error}"
    for lint, times in _once(contract.warnings).values():
        more = f" ({times} times)" if times > 1 else ""
        yield f"\nwarning {lint}{more}"
    for words in explained:
        yield f"\n{words}"


def _standing(contract: Contract, condition: Condition) -> str:
    if condition not in contract.unmet:
        return "declared by a block" if condition in contract.declared else "assumed"
    return "asked for"


def _once(warnings: Iterable[Lint]) -> dict[tuple[str, str, int, str], tuple[Lint, int]]:
    """Put together what is seen at one line of the user's file, layer after layer."""
    found: dict[tuple[str, str, int, str], tuple[Lint, int]] = {}
    for lint in warnings:
        key = lint.code, lint.file, lint.line, lint.message
        first, times = found.get(key, (lint, 0))
        found[key] = first, times + 1
    return found
