"""The normalisations of the network, each with the exact epsilon of the released code.

Written with plain means: on the CPU `var_mean` and `vector_norm` over strided axes are several
times slower, and these are called a hundred times in a training step.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

# Smallest normal float32: keeps the gradient of a root at 0 finite.
TINY = torch.finfo(torch.float32).tiny


def full_precision(x: Tensor) -> Tensor:
    """float32 for half precision (statistics are never taken in half), anything else as it is."""
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x


def l2_normalise(x: Tensor, eps: float = 1e-10) -> Tensor:
    """x / (|x|_2 over channels + eps), for x (B,C,...)."""
    x = full_precision(x)
    length = x.square().sum(dim=1, keepdim=True).clamp_min(TINY).sqrt()
    return x / (length + eps)


def positional_norm(x: Tensor) -> Tensor:
    """PONO: zero mean and unit (unbiased) variance over the channels at every pixel."""
    x = full_precision(x)
    centred = x - x.mean(dim=1, keepdim=True)
    variance = centred.square().sum(dim=1, keepdim=True) / (x.shape[1] - 1)
    return centred * torch.rsqrt(variance + 1e-8)


def instance_norm(x: Tensor, scale: Tensor | None = None, shift: Tensor | None = None) -> Tensor:
    """Zero mean and unit (biased) variance over the pixels of every channel and sample.

    With `scale` and `shift` (B,C) this is adaptive instance normalisation (AdaIN): a style's own
    statistics replace the image's. (`group_norm`, faster, loses three digits: it subtracts
    squares.)
    """
    y = F.instance_norm(full_precision(x), eps=1e-5)
    if scale is None or shift is None:
        return y
    return torch.addcmul(shift[:, :, None, None], y, scale[:, :, None, None])
