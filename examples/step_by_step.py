"""Evaluate single-head attention step by step: every node's formula, shape and value.

    python examples/step_by_step.py

Whatever reads a graph is a rule given to `ca.graph.walk`: it is called once for each node, inputs
first, with the values it gave to them. This rule computes the node, and tells.
"""

import numpy as np
import numpy.typing as npt

import cutaway as ca

Array = npt.NDArray[np.float64]
WORDS = ("I", "eat", "apples")
GIVEN = {
    "x": [[1, 0, 1, 0], [0, 1, 0, 1], [1, 1, 0, 0]],
    "query/weight": [[1, 0], [1, 1], [0, 2], [2, -1]],
    "key/weight": [[0, 1], [2, 0], [1, 1], [-1, 1]],
    "value/weight": [[1, 1], [0, 2], [1, -1], [0, 0]],
}
SIZES = {"T": 3, "d_model": 4, "d_k": 2}


def main() -> None:
    """Step through the graph, then evaluate it at once."""
    graph = ca.Graph(ca.layers.single_head_attention(ca.input("x", "T d_model"), width="d_k"))
    number = {node: f"[{n}]" for n, node in enumerate(graph.nodes, 1)}
    xp = ca.ops.Numpy(np.float64)

    def step(node: ca.Node, *values: Array) -> Array:
        path = graph.path(node)
        if path in GIVEN:
            value, formula = np.array(GIVEN[path], dtype=float), "given"
        else:
            value = np.asarray(node.op.bind(SIZES).kernel(xp, *values))
            formula = node.op.text(*(number[source] for source in node.inputs))
        print(f"\n{number[node]} {path} {ca.graph.show_shape(node.shape)}: {formula}")
        print(np.array2string(value, precision=2, suppress_small=True))
        return value

    values = ca.graph.walk(graph, step)

    (output,) = graph.outputs
    params = {path: array for path, array in GIVEN.items() if path != "x"}
    (at_once,) = ca.evaluate(graph, {"x": GIVEN["x"]}, params)
    print("\nThe same at once:", np.array_equal(values[output], at_once))
    (softmax,) = graph.find("*/softmax")
    for word, row in zip(WORDS, values[softmax], strict=True):
        print(f"{word} looks most at {WORDS[row.argmax()]} ({row.max():.0%})")


if __name__ == "__main__":
    main()
