"""What figure 12 draws: the feed-forward network of the example's layer, for two tokens alone."""

from functools import lru_cache

from cutaway.figures.example import KEY, QUERY, Array
from cutaway.figures.spec import Setting
from cutaway.graph import Graph, input, parameter_count
from cutaway.layers import feed_forward
from cutaway.layers.stack import LayerOptions, add_norm
from cutaway.transform import Unrolled, unroll

TOKENS = (QUERY, KEY)
PLACES = range(len(TOKENS))
X = "self_attention_norm/layer_norm"  # in the layer, what is x here
UP, RELU, DOWN = "feed_forward/up/add", "feed_forward/relu", "feed_forward/down/add"
ADD, NORM = "feed_forward_norm/add", "feed_forward_norm/layer_norm"


@lru_cache(maxsize=1)
def network() -> Graph:
    """Return the network with its Add & Norm, of any size: ``x`` (S, d_model)."""
    x = input("x", "S d_model")
    options: LayerOptions = {"heads": "h", "hidden": "d_ff"}
    return Graph(add_norm(x, "feed_forward", lambda y: feed_forward(y, "d_ff"), options))


@lru_cache(maxsize=1)
def each_token() -> Unrolled:
    """Return it with each token's vector as a node of its own."""
    return unroll(network(), "S", len(TOKENS))


def values(setting: Setting, node: str, place: int) -> Array:
    """Return a token's row of a node of the layer, as a matrix of one row."""
    token = TOKENS[place]
    row: Array = setting.example.layer[node][0, token : token + 1]
    return row


def path(node: str, place: int) -> str:
    """Return where a token's row of a node of the layer is in :func:`each_token`.

    Examples
    --------
    >>> path("feed_forward/relu", 1)
    'feed_forward/relu[2]'
    """
    return _paths()["x" if node == X else node, place]


@lru_cache(maxsize=1)
def _paths() -> dict[tuple[str, int], str]:
    whole, tokens = network(), each_token()
    return {
        (whole.path(piece.node), piece.tokens[0]): tokens.path(node)
        for node, piece in tokens.origin.items()
        if piece.tokens
    }


def parameters(setting: Setting) -> int:
    """Return how many numbers the network learns, its Add & Norm apart."""
    d_model = values(setting, X, 0).shape[-1]
    d_ff = values(setting, RELU, 0).shape[-1]
    alone = Graph(feed_forward(input("x", "S d_model"), "d_ff"))
    return int(parameter_count(alone, {"d_model": d_model, "d_ff": d_ff}))
