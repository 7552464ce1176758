"""Perceptual networks by name; `matebit.features.config` is importable without torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matebit.features.build import build_features
    from matebit.features.config import FeatureConfig
    from matebit.features.network import PerceptualNetwork

__all__ = ["FeatureConfig", "PerceptualNetwork", "build_features"]

_HOMES = {"FeatureConfig": "config", "PerceptualNetwork": "network", "build_features": "build"}


def __getattr__(name: str) -> Any:
    """Import on first use: reading a configuration does not pay for torch."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
