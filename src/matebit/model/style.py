"""The global style code."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F


class StyleMapping(nn.Module):
    """Global average of the exemplar's embedding through three linear layers: the style code."""

    def __init__(self, width: int, numbers: int) -> None:
        """`width` C of the network; the code has `numbers`, C as published."""
        super().__init__()
        self.layers = nn.ModuleList(
            [
                nn.Linear(8 * width, 4 * width),
                nn.Linear(4 * width, 4 * width),
                nn.Linear(4 * width, numbers),
            ]
        )

    def forward(self, features: Tensor) -> Tensor:
        """(B,8C,h,w) to (B,numbers), not normalised."""
        z = features.mean(dim=(2, 3))
        for layer in self.layers[:-1]:
            z = F.leaky_relu(layer(z), 0.2)
        return self.layers[-1](z)
