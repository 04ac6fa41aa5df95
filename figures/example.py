"""The example of all figures: one sentence, one layer and one head of the bundled translator.

Its values are stored, so that figures are the same bytes on every machine: ``record.py`` made
them, and the tests compare them with what the model computes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

import numpy.typing as npt

from cutaway import layers
from cutaway.graph import Graph, Node, Trace, input, scope
from cutaway.models.translator import PAD, START, Translator, load
from cutaway.ops import causal_mask, not_equal
from cutaway.run import Compiled
from cutaway.transform import Unrolled, expand, unroll

Array = npt.NDArray[Any]
SENTENCE = "I eat apples at home"
LAYER = 1  # of the encoder, counted from 0
HEAD = 2
QUERY = 0  # the token that is followed: its row
KEY = 1  # the token whose product with it is written out
FILE = "trace.safetensors"


def layer_graph() -> Graph:
    """Return the encoder layer, of any size: ``x`` (B, S, d_model) and ``source`` (B, S)."""
    x, source = input("x", "B S d_model"), input("source", "B S", dtype="int")
    mask = layers.padding_mask(source, 0)
    return Graph(layers.encoder_layer(x, heads="h", hidden="d_ff", mask=mask))


def head_graph(causal: bool = False) -> Graph:
    """Return one head of its attention: ``x`` (S, d_model) and ``source`` (S).

    ``causal`` masks what comes after each token instead of the padding.
    """
    x = input("x", "S d_model")
    mask = causal_mask("S") if causal else not_equal(input("source", "S", dtype="int"), 0)
    with scope("query"):
        q = layers.linear(x, "d_k")
    with scope("key"):
        k = layers.linear(x, "d_k")
    with scope("value"):
        v = layers.linear(x, "d_v")
    return Graph(layers.scaled_dot_product_attention(q, k, v, mask))


@dataclass(frozen=True)
class Example:
    """What figures 2 to 9 and 12 show: graphs with the values that they computed.

    Attributes
    ----------
    words
        The tokens of the sentence, padding last.
    layer, head, causal
        The layer, its head, and the same head with a causal mask.
    opened
        The head with softmax opened into the steps that it takes.
    """

    words: tuple[str, ...]
    layer: Trace
    head: Trace
    causal: Trace
    opened: Trace

    @property
    def masked(self) -> list[bool]:
        """For each key, whether it is padding: masked."""
        return [not kept for kept in self.head["not_equal"]]

    @cached_property
    def tokens(self) -> Unrolled:
        """The head with every token's vector as a node of its own."""
        return unroll(self.head.graph, "S", len(self.words))

    @cached_property
    def steps(self) -> Unrolled:
        """The same of the head with softmax opened."""
        return unroll(self.opened.graph, "S", len(self.words))

    @cached_property
    def token_nodes(self) -> dict[tuple[str, tuple[int | None, ...]], Node]:
        """The nodes of ``tokens``, by the node that they are a piece of and its tokens."""
        return _pieces(self.tokens, self.head.graph)

    @cached_property
    def step_nodes(self) -> dict[tuple[str, tuple[int | None, ...]], Node]:
        """The same of ``steps``."""
        return _pieces(self.steps, self.opened.graph)

    def token(self, path: str, *at: int | None) -> str:
        """Return the path of the piece of a node at some tokens; None where it is whole."""
        return self.tokens.path(self.token_nodes[path, at])

    def step(self, path: str, *at: int | None) -> str:
        """Return the same in ``steps``."""
        return self.steps.path(self.step_nodes[path, at])


def _pieces(unrolled: Unrolled, graph: Graph) -> dict[tuple[str, tuple[int | None, ...]], Node]:
    return {(graph.path(piece.node), piece.at): node for node, piece in unrolled.origin.items()}


def feeds_of(model: Translator, sentence: str) -> dict[str, Array]:
    """Return the feeds of a sentence, with one place of padding, and its translation."""
    words = model.tokenize(sentence)
    (translated,) = model.translate_words([words])
    return {
        "source": model.source.encode([words], len(words) + 1),
        "target": model.target.encode([(START, *translated)]),
    }


def entering(model: Translator, feeds: Mapping[str, Array]) -> Array:
    """Return what enters the example's layer: (B, S, d_model)."""
    (x,) = model.graph.find(f"encoder/layer.{LAYER - 1}/feed_forward_norm/layer_norm")
    return Compiled(model.graph).trace(feeds, model.params, keep=[x])[x]


def head_params(model: Translator) -> dict[str, Array]:
    """Return the weights of the example's head: its columns of those of the layer."""
    params, heads = layer_params(model), int(model.config.heads)
    found = {}
    for name in ("query", "key", "value"):
        for part in ("weight", "bias"):
            array = params[f"self_attention/{name}/{part}"]
            width = array.shape[-1] // heads
            found[f"{name}/{part}"] = array[..., HEAD * width : (HEAD + 1) * width]
    return found


def layer_params(model: Translator) -> dict[str, Array]:
    """Return the weights of the example's layer, by their paths in it."""
    prefix = f"encoder/layer.{LAYER}/"
    return {
        path.removeprefix(prefix): array
        for path, array in model.params.items()
        if path.startswith(prefix)
    }


@lru_cache(maxsize=1)
def example() -> Example:
    """Return the example, as it is stored."""
    from safetensors.numpy import load as read

    model = load()
    words = (*model.tokenize(SENTENCE), PAD)
    weights = layer_params(model)
    stored: dict[str, Array] = read(resources.files(__package__).joinpath(FILE).read_bytes())

    def trace(name: str, graph: Graph, params: Mapping[str, Array]) -> Trace:
        values = {
            path.removeprefix(f"{name}/"): array
            for path, array in stored.items()
            if path.startswith(f"{name}/")
        }
        return Trace(graph, {**values, **params}, {"S": words})

    of_head = head_params(model)
    return Example(
        words,
        trace("layer", layer_graph(), weights),
        trace("head", head_graph(), of_head),
        trace("causal", head_graph(causal=True), of_head),
        trace("opened", expand(head_graph()), of_head),
    )
