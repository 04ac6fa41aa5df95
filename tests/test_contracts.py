"""Contracts: of every built-in model, and what facts, equalities and ``?`` do to shapes."""

import numpy as np
import pytest
from conftest import Golden

import cutaway as ca
from cutaway.graph import check_sizes, show_shape
from cutaway.models import MODELS
from cutaway.shapes import Contract

B, T, S, D, H, K = ca.dims("B T S D H K")


def told(contract: Contract) -> str:
    """Write a contract in lines."""
    lines = [str(contract)]
    for condition in contract.conditions:
        broken = ", ".join(f"{n} = {s}" for n, s in contract.counterexamples[condition].items())
        standing = "declared" if condition not in contract.unmet else "not declared"
        lines.append(f"  {condition}: {standing}, broken at {broken}")
    lines += [f"  output {show_shape(contract.shapes[node])}" for node in contract.graph.outputs]
    lines += [f"  {lint.code}" for lint in contract.warnings]
    return "\n".join(lines)


def test_the_contract_of_every_built_in_model(golden: Golden) -> None:
    contracts = {name: ca.verify(model.graph()) for name, model in MODELS.items()}
    text = "\n".join(f"{name}: {told(contract)}" for name, contract in contracts.items())
    print(text)
    golden("contracts.txt", text + "\n")
    for name, contract in contracts.items():
        assert (contract.unmet, contract.errors, contract.warnings) == ((), (), ()), name
        assert contract.verdict in ("valid", "conditional"), name
        for sizes in contract.counterexamples.values():
            with pytest.raises(ca.ContractError):
                check_sizes(contract.graph, sizes)


def test_equalities_make_one_dim_of_two() -> None:
    x, y = ca.input("x", (B, T, D)), ca.input("y", (B, S, D))
    total = x + y
    contract = ca.verify(total)
    assert str(contract) == "valid iff S == T"
    assert contract.shapes[x] == contract.shapes[y] == contract.shapes[total] == (B, S, D)
    assert total.shape == (B, T, D), "as it was built"


def test_a_symbol_stands_for_the_product_that_it_equals() -> None:
    x = ca.input("x", (B, T, H, K)).reshape((B, T, H * K)) + ca.input("y", (B, T, D))
    contract = ca.verify(x.reshape((B, T * H * K)))
    assert str(contract) == "valid iff D == H*K"
    assert [show_shape(contract.shapes[n]) for n in (x, *contract.graph.outputs)] == [
        "(B, T, D)",
        "(B, D*T)",
    ]


def test_what_is_known_upstream_is_known_downstream() -> None:
    x = ca.input("x", (B, T, D)).reshape((B, T, H, D / H))
    halves = x.reshape((B, T, H, D / H))[..., : D / (2 * H)]
    assert str(ca.verify(x)) == "valid iff H | D"
    assert str(ca.verify(halves)) == "valid iff 2*H | D"


def test_unknown_sizes_are_solved() -> None:
    x = ca.input("x", (B, T, D))
    up, down = ca.parameter("up", "? ?"), ca.parameter("down", "? ?")
    y = ca.ops.relu(x @ up) @ down + x
    contract = ca.verify(y)
    assert contract.verdict == "valid"
    assert contract.free == ("?up.2",)
    assert [show_shape(contract.shapes[node]) for node in (up, down)] == [
        "(D, ?up.2)",
        "(?up.2, D)",
    ]
    contract = ca.verify((x @ up).reshape("B T H K"))
    assert show_shape(contract.shapes[up]) == "(D, H*K)"
    assert (contract.verdict, contract.free) == ("valid", ())


def test_unknown_sizes_leave_the_conditions_that_follow() -> None:
    heads = ca.parameter("w", "H ?")
    y = ca.input("x", (B, D)) @ heads.reshape((D, K))
    contract = ca.verify(y)
    assert show_shape(contract.shapes[heads]) == "(H, D*K/H)"
    assert str(contract) == "valid iff H | D*K"
    twice = ca.input("x", (B, D)) @ ca.parameter("v", "? 3")
    assert str(ca.verify([twice, ca.input("y", (B, K)) @ twice.mT.mT.mT])) == "valid iff K == 3"


def test_an_unknown_size_that_nothing_fits() -> None:
    w = ca.parameter("w", "?")
    y = [ca.input("x", (B, 3)) + w, ca.input("y", (B, 4)) + w]
    contract = ca.verify(y)
    assert contract.verdict == "invalid"
    assert contract.errors


def test_the_same_unknown_twice_is_an_equality() -> None:
    w = ca.parameter("w", "?")
    contract = ca.verify([ca.input("x", (B, D)) + w, ca.input("y", (B, K)) + w])
    assert str(contract) == "valid iff D == K"


def test_assumptions_decide_what_is_invalid_and_what_is_unmet() -> None:
    x = ca.input("x", (B, T, D)).reshape((B, T, H, D / H))
    for assume, verdict, unmet in (
        ((), "conditional", 1),
        ("H | D", "conditional", 0),
        ("D == 4*H", "conditional", 0),
        (["D == 5", "H == 2"], "invalid", 1),
        (["D == 6", "H == 2"], "conditional", 0),
        ("D >= H", "conditional", 1),
    ):
        contract = ca.verify(x, assume)
        assert (contract.verdict, len(contract.errors)) == (verdict, unmet), assume
        assert [str(c) for c in contract.conditions] == ["H | D"]


def test_contracts_imply_each_other() -> None:
    x = ca.input("x", (B, T, D))
    heads, halves = ca.verify(x.reshape((B, T, H, D / H))), ca.verify(x[..., : D / 2])
    both = ca.verify([*heads.graph.outputs, x.reshape((B, T, 2 * H, D / (2 * H)))])
    assert str(both) == "valid iff 2*H | D"
    assert both.implies(heads)
    assert both.implies(halves)
    assert both.implies(["H | D", "D >= 2"])
    assert not heads.implies(both)
    assert not heads.implies("2 | D")


def test_what_is_undecided_says_what_was_tried() -> None:
    squares = ca.input("x", (T, T)).reshape((2, S, S))
    contract = ca.verify(squares)
    assert contract.verdict == "undecided"
    assert "no sizes were found" in contract.tried[0]
    assert contract.errors


@pytest.mark.parametrize("name", ["transformer", "gpt"])
def test_a_counterexample_is_told_by_evaluate_as_well(name: str) -> None:
    graph = MODELS[name].graph()
    contract = ca.verify(graph)
    for condition, sizes in contract.counterexamples.items():
        legal = {n: s if n not in condition.symbols else 4 for n, s in sizes.items()}
        assert all(c.holds(legal) for c in contract.conditions)
        assert not condition.holds(sizes)
        assert all(c.holds(sizes) for c in contract.conditions if c != condition)


def test_a_counterexample_fails_where_a_smaller_one_is_silent() -> None:
    x, y = ca.input("x", (T, D)), ca.input("y", (S, D))
    contract = ca.verify(x + y)
    assert contract.counterexample == {"D": 1, "S": 2, "T": 3}  # S = 1 broadcasts
    with pytest.raises(ValueError, match="broadcast"):
        np.ones((3, 1)) + np.ones((2, 1))
