"""Over the course of training: the learning rates, and the moving average of the weights."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor

from matebit.config.train import TrainConfig
from matebit.model.generator import Generator
from matebit.ops.spectral import converge


def learning_rates(images: int, config: TrainConfig) -> tuple[float, float]:
    """The rates of generator and discriminator after `images` images.

    Their ratio stays (two-time-scale updates), unless `shared_rate` asks for what the released code does:
    from the end of the first epoch on, one rate for both.
    """
    factor = rate_factor(images, config)
    if config.shared_rate is not None and images >= config.shared_rate_from:
        return factor * config.shared_rate, factor * config.shared_rate
    return factor * config.lr_g, factor * config.lr_d


def rate_factor(images: int, config: TrainConfig) -> float:
    """What both learning rates are multiplied with after `images` images.

    A linear rise over the warm-up, 1 until the constant share of training is over, then linear to 0 at
    the end.
    """
    rise = min(1.0, (images + config.batch) / config.warmup_images) if config.warmup_images else 1.0
    turn = config.constant_fraction * config.images
    if images < turn:
        return rise
    return rise * max(0.0, (config.images - images) / max(config.images - turn, 1))


class WeightAverage:
    """Exponential moving average, its half-life growing with the images seen (Karras et al. 2024).

    `half_life`: images after which a weight's share has halved; `ramp`: never more than this share
    of the images seen so far, so that a short run is not averaged with its first steps.
    """

    def __init__(self, generator: Generator, half_life: float, ramp: float = 0.05) -> None:
        self.half_life, self.ramp = half_life, ramp
        self.weights: dict[str, Tensor] = {
            name: parameter.detach().clone() for name, parameter in generator.named_parameters()
        }

    def decay(self, images_seen: int, batch: int) -> float:
        """Share of the old average that stays after a step of `batch` images."""
        half_life = min(self.half_life, self.ramp * images_seen)
        return 0.5 ** (batch / max(half_life, 1e-8))

    @torch.no_grad()
    def update(self, generator: Generator, images_seen: int, batch: int) -> None:
        """Move towards the weights after a step; `images_seen` and `batch` count all ranks."""
        share = 1 - self.decay(images_seen, batch)
        live = [parameter.detach() for parameter in generator.parameters()]
        torch._foreach_lerp_(list(self.weights.values()), live, share)

    @torch.no_grad()
    def averaged(self, generator: Generator) -> Generator:
        """A copy of the generator in evaluation mode with the average; spectral vectors are recomputed."""
        average = copy.deepcopy(generator)
        for name, parameter in average.named_parameters():
            parameter.copy_(self.weights[name])
        converge(average)
        return average.eval()

    def state_dict(self) -> dict[str, Any]:
        """The average; half-life and ramp belong to the configuration."""
        return {"weights": self.weights}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a stored average."""
        for name, value in state["weights"].items():
            self.weights[name].copy_(value)
