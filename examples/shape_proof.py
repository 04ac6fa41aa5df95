"""Prove the shapes of your own model: a bug that its test misses, its contract, the fix.

python examples/shape_proof.py
cutaway check examples/shape_proof.py:first_try
cutaway check examples/shape_proof.py:attention
"""

import numpy as np

import cutaway as ca

B, T, D, H = ca.dims("B T D H")


def heads(x: ca.Node, name: str) -> ca.Node:
    """Project ``(B, T, D)``, and split it into ``(B, H, T, D / H)``."""
    with ca.scope(name):
        return ca.layers.linear(x, D).reshape((B, T, H, D / H)).transpose((0, 2, 1, 3))


def first_try() -> ca.Node:
    """Attend as its author first wrote it."""
    x = ca.input("x", (B, T, D))
    q, k, v = heads(x, "query"), heads(x, "key"), heads(x, "value")
    weights = ca.ops.softmax(q @ k / ca.ops.sqrt(ca.ops.dim(D / H)))
    return x + (weights @ v).transpose((0, 2, 1, 3)).reshape((B, T, D))


@ca.block(kind="sublayer", requires=["H | D"])
def attention() -> ca.Node:
    """Attend with the keys transposed, and with a promise: whoever calls it keeps ``H | D``."""
    x = ca.input("x", (B, T, D))
    q, k, v = heads(x, "query"), heads(x, "key"), heads(x, "value")
    weights = ca.ops.softmax(q @ k.mT / ca.ops.sqrt(ca.ops.dim(D / H)))
    return x + (weights @ v).transpose((0, 2, 1, 3)).reshape((B, T, D))


def run(model: ca.Node, length: int) -> str:
    """Run at width 16 with 4 heads, and say what comes out."""
    params = ca.initialize(model, {"D": 16})
    try:
        (out,) = ca.evaluate(model, {"x": np.ones((2, length, 16))}, params, {"H": 4})
    except ca.ContractError as error:
        return str(error)
    return f"runs: {out.shape}"


def main() -> None:
    """Show the bug, its contract, and the fix."""
    model = first_try()
    print("The author's test, 4 tokens:", run(model, length=4))
    contract = ca.verify(model)
    print("The contract:", contract)
    for error in contract.errors:
        print(error)
    print("Over what does the softmax run?", contract.explain("softmax"))
    print("So with 5 tokens:", run(model, length=5))
    print("The keys were not transposed: q @ k.mT.")
    model = attention()
    contract = ca.verify(model)
    print("Fixed, the contract:", contract)
    print("  asked for and not declared:", *contract.unmet or ["nothing"])
    print("  suspicious:", *contract.warnings or ["nothing"])
    print("  first sizes that break it:", contract.counterexample)
    print("Over what does the softmax run?", contract.explain("attention/softmax"))
    print("5 tokens:", run(model, length=5))


if __name__ == "__main__":
    main()
