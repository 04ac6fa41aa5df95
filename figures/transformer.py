"""What figures 1, 10 and 11 are drawn from: the model as a graph of the paper's symbols."""

from cutaway import layers
from cutaway.graph import Dim, Graph, Node, as_dim, input, scope
from cutaway.layers import Config
from cutaway.ops import causal_mask, softmax

PADDING = 0  # the token that nothing attends to
SYMBOLIC = Config(source_vocabulary="vocab", layers=6)  # N of the paper


def model(config: Config = SYMBOLIC) -> Graph:
    """Return the paper's Transformer, from tokens to the probabilities of the next ones.

    The parameters are those of :func:`cutaway.layers.transformer`.

    Examples
    --------
    >>> model().outputs
    (<softmax: float (B, T, vocab)>,)
    """
    source = input("source", "B S", dtype="int")
    mask = layers.padding_mask(source, PADDING)
    return _predicted(_encoded(source, mask, config), mask, config)


def encoder(config: Config = SYMBOLIC) -> Graph:
    """Return its encoder, from tokens to the memory.

    Examples
    --------
    >>> encoder().outputs[0].shape
    (B, S, d_model)
    """
    source = input("source", "B S", dtype="int")
    return Graph(_encoded(source, layers.padding_mask(source, PADDING), config))


def decoder(config: Config = SYMBOLIC) -> Graph:
    """Return its decoder with a memory as input, from tokens to probabilities.

    Examples
    --------
    >>> sorted(node.name for node in decoder().inputs)
    ['memory', 'source', 'target']
    """
    memory = input("memory", ("B", "S", config.d_model))
    source = input("source", "B S", dtype="int")
    return _predicted(memory, layers.padding_mask(source, PADDING), config)


def _encoded(source: Node, mask: Node, config: Config) -> Node:
    x = _embedded(source, "source", config.source_vocabulary, config)
    with scope("encoder", kind="stack"):
        return layers.encoder(x, layers=config.layers, mask=mask, **config.options(None))


def _predicted(memory: Node, mask: Node, config: Config) -> Graph:
    target = input("target", "B T", dtype="int")
    vocabulary = config.target_vocabulary or config.source_vocabulary
    y = _embedded(target, "target", vocabulary, config)
    with scope("decoder", kind="stack"):
        y = layers.decoder(
            y,
            memory,
            layers=config.layers,
            mask=causal_mask("T"),
            memory_mask=mask,
            **config.options(None),
        )
    with scope("output"):
        logits = layers.linear(y, as_dim(vocabulary))
    return Graph(softmax(logits))


def _embedded(tokens: Node, name: str, vocabulary: Dim | str, config: Config) -> Node:
    with scope(f"{name}_embedding"):
        embedded, _ = layers.token_embedding(tokens, vocabulary, config.d_model)
    with scope(f"{name}_positions"):
        places = layers.sinusoidal_positions(tokens.shape[1], config.d_model)
    with scope(f"{name}_sum"):
        return embedded + places
