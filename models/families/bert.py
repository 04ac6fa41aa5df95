"""BERT (Devlin et al. 2019), MiniLM among it; what RoBERTa shares with it stands here too."""

from collections.abc import Callable

from cutaway.graph import Node, input, scope
from cutaway.interop import Settings
from cutaway.layers import encoder, layer_norm, learned_positions, linear, token_embedding
from cutaway.models import rows
from cutaway.models.families.heads import ACTIVATIONS, attention, masked_language, pooler
from cutaway.models.family import Family, Outputs

EPS = 1e-12
Positions = Callable[[Node, Settings, int], Node]


def absolute(tokens: Node, config: Settings, width: int) -> Node:
    """Return a learned vector for each place: (T, width)."""
    return learned_positions(tokens.shape[1], config.size("max_position_embeddings"), width)


def encode(config: Settings, positions: Positions = absolute) -> tuple[Node, Node]:
    """Return the last hidden states (B, T, width), and the table of tokens (V, width)."""
    config.only("position_embedding_type", "absolute")
    config.only("add_cross_attention", False)
    width, eps = config.size("hidden_size"), config.number("layer_norm_eps", EPS)
    tokens, mask, types = (
        input(name, "B T", dtype="int")
        for name in ("input_ids", "attention_mask", "token_type_ids")
    )
    with scope("embedding"):
        x, table = token_embedding(tokens, config.size("vocab_size"), width, scaled=False)
        with scope("token_types"):
            kind, _ = token_embedding(types, config.size("type_vocab_size", 2), width, scaled=False)
        with scope("positions"):
            x = x + kind + positions(tokens, config, width)
        with scope("norm", kind="sublayer"):
            x = layer_norm(x, eps)
    with scope("encoder", kind="stack"):
        x = encoder(
            x,
            layers=config.layers("num_hidden_layers"),
            mask=attention(mask, config.flag("is_decoder", False)),
            heads=config.heads("num_attention_heads", width),
            hidden=config.size("intermediate_size"),
            activation=config.choice("hidden_act", ACTIVATIONS, "gelu"),
            eps=eps,
        )
    return x, table


def _model(config: Settings) -> Outputs:
    states, _ = encode(config)
    return {"last_hidden_state": states, "pooler_output": pooler(states)}


def _masked(config: Settings) -> Outputs:
    return {"logits": _logits(config, *encode(config))}


def _pretraining(config: Settings) -> Outputs:
    states, table = encode(config)
    logits = _logits(config, states, table)
    pooled = pooler(states)
    with scope("next_sentence"):
        return {"prediction_logits": logits, "seq_relationship_logits": linear(pooled, 2)}


def _logits(config: Settings, states: Node, table: Node) -> Node:
    activation = config.choice("hidden_act", ACTIVATIONS, "gelu")
    eps = config.number("layer_norm_eps", EPS)
    return masked_language(states, table, config, activation, eps)


THEIRS, OURS = "encoder.layer.*", "encoder/layer.*"
ENCODER = (
    *rows.embedding("embeddings.word_embeddings", "embedding"),
    *rows.embedding("embeddings.token_type_embeddings", "embedding/token_types"),
    *rows.embedding("embeddings.position_embeddings", "embedding/positions"),
    *rows.norm("embeddings.LayerNorm", "embedding/norm"),
    *rows.linear(f"{THEIRS}.attention.self.query", f"{OURS}/self_attention/query"),
    *rows.linear(f"{THEIRS}.attention.self.key", f"{OURS}/self_attention/key"),
    *rows.linear(f"{THEIRS}.attention.self.value", f"{OURS}/self_attention/value"),
    *rows.linear(f"{THEIRS}.attention.output.dense", f"{OURS}/self_attention/output"),
    *rows.norm(f"{THEIRS}.attention.output.LayerNorm", f"{OURS}/self_attention_norm"),
    *rows.linear(f"{THEIRS}.intermediate.dense", f"{OURS}/feed_forward/up"),
    *rows.linear(f"{THEIRS}.output.dense", f"{OURS}/feed_forward/down"),
    *rows.norm(f"{THEIRS}.output.LayerNorm", f"{OURS}/feed_forward_norm"),
    *rows.linear("pooler.dense", "pooler"),
)
HEADS = (
    *rows.linear("cls.predictions.transform.dense", "output/transform"),
    *rows.norm("cls.predictions.transform.LayerNorm", "output/norm"),
    *rows.linear("cls.predictions.decoder", "output/decoder"),
    rows.Row("cls.predictions.bias", ("output/bias",)),
    *rows.linear("cls.seq_relationship", "next_sentence"),
)

BERT = Family(
    name="bert",
    classes={
        "BertModel": _model,
        "BertForMaskedLM": _masked,
        "BertLMHeadModel": _masked,
        "BertForPreTraining": _pretraining,
    },
    rows=ENCODER + HEADS,
    prefix="bert.",
    optional=frozenset({"pooler_output"}),
    unused=(
        "embeddings.position_ids",
        "pooler.*",
        "cls.seq_relationship.*",
        "cls.predictions.bias",
        "cls.predictions.decoder.*",
    ),
)
