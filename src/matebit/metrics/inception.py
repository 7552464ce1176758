"""Inception-v3 as pytorch-fid uses it, from a file: features of whole batches.

The weights are TensorFlow's of 2015.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from matebit.errors import MatebitError
from matebit.metrics.base import with_digest
from matebit.metrics.batch import ScoredBatch

if TYPE_CHECKING:
    import torch

Resize = Literal["pytorch", "clean"]
SIDE = 299
LABEL = "inception-v3 2015-12-05 (pytorch-fid)"
HOW = {
    "pytorch": "bilinear in the network (pytorch-fid)",
    "clean": "PIL bicubic in float (clean-fid)",
}


IMPLEMENTATION = f"network of pytorch-fid {version('pytorch-fid')}"


def _build() -> torch.nn.Module:
    """The network of pytorch-fid 0.3.0, whose own builder cannot be given a file."""
    from pytorch_fid import inception as package

    network = package._inception_v3(num_classes=1008, aux_logits=False, weights=None)
    network.Mixed_5b = package.FIDInceptionA(192, pool_features=32)
    network.Mixed_5c = package.FIDInceptionA(256, pool_features=64)
    network.Mixed_5d = package.FIDInceptionA(288, pool_features=64)
    network.Mixed_6b = package.FIDInceptionC(768, channels_7x7=128)
    network.Mixed_6c = package.FIDInceptionC(768, channels_7x7=160)
    network.Mixed_6d = package.FIDInceptionC(768, channels_7x7=160)
    network.Mixed_6e = package.FIDInceptionC(768, channels_7x7=192)
    network.Mixed_7b = package.FIDInceptionE_1(1280)
    network.Mixed_7c = package.FIDInceptionE_2(2048)
    return network.eval().requires_grad_(False)


def resize_clean(images: torch.Tensor) -> torch.Tensor:
    """(B,3,H,W) uint8 to (B,3,299,299) float, 0..255, by PIL's bicubic.

    On each channel in float, as clean-fid does.
    """
    import torch
    from PIL import Image

    planes = [
        np.asarray(
            Image.fromarray(plane.numpy().astype(np.float32)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        )
        for plane in images.flatten(0, 1)
    ]
    return torch.from_numpy(np.stack(planes)).view(len(images), 3, SIDE, SIDE).clamp(0, 255)


def resize_pytorch(images: torch.Tensor) -> torch.Tensor:
    """(B,3,299,299) float, 0..255, bilinear without antialiasing, as pytorch-fid."""
    from torch.nn.functional import interpolate

    return interpolate(images.float(), size=(SIDE, SIDE), mode="bilinear", align_corners=False)


class Inception:
    """Pooled features and class probabilities of image batches."""

    def __init__(self, network: torch.nn.Module, label: str) -> None:
        import torch.nn as nn

        self.label = label
        n: Any = network  # its blocks are attributes, which torch cannot type
        self._stem = nn.Sequential(
            n.Conv2d_1a_3x3, n.Conv2d_2a_3x3, n.Conv2d_2b_3x3, nn.MaxPool2d(3, 2),
            n.Conv2d_3b_1x1, n.Conv2d_4a_3x3, nn.MaxPool2d(3, 2),
            n.Mixed_5b, n.Mixed_5c, n.Mixed_5d, n.Mixed_6a, n.Mixed_6b, n.Mixed_6c, n.Mixed_6d,
            n.Mixed_6e, n.Mixed_7a, n.Mixed_7b, n.Mixed_7c, nn.AdaptiveAvgPool2d(1),
        )  # fmt: skip
        self._classes = n.fc.weight

    def pooled(self, batch: ScoredBatch, role: str, resize: Resize) -> torch.Tensor:
        """(B,2048) pool3 features of the images called `role`, computed once for a batch."""
        return batch.once(f"inception {role} {resize}", lambda: self._pool(getattr(batch, role), resize))

    def probabilities(self, batch: ScoredBatch, role: str, resize: Resize) -> torch.Tensor:
        """Class probabilities (B,1008), float64.

        Of the logits without bias, as TensorFlow's score has them.
        """
        return (self.pooled(batch, role, resize) @ self._classes.T).double().softmax(dim=1)

    def _pool(self, images: torch.Tensor, resize: Resize) -> torch.Tensor:
        import torch

        sized = resize_pytorch(images) if resize == "pytorch" else resize_clean(images)
        with torch.no_grad():
            return self._stem(sized / 127.5 - 1).flatten(1)


def load_inception(weights: Path) -> Inception:
    """Read pytorch-fid's weights file, without executing what is in it."""
    import torch

    network = _build()
    try:
        network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    except (RuntimeError, OSError, ValueError, TypeError) as error:
        first = str(error).strip().splitlines()[0]
        raise MatebitError(f"{weights} does not hold pytorch-fid's Inception ({first})") from error
    return Inception(network, with_digest(LABEL, weights))
