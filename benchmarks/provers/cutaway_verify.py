"""cutaway: the contract of the layer as it is in ``ca.layers``, with every size a symbol."""

from typing import Any

from mistakes import Mistake

import cutaway as ca
from provers import Answer, Prove, Verdict


def layer() -> dict[str, Prove]:
    return {"build and verify": _prove, "and the counterexample": _disprove}


def _contract() -> ca.shapes.Contract:
    x = ca.input("x", "B T d_model")
    return ca.verify(ca.layers.encoder_layer(x, heads="h", hidden="d_ff"))


def _prove() -> str:
    return str(_contract())


def _disprove() -> str:
    contract = _contract()
    assert contract.counterexample is not None
    sizes = ", ".join(f"{name} = {size}" for name, size in contract.counterexample.items())
    return f"{contract}; first broken at {sizes}"


class Words:
    """What cutaway calls it: see ``mistakes.Words``."""

    softmax = staticmethod(ca.ops.softmax)
    concat = staticmethod(ca.ops.concat)
    transpose = staticmethod(ca.ops.permute_dims)

    @staticmethod
    def mean(x: ca.Node, axis: int) -> ca.Node:
        return x.mean(axis, keepdims=True)

    @staticmethod
    def share(whole: Any, parts: Any) -> Any:
        return whole / parts

    @staticmethod
    def root(size: Any) -> ca.Node:
        return ca.ops.sqrt(ca.ops.dim(size))


def judge(mistake: Mistake) -> Answer:
    inputs = [ca.input(f"x{n}", shape) for n, shape in enumerate(mistake.inputs)]
    contract = ca.verify(mistake.code(Words, *inputs))
    told = [*map(str, contract.errors), *map(str, contract.warnings)]
    says = "\n".join(told) or str(contract)
    verdict: Verdict = "found" if told else "accepted"
    return Answer(verdict, says, says.partition("\n")[0], "mistakes.py:" in says)
