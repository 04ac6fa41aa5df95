"""The encoder in PyTorch, and an example that it is traced at."""

from functools import cache

import torch
from torch import nn

from drawers import BATCH, HEADS, HIDDEN, LAYERS, LENGTH, WIDTH


@cache
def encoder() -> nn.Module:
    """Return it in training mode: in the other one, PyTorch fuses each layer into one op.

    It is made once: what is timed begins with the model.
    """
    layer = nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, dropout=0.0, batch_first=True)
    return nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False).train()


def example() -> torch.Tensor:
    """Return an input of zeros."""
    return torch.zeros(BATCH, LENGTH, WIDTH)
