"""Every loss of a training step; `matebit.losses.config` is importable without torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matebit.losses.config import LossConfig, StyleContrastConfig
    from matebit.losses.contrast import NegativeBank, StyleQueue
    from matebit.losses.step import StyleCodes, Target, discriminator_loss, generator_loss

__all__ = [
    "LossConfig",
    "NegativeBank",
    "StyleCodes",
    "StyleContrastConfig",
    "StyleQueue",
    "Target",
    "discriminator_loss",
    "generator_loss",
]

_HOMES = {
    "LossConfig": "config",
    "NegativeBank": "contrast",
    "StyleCodes": "step",
    "StyleContrastConfig": "config",
    "StyleQueue": "contrast",
    "Target": "step",
    "discriminator_loss": "step",
    "generator_loss": "step",
}


def __getattr__(name: str) -> Any:
    """Import on first use: reading a configuration does not pay for torch."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
