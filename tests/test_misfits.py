"""Shape errors as data: both derivations, and the one edit that mends it."""

import random
from dataclasses import dataclass

import numpy as np
import pytest
from snippets import run
from test_soundness import STEPS, leaf

import cutaway as ca
from cutaway.graph import Condition, Misfit, evaluate, misfit
from cutaway.graph.facts import Facts
from cutaway.graph.suspects import edit_for
from cutaway.ops import Numpy

ATTENTION = """
q = ca.input("q", (B, H, T, K))
k = ca.input("k", (B, H, S, K))
v = ca.input("v", (B, H, S, K))
"""


@dataclass(frozen=True, slots=True)
class Bug:
    """A wrong last line, what is said of it, and that line with the fix in it."""

    before: str
    wrong: str
    right: str
    code: str
    sides: tuple[str, str]
    fix: str


BUGS = {
    "key not transposed": Bug(
        ATTENTION,
        "y = q @ k",
        "y = q @ k.mT",
        "sizes-differ",
        ("K from q at model.py:2", "S from k at model.py:3"),
        "swap the last two axes of k: k.mT",
    ),
    "key of a number of features not transposed": Bug(
        '\nk = ca.input("k", (B, S, 64))\nq = ca.input("q", (B, T, 64))\n',
        "y = q @ k",
        "y = q @ k.mT",
        "sizes-differ",
        ("64 from q at model.py:3", "S from k at model.py:2"),
        "swap the last two axes of k: k.mT",
    ),
    "value transposed": Bug(
        ATTENTION,
        "y = (q @ k.mT) @ v.mT",
        "y = (q @ k.mT) @ v.mT.mT",
        "sizes-differ",
        ("S from k at model.py:3", "K from v at model.py:4"),
        "swap the last two axes of permute_dims: (…).mT",
    ),
    "heads not moved to the front": Bug(
        ATTENTION + 'h = ca.input("h", (B, T, H, K))\n',
        "y = h @ k.mT",
        "y = h.transpose((0, 2, 1, 3)) @ k.mT",
        "sizes-differ",
        ("T from h at model.py:5", "H from k at model.py:3"),
        "swap axes 1 and 2 of h",
    ),
    "padding mask": Bug(
        ATTENTION + 'mask = ca.input("mask", (B, S))\n',
        "y = q @ k.mT + mask",
        "y = q @ k.mT + mask[:, None, None, :]",
        "sizes-differ",
        ("T from q at model.py:2", "B from mask at model.py:5"),
        "give mask as (B, 1, 1, S): mask[:, None, None, :]",
    ),
    "padding mask that chooses": Bug(
        ATTENTION + 'mask = ca.input("mask", (B, S), "bool")\n',
        "y = ops.where(mask, q @ k.mT, -1e9)",
        "y = ops.where(mask[:, None, None, :], q @ k.mT, -1e9)",
        "sizes-differ",
        ("B from mask at model.py:5", "T from q at model.py:2"),
        "give mask as (B, 1, 1, S): mask[:, None, None, :]",
    ),
    "mask of pairs without an axis for heads": Bug(
        ATTENTION + 'mask = ca.input("mask", (B, T, S))\n',
        "y = q @ k.mT + mask",
        "y = q @ k.mT + mask[:, None, :, :]",
        "sizes-differ",
        ("H from q at model.py:2", "B from mask at model.py:5"),
        "give mask as (B, 1, T, S): mask[:, None, :, :]",
    ),
    "bias of the heads": Bug(
        ATTENTION + 'b = ca.parameter("b", (H,))\n',
        "y = q @ k.mT + b",
        "y = q @ k.mT + b[None, :, None, None]",
        "sizes-differ",
        ("S from k at model.py:3", "H from b at model.py:5"),
        "give b as (1, H, 1, 1): b[None, :, None, None]",
    ),
    "heads that don't divide a number": Bug(
        '\nx = ca.input("x", (B, T, 12))\n',
        "y = x.reshape((B, T, H, 12 / H))",
        "y = x.reshape((B, T, 4, 12 / 4))",
        "not-divisible",
        ("H from reshape at model.py:3", "12 from x at model.py:2"),
        "choose H that divides 12: 1, 2, 3, 4, 6, 12",
    ),
    "heads that may not divide": Bug(
        "\nwide = D * H\n",
        "y = x.reshape((B, T, H, D / H))",
        'y = ca.input("x", (B, T, wide)).reshape((B, T, H, wide / H))',
        "not-divisible",
        ("H from reshape at model.py:3", "D from x at model.py:1"),
        "choose H so that it divides D",
    ),
    "heads with a floor": Bug(
        "\nwide = D * H\n",
        "y = x.reshape((B, T, H, D // H))",
        'y = ca.input("x", (B, T, wide)).reshape((B, T, H, wide // H))',
        "elements-differ",
        ("B*D*T from x at model.py:1", "B*H*T*(D // H) from reshape at model.py:3"),
        "choose H so that it divides D",
    ),
    "a number of heads": Bug(
        "\n",
        "y = x.reshape((B, T, 4, D / 4))",
        'y = ca.input("x", (B, T, 4 * D)).reshape((B, T, 4, D))',
        "not-divisible",
        ("4 from reshape at model.py:2", "D from x at model.py:1"),
        "choose D as a multiple of 4",
    ),
    "heads merged to another width": Bug(
        ATTENTION,
        "y = q.transpose((0, 2, 1, 3)).reshape((B, T, D))",
        "y = q.transpose((0, 2, 1, 3)).reshape((B, T, H * K))",
        "elements-differ",
        ("B*H*K*T from permute_dims at model.py:5", "B*D*T from reshape at model.py:5"),
        "reshape to (B, T, H*K)",
    ),
    "flattened by a wrong product": Bug(
        "\nx = ca.input('x', (B, 3, 4, 5))\n",
        "y = x.reshape((B, 50))",
        "y = x.reshape((B, 60))",
        "elements-differ",
        ("60*B from x at model.py:2", "50*B from reshape at model.py:3"),
        "reshape to (B, 60)",
    ),
    "centred without keepdims": Bug(
        "\n",
        "y = x - x.mean(axis=-1)",
        "y = x - x.mean(axis=-1, keepdims=True)",
        "sizes-differ",
        ("D from x at model.py:1", "T from x at model.py:1"),
        "keepdims=True in mean at model.py:2",
    ),
    "scaled by a deviation without keepdims": Bug(
        "\nsquares = x * x\n",
        "y = x / ops.sqrt(squares.mean(axis=-1) + 1e-5)",
        "y = x / ops.sqrt(squares.mean(axis=-1, keepdims=True) + 1e-5)",
        "sizes-differ",
        ("D from x at model.py:1", "T from x at model.py:1"),
        "keepdims=True in mean at model.py:3",
    ),
    "softmax by hand without keepdims": Bug(
        "\n",
        "y = ops.exp(x) / ops.exp(x).sum(axis=-1)",
        "y = ops.exp(x) / ops.exp(x).sum(axis=-1, keepdims=True)",
        "sizes-differ",
        ("D from x at model.py:1", "T from x at model.py:1"),
        "keepdims=True in sum at model.py:2",
    ),
    "log-softmax by hand without keepdims": Bug(
        "\n",
        "y = x - ops.logsumexp(x)",
        "y = x - ops.logsumexp(x, keepdims=True)",
        "sizes-differ",
        ("D from x at model.py:1", "T from x at model.py:1"),
        "keepdims=True in logsumexp at model.py:2",
    ),
    "weight (out, in)": Bug(
        '\nw = ca.parameter("w", (F, D))\n',
        "y = x @ w",
        "y = x @ w.mT",
        "sizes-differ",
        ("D from x at model.py:1", "F from w at model.py:2"),
        "swap the last two axes of w: w.mT",
    ),
    "weight (out, in) that never fits": Bug(
        '\nw = ca.parameter("w", (4 * D, D))\n',
        "y = x @ w",
        "y = x @ w.mT",
        "sizes-differ",
        ("D from x at model.py:1", "4*D from w at model.py:2"),
        "swap the last two axes of w: w.mT",
    ),
    "feed-forward of two widths": Bug(
        '\nwith ca.scope("up"):\n    up = layers.linear(x, 4 * D)\n',
        'y = up @ ca.parameter("down", (3 * D, D))',
        'y = up @ ca.parameter("down", (4 * D, D))',
        "sizes-differ",
        ("4*D from up/weight at model.py:3", "3*D from down at model.py:4"),
        "declare down as (4*D, D)",
    ),
    "memory of another width": Bug(
        '\nmemory = ca.input("memory", (B, S, M))\n',
        'y = memory @ ca.parameter("w", (D, D))',
        'y = memory @ ca.parameter("w", (M, D))',
        "sizes-differ",
        ("M from memory at model.py:2", "D from w at model.py:3"),
        "declare w as (M, D)",
    ),
    "gain of another width": Bug(
        "\n",
        'y = ops.layer_norm(x, ca.parameter("gain", (T,)))',
        'y = ops.layer_norm(x, ca.parameter("gain", (D,)))',
        "sizes-differ",
        ("D from x at model.py:1", "T from gain at model.py:2"),
        "declare gain as (D,)",
    ),
    "cache joined along the heads": Bug(
        '\ncache = ca.input("cache", (B, H, P, K))\nk = ca.input("k", (B, H, T, K))\n',
        "y = ops.concat([cache, k], axis=1)",
        "y = ops.concat([cache, k], axis=2)",
        "sizes-differ",
        ("P from cache at model.py:2", "T from k at model.py:3"),
        "concat along axis 2",
    ),
    "cache joined along the features": Bug(
        '\ncache = ca.input("cache", (2, 4, P, 8))\nk = ca.input("k", (2, 4, T, 8))\n',
        "y = ops.concat([cache, k], axis=-1)",
        "y = ops.concat([cache, k], axis=2)",
        "sizes-differ",
        ("P from cache at model.py:2", "T from k at model.py:3"),
        "concat along axis 2",
    ),
    "the whole table": Bug(
        '\nx = ca.input("x", (B, 128, D))\npositions = ca.parameter("positions", (512, D))\n',
        "y = x + positions",
        "y = x + positions[:128]",
        "sizes-differ",
        ("128 from x at model.py:2", "512 from positions at model.py:3"),
        "slice positions: positions[:128]",
    ),
    "a table that is too short": Bug(
        '\npositions = ca.parameter("positions", (512, D))\n',
        "y = positions[:1024]",
        'y = ca.parameter("positions", (1024, D))[:1024]',
        "out-of-range",
        ("512 from positions at model.py:2", "1024 from slice at model.py:3"),
        "make axis 0 of positions at least 1024 long",
    ),
    "a table that may be too short": Bug(
        '\npositions = ca.parameter("positions", (512, D))\n',
        "y = positions[:T]",
        'y = ca.parameter("positions", (T, D))[:T]',
        "out-of-range",
        ("512 from positions at model.py:2", "T from slice at model.py:3"),
        "make axis 0 of positions at least T long",
    ),
    "axes in another order": Bug(
        '\ny = ca.input("y", (T, B, D))\n',
        "y = x + y",
        "y = x + y.transpose((1, 0, 2))",
        "sizes-differ",
        ("B from x at model.py:1", "T from y at model.py:2"),
        "swap axes 0 and 1 of y",
    ),
    "lengths": Bug(
        '\nlengths = ca.input("lengths", (B, T))\n',
        "y = x * lengths",
        "y = x * lengths[:, :, None]",
        "sizes-differ",
        ("D from x at model.py:1", "T from lengths at model.py:2"),
        "give lengths as (B, T, 1): lengths[:, :, None]",
    ),
}


