"""Whole models, tokens in and logits out: encoder–decoder, decoder-only, encoder-only."""

from dataclasses import dataclass, replace
from typing import Literal

from cutaway.graph import (
    Dim,
    DTypeError,
    Node,
    OptionError,
    ShapeError,
    as_dim,
    block,
    scope,
    show_shape,
)
from cutaway.graph.errors import explain
from cutaway.layers.basic import Activation, linear
from cutaway.layers.embedding import learned_positions, sinusoidal_positions, token_embedding
from cutaway.layers.stack import LayerOptions, Norm, decoder, encoder
from cutaway.ops import causal_mask, expand_dims, logical_and, not_equal
from cutaway.ops import dropout as drop

PaperName = Literal["paper-base", "paper-big"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The sizes and choices of a Transformer; a size may be an int, a dim, or text.

    Attributes
    ----------
    source_vocabulary, target_vocabulary
        How many tokens there are; the target's is the source's by default.
    d_model, heads, hidden, layers
        The paper's d_model, h, d_ff and N.
    norm, activation, final_norm, eps
        As in :func:`cutaway.layers.encoder`.
    kv_heads
        Number of key and value heads in self-attention; ``heads`` by default.
    tied
        Use the target's embedding as the output's weight (which then has no bias).
    shared
        Use one embedding for source and target (section 3.4 of the paper).
    positions, longest
        ``sinusoidal``, or ``learned`` with a table of ``longest`` rows.
    dropout
        The rate after every sublayer and on the embeddings, when a seed is given.
    padding
        A token that no query may attend to.
    """

    source_vocabulary: Dim | str
    target_vocabulary: Dim | str | None = None
    d_model: Dim | str = "d_model"
    heads: Dim | str = "h"
    hidden: Dim | str = "d_ff"
    layers: int = 6
    norm: Norm = "post"
    activation: Activation = "relu"
    final_norm: bool | None = None
    eps: float = 1e-5
    kv_heads: Dim | str | None = None
    tied: bool = False
    shared: bool = False
    positions: Literal["sinusoidal", "learned"] = "sinusoidal"
    longest: Dim | str = 512
    dropout: float = 0.0
    padding: int | None = None

    @staticmethod
    def preset(name: PaperName) -> "Config":
        """Return the sizes of Vaswani et al. 2017, Table 3, with its vocabulary of 37,000.

        Examples
        --------
        >>> Config.preset("paper-base").d_model, Config.preset("paper-big").hidden
        (512, 4096)
        """
        base = Config(
            source_vocabulary=37000,
            d_model=512,
            heads=8,
            hidden=2048,
            tied=True,
            shared=True,
            dropout=0.1,
        )
        if name == "paper-base":
            return base
        if name == "paper-big":
            return replace(base, d_model=1024, heads=16, hidden=4096, dropout=0.3)
        raise OptionError(explain(f"there is no preset {name!r}", required="paper-base, paper-big"))

    def symbolic(self) -> "Config":
        """Return the same choices with the paper's symbols for all sizes.

        Examples
        --------
        >>> Config.preset("paper-base").symbolic().d_model
        'd_model'
        """
        return replace(
            self,
            source_vocabulary="V",
            target_vocabulary=None if self.target_vocabulary is None else "V_target",
            d_model="d_model",
            heads="h",
            hidden="d_ff",
        )

    def options(self, seed: Node | None) -> LayerOptions:
        """Return what its layers take."""
        return LayerOptions(
            heads=self.heads,
            hidden=self.hidden,
            norm=self.norm,
            activation=self.activation,
            kv_heads=self.kv_heads,
            eps=self.eps,
            dropout=self.dropout,
            seed=seed,
        )


def padding_mask(tokens: Node, padding: int) -> Node:
    """Return which tokens may be attended to: ``(B, S)`` to a bool ``(B, 1, 1, S)``.

    Examples
    --------
    >>> import cutaway as ca
    >>> padding_mask(ca.input("tokens", "B S", dtype="int"), 0)
    <expand_dims: bool (B, 1, 1, S)>
    """
    return expand_dims(not_equal(tokens, padding), (1, 2))


@block(kind="part", name="")
def transformer(
    source: Node,
    target: Node,
    config: Config,
    *,
    source_mask: Node | None = None,
    target_mask: Node | None = None,
    seed: Node | None = None,
) -> Node:
    """Return the paper's model: ``source`` (B, S) and ``target`` (B, T) tokens to logits (B, T, V).

    The target is the decoder's input, shifted right: position t sees tokens up to t and
    predicts the next.

    Parameters
    ----------
    source_mask
        Which source tokens may be attended to, ``(B, 1, 1, S)``; by default all but
        ``config.padding``.
    target_mask
        Where target positions may attend; by default causal, and not to padding.
    seed
        Draws the dropout; without it nothing is dropped.

    Examples
    --------
    >>> import cutaway as ca
    >>> source, target = ca.input("source", "B S", "int"), ca.input("target", "B T", "int")
    >>> y = transformer(source, target, Config(source_vocabulary="V", layers=1))
    >>> y.shape, str(ca.verify(ca.Graph(y)))
    ((B, T, V), 'valid iff 2 | d_model and h | d_model')
    """
    for tokens, name in ((source, "source"), (target, "target")):
        _check_tokens(tokens, name)
    if config.padding is not None:
        source_mask = padding_mask(source, config.padding) if source_mask is None else source_mask
    target_mask = _causal(target, config) if target_mask is None else target_mask
    vocabulary = config.target_vocabulary or config.source_vocabulary
    with scope("embedding" if config.shared else "source_embedding"):
        x, table = _embed(source, config.source_vocabulary, config, seed)
    if config.shared:
        with scope("embedding"):
            y, table = _embed(target, vocabulary, config, seed, table)
    else:
        with scope("target_embedding"):
            y, table = _embed(target, vocabulary, config, seed)
    options = config.options(seed)
    with scope("encoder", kind="stack"):
        memory = encoder(
            x, layers=config.layers, mask=source_mask, final_norm=config.final_norm, **options
        )
    with scope("decoder", kind="stack"):
        y = decoder(
            y,
            memory,
            layers=config.layers,
            mask=target_mask,
            memory_mask=source_mask,
            final_norm=config.final_norm,
            **options,
        )
    return _output(y, vocabulary, table, config)


@block(kind="part", name="")
def decoder_only(tokens: Node, config: Config, *, seed: Node | None = None) -> Node:
    """Return a language model of GPT's form: ``(B, T)`` tokens to logits (B, T, V).

    Its layers are encoder layers under a causal mask: there is no memory to attend to.

    Examples
    --------
    >>> import cutaway as ca
    >>> config = Config(source_vocabulary="V", layers=1, positions="learned", longest=64)
    >>> decoder_only(ca.input("tokens", "B T", dtype="int"), config).shape
    (B, T, V)
    """
    _check_tokens(tokens, "tokens")
    with scope("embedding"):
        x, table = _embed(tokens, config.source_vocabulary, config, seed)
    with scope("decoder", kind="stack"):
        x = encoder(
            x,
            layers=config.layers,
            mask=_causal(tokens, config),
            final_norm=config.final_norm,
            **config.options(seed),
        )
    return _output(x, config.source_vocabulary, table, config)


@block(kind="part", name="")
def encoder_only(
    tokens: Node, config: Config, *, mask: Node | None = None, seed: Node | None = None
) -> Node:
    """Return an encoder of BERT's form: ``(B, S)`` tokens to hidden states (B, S, d_model).

    Examples
    --------
    >>> import cutaway as ca
    >>> config = Config(source_vocabulary="V", layers=1, activation="gelu")
    >>> encoder_only(ca.input("tokens", "B S", dtype="int"), config).shape
    (B, S, d_model)
    """
    _check_tokens(tokens, "tokens")
    if mask is None and config.padding is not None:
        mask = padding_mask(tokens, config.padding)
    with scope("embedding"):
        x, _ = _embed(tokens, config.source_vocabulary, config, seed)
    with scope("encoder", kind="stack"):
        return encoder(
            x,
            layers=config.layers,
            mask=mask,
            final_norm=config.final_norm,
            **config.options(seed),
        )


def _embed(
    tokens: Node,
    vocabulary: Dim | str,
    config: Config,
    seed: Node | None,
    table: Node | None = None,
) -> tuple[Node, Node]:
    """Return embedded tokens with their positions, and the table they came from."""
    embedded, table = token_embedding(tokens, vocabulary, config.d_model, table)
    length = tokens.shape[1]
    if config.positions == "learned":
        with scope("positions"):
            places = learned_positions(length, config.longest, config.d_model)
    else:
        places = sinusoidal_positions(length, config.d_model)
    x = embedded + places
    return drop(x, config.dropout, seed, training=seed is not None), table


def _output(x: Node, vocabulary: Dim | str, table: Node, config: Config) -> Node:
    with scope("output"):
        return x @ table.mT if config.tied else linear(x, as_dim(vocabulary))


def _causal(tokens: Node, config: Config) -> Node:
    mask = causal_mask(tokens.shape[1])
    if config.padding is None:
        return mask
    return logical_and(mask, padding_mask(tokens, config.padding))


def _check_tokens(tokens: Node, name: str) -> None:
    if tokens.dtype != "int":
        raise DTypeError(
            explain(
                f"{name}: tokens are indices",
                required="int",
                came=repr(tokens),
                fix=f'ca.input("{name}", "B T", dtype="int")',
            )
        )
    if tokens.rank != 2:
        raise ShapeError(
            explain(
                f"{name}: tokens have a batch and a length",
                required="(B, T)",
                came=show_shape(tokens.shape),
            )
        )
