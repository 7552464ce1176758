"""Generator and discriminator; `matebit.model.config` is importable without torch."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matebit.model.build import build_discriminator, build_generator
    from matebit.model.checkpoint import load, save_generator
    from matebit.model.config import ModelConfig
    from matebit.model.discriminator import Discriminator
    from matebit.model.ema import WeightAverage
    from matebit.model.generator import Generator
    from matebit.model.spectral import held
    from matebit.model.translation import Translation

__all__ = [
    "Discriminator",
    "Generator",
    "ModelConfig",
    "Translation",
    "WeightAverage",
    "build_discriminator",
    "build_generator",
    "held",
    "load",
    "save_generator",
]

_HOMES = {
    "Discriminator": "discriminator",
    "Generator": "generator",
    "ModelConfig": "config",
    "Translation": "translation",
    "WeightAverage": "ema",
    "build_discriminator": "build",
    "build_generator": "build",
    "held": "spectral",
    "load": "checkpoint",
    "save_generator": "checkpoint",
}


def __getattr__(name: str) -> Any:
    """Import on first use: reading a configuration does not pay for torch."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
