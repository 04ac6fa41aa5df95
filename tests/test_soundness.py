"""Legal sizes run, and give exactly the shapes that were predicted: on random graphs."""

import random
from collections.abc import Callable

import numpy as np
import pytest

import cutaway as ca
from cutaway import ops
from cutaway.graph import evaluate
from cutaway.run import Compiled

DIMS = ca.dims("A B C D")
Step = Callable[[random.Random, list[ca.Node]], ca.Node]


def size(draw: random.Random) -> object:
    a, b = draw.choice(DIMS), draw.choice(DIMS)
    return draw.choice([a, a, a, 1, 2, 3, a + 1, 2 * a, a * b, a / 2, a // 2, a - 1])


def leaf(draw: random.Random, pool: list[ca.Node]) -> ca.Node:
    return ca.input(f"x{len(pool)}", tuple(size(draw) for _ in range(draw.randint(0, 3))))


def slices(draw: random.Random, pool: list[ca.Node]) -> ca.Node:
    x = draw.choice(pool)
    keys: list[object] = []
    for _ in range(x.rank):
        bound = [None, None, 1, 2, -1, draw.choice(DIMS)]
        step = draw.choice([1, 1, 1, 2, -1, -2])
        keys.append(
            draw.choice([slice(draw.choice(bound), draw.choice(bound), step), slice(None), 0, -1])
        )
    return x[tuple(keys)]


def reshapes(draw: random.Random, pool: list[ca.Node]) -> ca.Node:
    x = draw.choice(pool)
    shape = list(x.shape)
    draw.shuffle(shape)
    if draw.random() < 0.5:
        return x.reshape((-1, *shape[1:])) if shape else x.reshape((1,))
    return x.reshape(tuple(shape) if draw.random() < 0.7 else tuple(size(draw) for _ in shape))


STEPS: list[Step] = [
    leaf,
    slices,
    reshapes,
    lambda d, p: d.choice(p) + d.choice(p),
    lambda d, p: d.choice(p) * d.choice(p),
    lambda d, p: d.choice(p) @ d.choice(p),
    lambda d, p: d.choice(p) @ d.choice(p).mT,
    lambda d, p: ops.concat([d.choice(p), d.choice(p)], axis=d.choice([0, -1])),
    lambda d, p: ops.softmax(d.choice(p), axis=d.choice([0, -1])),
    lambda d, p: d.choice(p).sum(axis=d.choice([0, -1, None]), keepdims=d.random() < 0.5),
    lambda d, p: d.choice(p).max(axis=d.choice([0, -1])),
    lambda d, p: ops.expand_dims(d.choice(p), d.choice([0, -1])),
    lambda d, p: ops.broadcast_to(x := d.choice(p), (size(d), *x.shape)),
    lambda d, p: ops.pad(x := d.choice(p), [(d.randint(0, 1), d.randint(0, 2))] * x.rank),
    lambda d, p: ops.where(d.choice(p) > 0.0, d.choice(p), 0.0),
    lambda d, p: ops.layer_norm(d.choice(p)),
]


@pytest.mark.parametrize("seed", range(20))
def test_random_graphs_are_sound(seed: int) -> None:
    draw = random.Random(seed)
    ran = refused = 0
    for _ in range(30):
        pool = [leaf(draw, [])]
        for _ in range(draw.randint(2, 8)):
            try:
                pool.append(draw.choice(STEPS)(draw, pool))
            except ca.CutawayError:
                continue  # what can never fit is refused while it is built
        graph = ca.Graph(pool)
        run = Compiled(graph)
        for _ in range(10):
            sizes = {name: draw.randint(1, 5) for name in graph.symbols}
            legal = all(condition.holds(sizes) for condition in graph.conditions)
            lengths = {n: [evaluate(dim, sizes) for dim in n.shape] for n in graph.inputs}
            if any(length.denominator != 1 or length < 1 for s in lengths.values() for length in s):
                assert not legal
                continue
            feeds = {n.name: np.ones([int(length) for length in s]) for n, s in lengths.items()}
            if not legal:
                refused += 1
                with pytest.raises((ca.ContractError, ca.FeedError)):
                    run(feeds, dims=sizes)
                continue
            ran += 1
            for node, value in run.trace(feeds, dims=sizes).items():
                assert value.shape == tuple(evaluate(dim, sizes) for dim in node.shape), node
    assert ran > 20
    assert refused > 5
