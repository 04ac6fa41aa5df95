"""Losses, targets and readouts."""

import cutaway as ca

B, T, S, D, V, C = ca.dims("B T S D V C")


def next_token() -> ca.Node:
    """Compare the logits of all but the last position with all but the first token: healthy."""
    logits, tokens = ca.input("logits", (B, T, V)), ca.input("tokens", (B, T), dtype="int")
    return ca.ops.cross_entropy(logits[:, :-1], tokens[:, 1:])


def next_token_of_uncut_logits() -> ca.Node:
    """Shift the targets and keep all logits."""
    logits, tokens = ca.input("logits", (B, T, V)), ca.input("tokens", (B, T), dtype="int")
    return ca.ops.cross_entropy(logits, tokens[:, 1:])


def classes_before_positions() -> ca.Node:
    """Transpose the logits, as PyTorch's loss wants them."""
    logits, tokens = ca.input("logits", (B, T, V)), ca.input("tokens", (B, T), dtype="int")
    return ca.ops.cross_entropy(logits.mT, tokens)


def weight_of_sequences() -> ca.Node:
    """Weigh the losses ``(B, T)`` with a weight for each sequence."""
    logits, tokens = ca.input("logits", (B, T, V)), ca.input("tokens", (B, T), dtype="int")
    loss = ca.ops.cross_entropy(logits, tokens, reduction="none")
    return (loss * ca.input("weight", (B,))).mean()


def targets_of_another_length() -> ca.Node:
    """Compare logits over the source with the target's tokens."""
    logits, tokens = ca.input("logits", (B, S, V)), ca.input("tokens", (B, T), dtype="int")
    return ca.ops.cross_entropy(logits, tokens)


def two_shifts_that_contradict() -> tuple[ca.Node, ...]:
    """Add a target as it is in one place, and shifted in another: no lengths fit both."""
    x, y = ca.input("x", (B, T, D)), ca.input("y", (B, S, D))
    return x + y, x + y[:, 1:]


def three_facts_that_contradict() -> tuple[ca.Node, ...]:
    """Add two sequences of one length, of which one has at most 3 and one at least 4 positions."""
    x, table = ca.input("x", (B, T, D)), ca.parameter("table", (3, D))
    return x + table[:S], x[:, 3], ca.input("y", (B, S, D)) * x


def classifier() -> ca.Node:
    """Read the first position out: healthy."""
    return ca.input("x", (B, T, D))[:, 0] @ ca.parameter("weight", (D, C))


def classifier_of_positions() -> ca.Node:
    """Read the first feature out where the first position was meant."""
    return ca.input("x", (B, T, D))[:, :, 0] @ ca.parameter("weight", (D, C))


def average_without_padding() -> ca.Node:
    """Divide a sum over positions by how many count: healthy."""
    x, mask = ca.input("x", (B, T, D)), ca.input("mask", (B, T))
    return (x * ca.ops.expand_dims(mask, -1)).sum(axis=1) / mask.sum(axis=1, keepdims=True)


def average_divided_along_features() -> ca.Node:
    """Divide by counts whose axis was dropped."""
    x, mask = ca.input("x", (B, T, D)), ca.input("mask", (B, T))
    return (x * ca.ops.expand_dims(mask, -1)).sum(axis=1) / mask.sum(axis=1)
