"""Every built-in layer, broken in a hundred ways: what fails is reported, what runs is not refused.

A mutant fails if a kernel raises at some sizes up to 4 at which the healthy layer is legal. It is
reported if it cannot be built, if it asks for a condition that the layer does not declare, or by
a lint. ``pytest -s tests/test_mutations.py`` prints the score.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Literal

import brute
import pytest
from mutants import Mutant, mutants

import cutaway as ca
from cutaway import layers
from cutaway.shapes import lints

B, T, S, D, H, G, F, K, V, L = ca.dims("B T S D H G F K V L")
Report = Literal["refused", "condition", "lint", "kind", "undecided", "nothing"]
LARGEST, TRIED = 4, 250


def x() -> ca.Node:
    return ca.input("x", (B, T, D))


def memory() -> ca.Node:
    return ca.input("memory", (B, S, D))


def tokens() -> ca.Node:
    return ca.input("tokens", (B, T), dtype="int")


def opened(node: ca.Node) -> ca.Graph:
    """Return a graph in smaller primitives: norms and softmax become means, roots, sums."""
    return ca.transform.expand(ca.Graph(node))


def config(**options: object) -> layers.Config:
    return layers.Config(source_vocabulary=V, d_model=D, heads=H, hidden=F, layers=1, **options)  # type: ignore[arg-type]


LAYERS: dict[str, Callable[[], ca.Node | ca.Graph]] = {
    "linear": lambda: layers.linear(x(), F),
    "layer_norm": lambda: opened(layers.layer_norm(x())),
    "rms_norm": lambda: opened(layers.rms_norm(x())),
    "feed_forward": lambda: layers.feed_forward(x(), F),
    "feed_forward, gated": lambda: layers.feed_forward(x(), F, "silu", gated=True),
    "attention": lambda: layers.scaled_dot_product_attention(
        ca.input("q", (T, K)),
        ca.input("k", (S, K)),
        ca.input("v", (S, V)),
        ca.ops.causal_mask(T, S),
    ),
    "single_head_attention": lambda: layers.single_head_attention(x(), width=K),
    "multi_head_attention": lambda: layers.multi_head_attention(x(), memory(), heads=H),
    "multi_head_attention, grouped": lambda: layers.multi_head_attention(
        x(), heads=H, kv_heads=G, mask=ca.ops.causal_mask(T)
    ),
    "encoder_layer": lambda: layers.encoder_layer(x(), heads=H, hidden=F),
    "encoder_layer, opened": lambda: opened(
        layers.encoder_layer(x(), heads=H, hidden=F, norm="pre")
    ),
    "decoder_layer": lambda: layers.decoder_layer(
        x(), memory(), heads=H, hidden=F, mask=ca.ops.causal_mask(T)
    ),
    "token_embedding": lambda: layers.token_embedding(tokens(), V, D)[0],
    "sinusoidal_positions": lambda: x() + layers.sinusoidal_positions(T, D),
    "learned_positions": lambda: x() + layers.learned_positions(T, L, D),
    "positions_after_padding": lambda: layers.positions_after_padding(tokens(), 1, L, D),
    "encoder": lambda: layers.encoder(x(), layers=2, heads=H, hidden=F),
    "decoder": lambda: layers.decoder(x(), memory(), layers=1, heads=H, hidden=F, final_norm=True),
    "transformer": lambda: layers.transformer(
        ca.input("source", (B, S), dtype="int"), tokens(), config()
    ),
}
SMALL = ("layer_norm", "attention", "multi_head_attention, grouped", "feed_forward, gated")
REFUSALS = (ca.CutawayError, IndexError, ValueError)  # numpy and Python refuse axes that are none


def report(mutant: Mutant) -> tuple[Report, ca.Graph | None, str]:
    """Return how a mutant is reported, its graph, and the verdict."""
    try:
        graph = mutant.build()
    except ca.DTypeError:  # says nothing of shapes
        return "kind", None, "no verdict"
    except REFUSALS:
        return "refused", None, "invalid"
    contract = ca.verify(graph)
    if contract.verdict == "undecided":
        return "undecided", graph, contract.verdict
    if contract.unmet or contract.verdict == "invalid":
        return "condition", graph, contract.verdict
    return ("lint" if lints(graph) else "nothing"), graph, contract.verdict


def trials(graph: ca.Graph, count: int | None) -> list[dict[str, int]]:
    """Return sizes at which the healthy layer is legal: all, or so many at random."""
    found = brute.every(graph.symbols, LARGEST)
    random.Random(0).shuffle(found)
    legal = (sizes for sizes in found if brute.legal(graph, sizes))
    return [sizes for sizes, _ in zip(legal, range(count or len(found)), strict=False)]


def score(name: str, count: int, tried: int | None) -> Counter[str]:
    """Break a layer so many times; what must not be is an assertion."""
    graph = ca.Graph.of(LAYERS[name]())
    healthy = ca.verify(graph)
    assert healthy.verdict in ("valid", "conditional")
    assert not healthy.unmet
    assert not lints(graph)
    sizes = trials(graph, tried)
    names = graph.symbols
    found: Counter[str] = Counter()
    for mutant in mutants(graph, count):
        how, built, verdict = report(mutant)
        steps = mutant.steps()
        outcomes = (brute.run(steps, s) for s in sizes)
        silent = False
        for outcome in outcomes:
            silent = silent or bool(outcome.silent)
            if outcome.fails:
                found[f"fails, {how}"] += 1
                assert how != "nothing", f"not reported: {mutant}"
                break
        else:
            found[f"runs, {how}"] += 1
            assert verdict != "invalid" or silent, f"runs at all sizes and is refused: {mutant}"
        if built is not None:
            check_conditions(built, mutant, sizes, names)
    return found


def check_conditions(
    built: ca.Graph, mutant: Mutant, sizes: list[dict[str, int]], names: frozenset[str]
) -> None:
    """Where all conditions of the mutant hold, it runs, and gives what it promises."""
    if built.symbols <= names:
        steps = brute.steps_of(built)
        for s in sizes[:40]:
            if brute.legal(built, s):
                assert brute.run(steps, s).kind == "runs", f"{mutant} at {s}"


def table(scores: dict[str, Counter[str]]) -> str:
    """Write the scores of layers as a table."""
    reports = ("refused", "condition", "lint", "kind", "undecided", "nothing")
    columns = [f"{what}, {how}" for what in ("fails", "runs") for how in reports]
    head = f"{'':32}{'mutants':>8}{'':4}fail: {'':3}" + "".join(f"{r:>10}" for r in reports)
    lines = [head + "   run: " + "".join(f"{r:>10}" for r in reports)]
    for name, found in scores.items():
        cells = [f"{found[column]:>10}" for column in columns]
        mid = len(reports)
        lines.append(
            f"{name:32}{found.total():>8}{'':13}{''.join(cells[:mid])}{'':8}{''.join(cells[mid:])}"
        )
    return "\n".join(lines)


@pytest.mark.parametrize("name", SMALL)
def test_what_fails_is_reported(name: str) -> None:
    found = score(name, 25, 60)
    print(f"\n{table({name: found})}")
    assert found.total() > 15


@pytest.fixture(scope="module")
def scores() -> Iterator[dict[str, Counter[str]]]:
    """Collect the scores of all layers, and print them at the end."""
    found: dict[str, Counter[str]] = {}
    yield found
    print(f"\n{table({**found, 'all': sum(found.values(), Counter())})}")


@pytest.mark.slow
@pytest.mark.parametrize("name", LAYERS)
def test_a_hundred_mutants(name: str, scores: dict[str, Counter[str]]) -> None:
    scores[name] = score(name, 100, TRIED)
    assert scores[name].total() >= 90
