"""Networks from a configuration, without a touch to PyTorch's global random state."""

from __future__ import annotations

import torch

from matebit.config.model import ModelConfig
from matebit.model.discriminator import Discriminator
from matebit.model.generator import Generator
from matebit.model.initialise import initialise


def build_generator(config: ModelConfig, rng: torch.Generator | None = None) -> Generator:
    """A new generator in training mode, its weights drawn from `rng` (seed 0 if none is given)."""
    with torch.random.fork_rng(devices=[]):  # layers draw at construction; those draws are thrown away
        generator = Generator(config)
    initialise(generator, config, rng or torch.Generator().manual_seed(0))
    return generator.to(memory_format=generator.memory_format)


def build_discriminator(config: ModelConfig, rng: torch.Generator | None = None) -> Discriminator:
    """A new discriminator in training mode, its weights drawn from `rng` (seed 1 if none is
    given).
    """
    with torch.random.fork_rng(devices=[]):
        discriminator = Discriminator(config)
    initialise(discriminator, config, rng or torch.Generator().manual_seed(1))
    return discriminator.to(memory_format=torch.channels_last)
