"""Moving average of the generator's weights, with the decay counted in images."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor

from matebit.model.generator import Generator
from matebit.ops.spectral import converge


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
