"""DistilBERT (Sanh et al. 2019): BERT without token types and without pooler."""

from cutaway.graph import Node, input, scope
from cutaway.interop import Settings
from cutaway.layers import encoder, layer_norm, learned_positions, token_embedding
from cutaway.models import rows
from cutaway.models.families.heads import ACTIVATIONS, attention, masked_language
from cutaway.models.family import Family, Outputs

EPS = 1e-12


def _encode(config: Settings) -> tuple[Node, Node]:
    """Return the last hidden states (B, T, width), and the table of tokens (V, width)."""
    width = config.size("dim")
    tokens, mask = (input(name, "B T", dtype="int") for name in ("input_ids", "attention_mask"))
    with scope("embedding"):
        x, table = token_embedding(tokens, config.size("vocab_size"), width, scaled=False)
        with scope("positions"):
            longest = config.size("max_position_embeddings")
            x = x + learned_positions(tokens.shape[1], longest, width)
        with scope("norm", kind="sublayer"):
            x = layer_norm(x, EPS)
    with scope("encoder", kind="stack"):
        x = encoder(
            x,
            layers=config.layers("n_layers"),
            mask=attention(mask, causal=False),
            heads=config.heads("n_heads", width),
            hidden=config.size("hidden_dim"),
            activation=config.choice("activation", ACTIVATIONS, "gelu"),
            eps=EPS,
        )
    return x, table


def _model(config: Settings) -> Outputs:
    states, _ = _encode(config)
    return {"last_hidden_state": states}


def _masked(config: Settings) -> Outputs:
    activation = config.choice("activation", ACTIVATIONS, "gelu")
    return {"logits": masked_language(*_encode(config), config, activation, EPS)}


THEIRS, OURS = "transformer.layer.*", "encoder/layer.*"

DISTILBERT = Family(
    name="distilbert",
    classes={"DistilBertModel": _model, "DistilBertForMaskedLM": _masked},
    rows=(
        *rows.embedding("embeddings.word_embeddings", "embedding"),
        *rows.embedding("embeddings.position_embeddings", "embedding/positions"),
        *rows.norm("embeddings.LayerNorm", "embedding/norm"),
        *rows.linear(f"{THEIRS}.attention.q_lin", f"{OURS}/self_attention/query"),
        *rows.linear(f"{THEIRS}.attention.k_lin", f"{OURS}/self_attention/key"),
        *rows.linear(f"{THEIRS}.attention.v_lin", f"{OURS}/self_attention/value"),
        *rows.linear(f"{THEIRS}.attention.out_lin", f"{OURS}/self_attention/output"),
        *rows.norm(f"{THEIRS}.sa_layer_norm", f"{OURS}/self_attention_norm"),
        *rows.linear(f"{THEIRS}.ffn.lin1", f"{OURS}/feed_forward/up"),
        *rows.linear(f"{THEIRS}.ffn.lin2", f"{OURS}/feed_forward/down"),
        *rows.norm(f"{THEIRS}.output_layer_norm", f"{OURS}/feed_forward_norm"),
        *rows.linear("vocab_transform", "output/transform"),
        *rows.norm("vocab_layer_norm", "output/norm"),
        rows.Row("vocab_projector.bias", ("output/bias",)),
        *rows.linear("vocab_projector", "output/decoder"),
    ),
    prefix="distilbert.",
    unused=("embeddings.position_ids", "vocab_projector.weight"),
)
