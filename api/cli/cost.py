"""``cutaway cost``: what a model costs, as formulas and as numbers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple
from typing import Any

from rich.table import Table

from cutaway.cli.inputs import given_sizes
from cutaway.cli.model import load
from cutaway.cli.output import count, new_table, print_json, print_table
from cutaway.graph import Cost
from cutaway.models import PUBLISHED, Published
from cutaway.run import cost_by_block

HEADINGS = {
    "parameters": "parameters",
    "flops": "forward FLOPs",
    "backward_flops": "backward FLOPs",
    "memory": "memory",
}


def cost_model(name: str, dims: Sequence[str], depth: int, as_json: bool) -> None:
    """Print what a model costs."""
    model = load(name)
    graph = model.graph
    sizes = given_sizes(graph, dims, model.sizes)
    missing = sorted(graph.symbols - sizes.keys())
    symbolic = cost_by_block(graph, depth)
    whole = sum(symbolic.values(), Cost())
    blocks = symbolic if missing else {path: c.at(sizes) for path, c in symbolic.items()}
    filled = None if missing else sum(blocks.values(), Cost())
    published = PUBLISHED.get(name)
    if published and whole.at(model.sizes).parameters != whole.at(sizes).parameters:
        published = None  # it is another model at these sizes
    if as_json:
        print_json(
            {
                "model": name,
                "symbolic": {key: str(value) for key, value in asdict(whole).items()},
                "sizes": sizes,
                "filled": _plain(filled) if filled else None,
                "blocks": {path: _plain(cost) for path, cost in blocks.items()},
                "published": asdict(published) if published else None,
            }
        )
        return
    width = max(map(len, HEADINGS.values()))
    for key, heading in HEADINGS.items():
        print(f"{heading:<{width}} = {getattr(whole, key)}")
    if filled is None:
        print(f"give {' '.join(f'--dim {name}=…' for name in missing)} to fill it in")
    elif sizes:
        print("at", ", ".join(f"{key}={size}" for key, size in sizes.items()))
    print()
    print_table(cost_table(blocks, filled))
    if filled is not None:
        print(f"\nmemory: what is kept for the backward pass; {_bytes(filled.memory)} in float32")
        if published:
            print(_beside(published, int(filled.parameters)))


def cost_table(blocks: Mapping[str, Cost], whole: Cost | None) -> Table:
    """Return the costs of blocks as a table, equal ones once with how many there are."""
    rows = fold(blocks)
    folded = any(len(paths) > 1 for paths, _ in rows)
    table = new_table("block", *["times"] * folded, *HEADINGS.values())
    for paths, cost in rows:
        times = [f"{len(paths)} ×" if len(paths) > 1 else ""] * folded
        table.add_row(_joined(paths), *times, *map(count, astuple(cost)))
    if whole:
        table.add_section()
        table.add_row("total", *[""] * folded, *map(count, astuple(whole)))
    return table


def fold(blocks: Mapping[str, Cost]) -> list[tuple[list[str], Cost]]:
    """Put blocks together that cost the same and differ in one number of their path.

    Blocks without costs are left out.

    Examples
    --------
    >>> blocks = {"layer.0": Cost(5), "layer.1": Cost(5), "layer.2": Cost(7), "mask": Cost()}
    >>> [(paths, cost.parameters) for paths, cost in fold(blocks)]
    [(['layer.0', 'layer.1'], 5), (['layer.2'], 7)]
    """
    found: dict[tuple[str, Cost], list[str]] = {}
    for path, cost in blocks.items():
        if cost != Cost():
            found.setdefault((_NUMBER.sub(".#", path, count=1), cost), []).append(path)
    return [(paths, cost) for (_, cost), paths in found.items()]


_NUMBER = re.compile(r"\.\d+(?=/|$)")  # the first numbered scope of a path: layer.3


def _joined(paths: Sequence[str]) -> str:
    """Name blocks in one: ``encoder/layer.0…5``, or ``layer.0,2…4`` where some are left out."""
    if len(paths) == 1:
        return paths[0] or "(top)"
    matches = [_NUMBER.search(path) for path in paths]
    spans: list[list[int]] = []
    for number in sorted(int(match.group()[1:]) for match in matches if match):
        if spans and number == spans[-1][-1] + 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    first = matches[0]
    assert first
    numbers = ",".join("…".join(map(str, span)) for span in spans)
    return f"{paths[0][: first.start()]}.{numbers}{paths[0][first.end() :]}"


def _plain(cost: Cost) -> dict[str, Any]:
    """Return a cost as JSON has it: ints, or expressions as text."""
    return {k: v if isinstance(v, int) else str(v) for k, v in asdict(cost).items()}


_UNITS = ("B", "kB", "MB", "GB", "TB")


def _bytes(numbers: Any) -> str:
    size = 4.0 * int(numbers)
    power = max(0, min(len(_UNITS) - 1, (len(f"{size:.0f}") - 1) // 3))
    return f"{size / 1000**power:.4g} {_UNITS[power]}"


def _beside(published: Published, counted: int) -> str:
    off = 100 * (counted - published.parameters) / published.parameters
    note = f"; {published.note}" if published.note else ""
    return (
        f"published: {published.parameters:,} parameters ({published.source}{note}); "
        f"counted here are {abs(off):.1f} % {'fewer' if off < 0 else 'more'}"
    )
