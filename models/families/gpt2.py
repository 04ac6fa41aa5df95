"""GPT-2 (Radford et al. 2019): a causal stack with the norms in front of the sublayers."""

from cutaway.graph import Node, input, scope
from cutaway.interop import Settings
from cutaway.layers import encoder, learned_positions, linear, token_embedding
from cutaway.models import rows
from cutaway.models.families.heads import ACTIVATIONS, attention
from cutaway.models.family import Family, Outputs


def _decode(config: Settings) -> tuple[Node, Node]:
    """Return the last hidden states (B, T, width), and the table of tokens (V, width)."""
    config.only("scale_attn_weights", True)
    config.only("scale_attn_by_inverse_layer_idx", False)
    config.only("add_cross_attention", False)
    width = config.size("n_embd")
    tokens, mask = (input(name, "B T", dtype="int") for name in ("input_ids", "attention_mask"))
    with scope("embedding"):
        x, table = token_embedding(tokens, config.size("vocab_size"), width, scaled=False)
        with scope("positions"):
            x = x + learned_positions(tokens.shape[1], config.size("n_positions"), width)
    with scope("decoder", kind="stack"):
        x = encoder(  # its layers are encoder layers: there is no memory to attend to
            x,
            layers=config.layers("n_layer"),
            mask=attention(mask, causal=True),
            heads=config.heads("n_head", width),
            hidden=config.size("n_inner", 4 * width),
            norm="pre",
            activation=config.choice("activation_function", ACTIVATIONS, "gelu_new"),
            eps=config.number("layer_norm_epsilon", 1e-5),
        )
    return x, table


def _model(config: Settings) -> Outputs:
    states, _ = _decode(config)
    return {"last_hidden_state": states}


def _language(config: Settings) -> Outputs:
    states, table = _decode(config)
    with scope("output"):
        if config.flag("tie_word_embeddings", True):
            return {"logits": states @ table.mT}
        return {"logits": linear(states, table.shape[0], bias=False)}


THEIRS, OURS = "h.*", "decoder/layer.*"
QUERY_KEY_VALUE = tuple(f"{OURS}/self_attention/{part}" for part in ("query", "key", "value"))

GPT2 = Family(
    name="gpt2",
    classes={"GPT2Model": _model, "GPT2LMHeadModel": _language},
    rows=(
        *rows.embedding("wte", "embedding"),
        *rows.embedding("wpe", "embedding/positions"),
        *rows.norm(f"{THEIRS}.ln_1", f"{OURS}/self_attention_norm"),
        *rows.conv1d(f"{THEIRS}.attn.c_attn", *QUERY_KEY_VALUE),
        *rows.conv1d(f"{THEIRS}.attn.c_proj", f"{OURS}/self_attention/output"),
        *rows.norm(f"{THEIRS}.ln_2", f"{OURS}/feed_forward_norm"),
        *rows.conv1d(f"{THEIRS}.mlp.c_fc", f"{OURS}/feed_forward/up"),
        *rows.conv1d(f"{THEIRS}.mlp.c_proj", f"{OURS}/feed_forward/down"),
        *rows.norm("ln_f", "decoder/norm"),
        *rows.linear("lm_head", "output", bias=False),
    ),
    prefix="transformer.",
    unused=("h.*.attn.bias", "h.*.attn.masked_bias", "lm_head.weight"),
)
