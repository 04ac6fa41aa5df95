"""The encoder in PyTorch, and an example that it is traced at."""

import torch
from drawers import BATCH, HEADS, HIDDEN, LAYERS, LENGTH, WIDTH
from torch import nn


def encoder() -> nn.Module:
    """Return it in training mode: in the other one, PyTorch fuses each layer into one op."""
    layer = nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, dropout=0.0, batch_first=True)
    return nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False).train()


def example() -> torch.Tensor:
    """Return an input of zeros."""
    return torch.zeros(BATCH, LENGTH, WIDTH)