def misfits(code: str) -> list[Misfit]:
    """Return what a snippet's last line asks for, or why it is refused."""
    try:
        y = run(code)["y"]
    except ca.ShapeError as error:
        return [error.misfit] if error.misfit else []
    last = y.source.line
    nodes = [node for node in ca.Graph(y).nodes if node.source.line == last]
    return [misfit(node, condition) for node in nodes for condition in node.conditions]


@pytest.mark.parametrize("name", BUGS)
def test_one_edit_mends_it(name: str) -> None:
    bug = BUGS[name]
    found = [
        (each.code, (str(each.left), str(each.right)), each.fix)
        for each in misfits(bug.before + bug.wrong)
    ]
    assert (bug.code, bug.sides, bug.fix) in found
    assert misfits(bug.before + bug.right) == []


WITHOUT = {
    "two lengths": 'y = x + ca.input("y", (B, S, D))',
    "a residual of another width": 'y = x + ca.input("y", (B, T, 4 * D))',
    "two batches": 'y = x @ ca.input("y", (C, D, F))',
    "stretched": "y = ops.broadcast_to(x, (B, S, D))",
    "dropped": "y = ops.squeeze(x, 1)",
    "targets": 'y = ops.cross_entropy(x, ca.input("t", (B, S), "int"))',
}


