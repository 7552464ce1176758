"""The convolution and ReLU of a frozen network: fixed weights allow a faster algorithm on the CPU."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from matebit.features.winograd import evaluated, winograd_conv_relu

# With fewer channels the transforms cost as much as the multiplications that they save.
WINOGRAD_INPUTS, WINOGRAD_OUTPUTS = 64, 128


class FixedConvRelu(nn.Conv2d):
    """3x3 convolution with zeros around its input, then ReLU; its weights are never trained.

    In float32 on the CPU wide layers go by Winograd's algorithm, by tiles of `tile` (4 or 2) pixels, whose
    weights lie beside the plain ones; in any other type or place by PyTorch's convolution.
    """

    def __init__(self, inputs: int, outputs: int, tile: int = 4) -> None:
        super().__init__(inputs, outputs, 3, padding=1)
        self.tile = tile
        self.requires_grad_(False)
        self._values: Tensor | None = None
        self._made_of: tuple[int, int] | None = None

    def prepare(self) -> None:
        """Evaluate the weights now, if this layer uses them so, rather than in the first pass."""
        weight = self.weight
        wide = self.in_channels >= WINOGRAD_INPUTS and self.out_channels >= WINOGRAD_OUTPUTS
        if weight.device.type != "cpu" or weight.dtype != torch.float32 or not wide:
            self._values = self._made_of = None
            return
        state = weight.data_ptr(), weight._version  # changes when other weights are loaded
        if self._made_of != state:
            self._values, self._made_of = evaluated(weight, self.tile), state

    def forward(self, input: Tensor) -> Tensor:
        """(B,inputs,h,w) to (B,outputs,h,w)."""
        self.prepare()
        if self._values is None or input.dtype != torch.float32 or torch.is_autocast_enabled("cpu"):
            return torch.relu_(super().forward(input))
        return winograd_conv_relu(input, self._values, self.bias)  # type: ignore[arg-type]
