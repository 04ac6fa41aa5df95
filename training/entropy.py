"""How widely heads look: the entropy of their attention weights."""

from cutaway.graph import Graph, Node
from cutaway.ops import cast, greater, log, maximum, sum
from cutaway.transform.attention import Attention, attentions

ENTROPY = "entropy"
LEAST = 1e-30  # a weight of 0 adds nothing: 0 log 0 is 0


def attention_entropy(graph: Graph | Node) -> dict[str, Node]:
    """Return a node for every attention: the mean entropy of each head's weights, in nats.

    0 is a head that looks at one key, the logarithm of the number of keys one that looks at all
    alike. Keys behind a mask add nothing; queries that may look at no key at all don't count.
    Attentions are found by what is computed, whatever their scopes are called.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "B T D")
    >>> y = ca.layers.multi_head_attention(x, heads=2, mask=ca.ops.causal_mask("T"))
    >>> found = attention_entropy(y)
    >>> params = ca.initialize(y, {"D": 4})
    >>> _, entropy = ca.evaluate([y, found["entropy"]], {"x": [[[1.0] * 4] * 3]}, params)
    >>> entropy.round(3)  # the mean of log 1, log 2 and log 3
    array([0.597, 0.597])
    """
    graph = Graph.of(graph)
    found: dict[str, Node] = {}
    for attention in attentions(graph):
        weights = attention.weights
        place = weights.scope.path.removesuffix("attention").rstrip("/")
        name = f"{ENTROPY}/{place}" if place else ENTROPY
        found[f"{ENTROPY}/{graph.path(weights)}" if name in found else name] = _entropy(attention)
    return found


def _entropy(attention: Attention) -> Node:
    weights, axis = attention.weights, attention.axis
    rows = -sum(weights * log(maximum(weights, LEAST)), axis)
    looking = cast(greater(sum(weights, axis), 0.0), "float")
    heads = range(1, rows.rank - 1) if rows.rank > 2 else ()  # (B, heads, T)
    others = tuple(place for place in range(rows.rank) if place not in heads)
    return sum(rows, others) / maximum(sum(looking, others), 1.0)