@pytest.mark.parametrize("name", WITHOUT)
def test_where_no_edit_mends_it_none_is_named(name: str) -> None:
    (found, *_) = misfits("\n" + WITHOUT[name])
    assert found.fix == ""
    assert found.left is not None
    assert found.right is not None


def test_the_message_shows_both_sizes_and_where_they_come_from() -> None:
    bug = BUGS["feed-forward of two widths"]
    with pytest.raises(ca.ShapeError) as error:
        run(bug.before + bug.wrong)
    assert (
        str(error.value)
        == """\
matmul: shapes that can never fit
  required: the two axes are one, so their sizes are the same: 4*D == 3*D
  came:     (B, T, 4*D) and (3*D, D)
  left:     4*D from up/weight at model.py:3
  right:    3*D from down at model.py:4
  where:    scope (top), model.py:4
  fix:      declare down as (4*D, D)"""
    )
    found = error.value.misfit
    assert found is not None
    assert (found.op, found.scope, str(found.source)) == ("matmul", "", "model.py:4")
    assert found.condition is False
    assert "4*D == 3*D" in found.reason


def test_heads_of_a_block_are_chosen_among_the_divisors() -> None:
    with pytest.raises(ca.ShapeError) as error:
        run('\nx = ca.input("x", (B, T, 12))\nlayers.multi_head_attention(x, heads=5)')
    found = error.value.misfit
    assert found is not None
    assert found.fix == "choose h that divides d_model = 12: 1, 2, 3, 4, 6, 12"
    assert found.fix in str(error.value)
    assert (found.code, found.op) == ("not-divisible", "multi_head_attention")
    assert str(found.left) == "5 from h at model.py:3"
    assert str(found.right) == "12 from d_model at model.py:3"


