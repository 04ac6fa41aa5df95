"""A decoder of GPT-3's form: is it well-shaped at all sizes, and how long does it take to know?

``python benchmarks/decoder.py 96`` prints the seconds that each part takes in a fresh process.
"""

import json
import sys
from itertools import pairwise
from time import perf_counter

import cutaway as ca
from cutaway.layers import encoder, learned_positions, token_embedding

STAGES = ("build", "verify", "counterexample", "lints")


def decoder(layers: int, tied: bool = True) -> ca.Node:
    """Return the logits (B, T, V) of a decoder-only model (Brown et al. 2020, section 2.1).

    Token and learned position embeddings, ``layers`` pre-norm layers with a causal mask and
    GELU, a last norm; the logits share the embedding's table, as in GPT-2, or have their own. The
    inner width is four times the model's. Batch B, length T, width D, heads H and vocabulary V
    are symbols; there are 2048 positions. (That every other layer of GPT-3 attends to a band
    only is left out: it is another mask of the same shape.)
    """
    tokens = ca.input("tokens", "B T", dtype="int")
    with ca.scope("token_embedding"):
        rows, table = token_embedding(tokens, "V", "D", scaled=False)
    with ca.scope("position_embedding"):
        x = rows + learned_positions("T", 2048, "D")
    with ca.scope("decoder", kind="stack"):
        x = encoder(
            x,
            layers=layers,
            heads="H",
            hidden="4*D",
            norm="pre",
            activation="gelu",
            mask=ca.ops.causal_mask("T"),
        )
    if tied:
        return x @ table.mT
    with ca.scope("output"):
        return x @ ca.parameter("weight", "D V")


def stages(layers: int, tied: bool = True) -> tuple[ca.shapes.Contract, dict[str, float]]:
    """Build and prove a decoder; return its contract, and the seconds that each part took."""
    times = [perf_counter()]
    logits = decoder(layers, tied)
    times.append(perf_counter())
    contract = ca.verify(logits)
    times.append(perf_counter())
    assert contract.counterexample is not None  # found when it is asked for
    times.append(perf_counter())
    assert contract.warnings == ()
    times.append(perf_counter())
    spans = [after - before for before, after in pairwise(times)]
    return contract, dict(zip(STAGES, spans, strict=True))


if __name__ == "__main__":
    print(json.dumps(stages(int(sys.argv[1]))[1]))
