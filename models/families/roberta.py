"""RoBERTa (Liu et al. 2019): BERT with positions counted after padding."""

from cutaway.graph import Node
from cutaway.interop import Settings
from cutaway.layers import positions_after_padding
from cutaway.models import rows
from cutaway.models.families.bert import ENCODER, EPS, encode
from cutaway.models.families.heads import masked_language, pooler
from cutaway.models.family import Family, Outputs

PADDING = 1  # the token, unless config.json says otherwise


def _positions(tokens: Node, config: Settings, width: int) -> Node:
    padding, table = config.token("pad_token_id", PADDING), config.size("max_position_embeddings")
    longest = table - padding - 1
    if longest < 1:
        raise config.wrong("max_position_embeddings", f"at least {padding + 2}", table)
    return positions_after_padding(tokens, padding, longest, width)


def _model(config: Settings) -> Outputs:
    states, _ = encode(config, _positions)
    return {"last_hidden_state": states, "pooler_output": pooler(states)}


def _language(config: Settings) -> Outputs:
    states, table = encode(config, _positions)
    eps = config.number("layer_norm_eps", EPS)
    return {"logits": masked_language(states, table, config, "gelu", eps)}


HEAD = (
    *rows.linear("lm_head.dense", "output/transform"),
    *rows.norm("lm_head.layer_norm", "output/norm"),
    *rows.linear("lm_head.decoder", "output/decoder"),
    rows.Row("lm_head.bias", ("output/bias",)),
)

ROBERTA = Family(
    name="roberta",
    classes={
        "RobertaModel": _model,
        "RobertaForMaskedLM": _language,
        "RobertaForCausalLM": _language,
    },
    rows=ENCODER + HEAD,
    prefix="roberta.",
    optional=frozenset({"pooler_output"}),
    unused=("embeddings.position_ids", "pooler.*", "lm_head.bias", "lm_head.decoder.*"),
)