def test_trouble_that_is_not_between_two_sizes_has_no_misfit() -> None:
    with pytest.raises(ca.ShapeError) as error:
        ca.input("x", "B T").reshape((-1, -1))
    assert error.value.misfit is None
    with pytest.raises(ca.ShapeError) as error:
        ca.ops.concat([ca.input("x", "B T"), ca.input("y", "T")])
    assert error.value.misfit is not None
    assert (error.value.misfit.code, error.value.misfit.left) == ("rank", None)


def asked(node: ca.Node) -> dict[Condition, Misfit]:
    return {condition: misfit(node, condition) for condition in node.conditions}


@pytest.mark.parametrize("seed", range(12))
def test_every_condition_is_a_misfit_and_every_axis_has_an_origin(seed: int) -> None:
    draw = random.Random(seed)
    seen = 0
    for _ in range(15):
        pool = [leaf(draw, [])]
        for _ in range(draw.randint(2, 8)):
            try:
                pool.append(draw.choice(STEPS)(draw, pool))
            except ca.CutawayError:
                continue
        graph = ca.Graph(pool)
        for node in graph.nodes:
            for condition, found in asked(node).items():
                seen += 1
                assert found.condition == condition
                assert found.left is not None
                assert found.right is not None
                assert str(found.left)
                assert found.code != "rank"
            for axis in range(node.rank):
                told = ca.explain(graph, node, axis)
                assert all(not step.node.inputs or step.happened != "begins" for step in told.steps)
                assert told.words("en")
                assert told.words("zh")
    assert seen > 5


@pytest.mark.parametrize("seed", range(12))
def test_an_edit_that_is_named_really_fits(seed: int) -> None:
    """At random sizes numpy takes the edited shapes, and gives the shape that was inferred."""
    draw = random.Random(1000 + seed)
    tried = 0
    while tried < 12:
        pool = [leaf(draw, [])]
        for _ in range(6):
            try:
                pool.append(draw.choice(STEPS)(draw, pool))
            except ca.CutawayError:
                continue
        for node in ca.Graph(pool).nodes:
            facts = Facts(node.op.name, tuple(source.shape for source in node.inputs))
            facts.infer(node.op)
            for requirement in facts.conditions.values():
                edit = edit_for(node.op, node.inputs, requirement)
                if edit is None:
                    continue
                again = Facts(edit.op.name, edit.shapes)
                shape = again.infer(edit.op)
                assert again.conditions.keys() < facts.conditions.keys()
                sizes = {name: draw.randint(1, 4) for name in "ABCD"}
                if not all(c.holds(sizes) for c in again.conditions):
                    continue
                lengths = [[evaluate(d, sizes) for d in s] for s in edit.shapes]
                if any(n.denominator != 1 or n < 1 for length in lengths for n in length):
                    continue
                arrays = [np.ones([int(n) for n in length]) for length in lengths]
                value = edit.op.bind(sizes).kernel(Numpy(), *arrays)
                assert np.shape(value) == tuple(int(evaluate(d, sizes)) for d in shape)
                tried += 1
