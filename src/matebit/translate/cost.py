"""What a network costs on any machine: its parameters, the operations of one image, its training.

Seconds and memory depend on the machine: they lie in `benchmarks/`, never among compared bytes.
"""

from __future__ import annotations

import torch
from torch.utils.flop_counter import FlopCounterMode

from matebit.model.generator import Generator


def counted_cost(generator: Generator, training_images: int) -> dict[str, int]:
    """`parameters`, `flops` of translating one image of the trained size, `training_images`.

    The generator's parameters must be frozen. Operations as torch's counter has them: two for each
    multiply and add of convolutions and matrix products, nothing for the rest.
    """
    config = generator.config
    device = next(generator.parameters()).device
    side, channels = config.crop_size, config.require_condition_channels()
    condition = torch.zeros(1, channels, side, side, device=device)
    exemplar = torch.zeros(1, 3, side, side, device=device)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        generator(condition, exemplar, condition if config.condition_in_exemplar else None, warp=False)
    return {
        "parameters": sum(parameter.numel() for parameter in generator.parameters()),
        "flops": counter.get_total_flops(),
        "training_images": training_images,
    }
