"""PyTorch: its own ``nn.TransformerEncoderLayer``, without ``torch.compile``.

The forward pass runs in inference mode, which lets PyTorch take its fused kernel for the layer.
"""

from collections.abc import Mapping
from typing import Any

import torch
from problem import EPS, RATE, Problem

NORMS = {"self_attention_norm": "norm1", "feed_forward_norm": "norm2"}
LINEARS = {
    "self_attention/output": "self_attn.out_proj",
    "feed_forward/up": "linear1",
    "feed_forward/down": "linear2",
}


class Torch:
    """The contestant."""

    def __init__(self, problem: Problem) -> None:
        sizes = problem.sizes
        self.x, self.target = torch.from_numpy(problem.x), torch.from_numpy(problem.target)
        self.layer = torch.nn.TransformerEncoderLayer(
            sizes.d_model,
            sizes.h,
            sizes.d_ff,
            dropout=0.0,
            layer_norm_eps=EPS,
            batch_first=True,
            dtype=self.x.dtype,
        )
        with torch.no_grad():
            for name, tensor in self._named(dict(self.layer.named_parameters())).items():
                tensor.copy_(torch.from_numpy(problem.weights[name]))
        self.optimizer = torch.optim.SGD(self.layer.parameters(), RATE)

    def _named(self, tensors: Mapping[str, Any]) -> dict[str, Any]:
        """Return views by cutaway's names: weights (in, out), query, key and value apart."""
        found: dict[str, Any] = {}
        weights = tensors["self_attn.in_proj_weight"].chunk(3)
        biases = tensors["self_attn.in_proj_bias"].chunk(3)
        for name, weight, bias in zip(("query", "key", "value"), weights, biases, strict=True):
            found[f"self_attention/{name}/weight"] = weight.T
            found[f"self_attention/{name}/bias"] = bias
        for ours, theirs in LINEARS.items():
            found[f"{ours}/weight"] = tensors[f"{theirs}.weight"].T
            found[f"{ours}/bias"] = tensors[f"{theirs}.bias"]
        for ours, theirs in NORMS.items():
            found[f"{ours}/weight"] = tensors[f"{theirs}.weight"]
            found[f"{ours}/bias"] = tensors[f"{theirs}.bias"]
        return found

    def forward(self) -> Any:
        self.layer.eval()
        with torch.inference_mode():
            return self.layer(self.x)

    def step(self) -> tuple[Any, dict[str, Any]]:
        self.layer.train()
        self.optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(self.layer(self.x), self.target)
        loss.backward()
        self.optimizer.step()
        grads = {name: tensor.grad for name, tensor in self.layer.named_parameters()}
        return loss.detach(), self._named(grads)

    def weights(self) -> dict[str, Any]:
        return self._named({n: t.detach() for n, t in self.layer.named_parameters()})
