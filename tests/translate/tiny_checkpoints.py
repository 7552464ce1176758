"""Checkpoints of untrained networks, made in a moment."""

from __future__ import annotations

from pathlib import Path

from matebit.config.data import ConditionsConfig, DataConfig
from matebit.config.model import ModelConfig
from matebit.contracts.condition_kinds import condition_channels
from matebit.model.build import build_generator
from matebit.model.checkpoint import save_generator


def write_checkpoint(
    path: Path,
    kind: str,
    recorded: bool = True,
    source: str = "portraits",
    classes: int = 19,
    **model: object,
) -> Path:
    """An untrained network of 32 px that reads conditions of this kind; `recorded`: it says so.

    `source`: whose label maps it knows.
    """
    conditions = ConditionsConfig(kind=kind, classes=classes)
    values = {
        "ngf": 4, "ndf": 4, "num_d": 1, "blocks": 1, "token_stride": 4, "crop_size": 32, "style_gain": 4.0,
        "init_gain": 0.3, "condition_channels": condition_channels(conditions, DataConfig(source=source)),
    }  # fmt: skip
    config = ModelConfig(**(values | model))
    extra = {"conditions": conditions.model_dump(mode="json")} if recorded else {}
    save_generator(path, build_generator(config), config, extra)
    return path
