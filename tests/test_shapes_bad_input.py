"""Assumptions that are no assumptions: a clear error, at once, and nothing is executed."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from limits import within

import cutaway as ca
from cutaway.graph import as_shape

HANG = 20.0  # seconds: errors come in milliseconds, but the machine may be slow


@pytest.fixture
def graph() -> ca.Graph:
    return ca.Graph(ca.layers.multi_head_attention(ca.input("x", "B T D"), heads="H"))


@pytest.fixture(autouse=True)
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make what sympy executes text with, and what texts here try to reach, fail loudly."""

    def refuse(*args: object, **kwargs: object) -> None:
        raise RuntimeError(f"executed: {args}")

    monkeypatch.setattr(os, "system", refuse)
    monkeypatch.setattr("sympy.parsing.sympy_parser.eval_expr", refuse)  # behind sympify(text)


def refused(call: Callable[[], object]) -> str:
    """Return the message of the error that a call raises, soon."""
    with within(HANG), pytest.raises(ca.CutawayError) as caught:
        call()
    message = str(caught.value)
    assert message.strip()
    assert len(message) < 5000
    return message


TEXTS = {
    "a name that is no size": "H | Q",
    "a name that is near one": "HH | D",
    "an empty text": "",
    "white space": "  \n\t",
    "no relation": "D",
    "two relations": "1 <= T <= 5",
    "an assignment": "T = 5",
    "an inequality": "T != 5",
    "strictly less": "T < 5",
    "a half": "H |",
    "the other half": "| D",
    "a negative literal": "T == -1",
    "a negative bound": "T <= -5",
    "zero": "T == 0",
    "zero at most": "T <= 0",
    "zero divides": "0 | D",
    "a product of zero": "0*T == 5",
    "a division by zero": "T / 0 == 1",
    "a floor by zero": "T // 0 == 1",
    "a hidden zero": "T / (D - D) == 1",
    "a large number": "T == 9999999999999",
    "a very large number": "T <= " + "9" * 400,
    "a power": "T ** 9 == D",
    "a caret": "T^2 == D",
    "a power of products": "*".join(["D"] * 600) + " == 1",
    "a power of sums": "*".join(["(D+T+H+B)"] * 60) + " == H",
    "a tower of floors": "//".join(["D"] * 300) + " == H",
    "nested parentheses": "(" * 400 + "T" + ")" * 400 + " == 1",
    "many characters": "T + " * 100_000 + "T == 1",
    "an open parenthesis": "(T == 5",
    "an import": '__import__("os")',
    "an import that is compared": '__import__("os").system("touch /tmp/x") == 1',
    "an import without quotes": "__import__(os) == 1",
    "a lambda": "(lambda: T)() == 1",
    "an attribute": "T.__class__ == 1",
    "an index": "T[0] == 1",
    "a call": "exec(T) == 1",
    "a string": "'T' == 1",
    "a format": "{T} == 1",
    "a float": "T == 1.5",
    "an exponent": "T == 1e3",
    "hexadecimal": "T == 0x10",
    "an underscore in a number": "T == 1_000",
    "a null character": "T == 1\0",
    "a new line": "T == 1\nimport os",
    "a comment": "T == 1 # os",
    "a semicolon": "T == 1; D == 2",
    "a letter like T": "Τ == 1",  # Greek
    "another letter like T": "Т == 1",  # Cyrillic
    "a letter like H": "Н | D",
    "a wide letter": "Ｔ == 1",
    "a wide digit": "T == １２",
    "an Arabic digit": "T == ٣",
    "a superscript": "T == 5²",
    "a bar like a bar": "H ∣ D",
    "a sign like equals": "T ＝ 5",
    "a sign like at most": "T ≤ 5",
    "a joiner": "T\u200d == 1",
    "a right-to-left mark": "\u202eT == 1",
    "a fresh size": "? == T",
    "two shapes": "T, D == 1",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_texts(text: str, graph: ca.Graph, tmp_path: Path) -> None:
    refused(lambda: ca.verify(graph, assume=[text]))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "item",
    [
        None,
        5,
        0,
        -1,
        2.5,
        True,
        b"H | D",
        ("H", "D"),
        {"H": 2},
        Ellipsis,
        [["H | D"]],
        ca.dims("T"),
    ],
    ids=repr,
)
def test_things_that_are_no_text(item: Any, graph: ca.Graph) -> None:
    refused(lambda: ca.verify(graph, assume=[item]))


@pytest.mark.parametrize("assume", [None, 5, 2.5, True, b"H | D", Ellipsis], ids=repr)
def test_no_list_of_texts(assume: Any, graph: ca.Graph) -> None:
    refused(lambda: ca.verify(graph, assume=assume))


def test_a_near_name_is_offered(graph: ca.Graph) -> None:
    graph = ca.Graph(ca.input("x", "batch width"))
    message = refused(lambda: ca.verify(graph, assume="widht == 4"))
    assert "'width'" in message
    assert "widht" in message


CONTRADICTIONS = {
    "two numbers": ["T == 2", "T == 3"],
    "two bounds": ["T >= 5", "T <= 4"],
    "a number and a bound": ["T == 5", "T <= 4"],
    "a chain": ["B == T", "T == D", "D >= B + 1"],
    "a circle": ["B >= T + 1", "T >= D + 1", "D >= B + 1"],
    "a half and its double": ["T == 2*D", "D == 2*T"],
    "an odd even": ["2 | T", "T == 5"],
    "by itself": ["T == T + 1"],
    "divisor above": ["H == 2*D", "H | D"],
}


@pytest.mark.parametrize("assume", CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_contradictions(assume: list[str], graph: ca.Graph) -> None:
    """An assumption that none can keep is an error, not a proof of everything."""
    message = refused(lambda: ca.verify(graph, assume=assume))
    assert assume[0].split()[0] in message


def test_ten_thousand_assumptions(graph: ca.Graph) -> None:
    message = refused(lambda: ca.verify(graph, assume=["H | D"] * 5000 + ["T >= 2"] * 5000))
    assert "more than 100" in message


def test_ten_thousand_different_assumptions(graph: ca.Graph) -> None:
    refused(lambda: ca.verify(graph, assume=[f"T <= {n}" for n in range(1, 10_001)]))


def test_assumptions_without_end(graph: ca.Graph) -> None:
    def endless() -> Any:
        while True:
            yield "H | D"

    refused(lambda: ca.verify(graph, assume=endless()))


def test_assumptions_that_always_hold_are_no_trouble(graph: ca.Graph) -> None:
    contract = ca.verify(graph, assume=["T >= 1", "T == T", "1 | D", "D | D*T", "T + 1 >= 2"])
    assert contract.verdict == "conditional"
    assert [str(condition) for condition in contract.conditions] == ["H | D"]


@pytest.mark.parametrize(
    "text",
    ["-1", "0", "T**2", "T^2", "1.5", "9" * 20, "__import__('os')", "T\0", "5²", "T.x",
     "*".join(["D"] * 501), "(" * 60 + "T" + ")" * 60, "B T " * 400, "T // 0", "T - T"],
)  # fmt: skip
def test_shapes(text: str) -> None:
    refused(lambda: as_shape(text))
    refused(lambda: ca.input("x", text))
    refused(lambda: ca.parameter("w", text))
