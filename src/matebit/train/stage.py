"""The train stage: one training in this process, or in several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matebit.pipeline.layout import Layout
from matebit.train.training import Training

if TYPE_CHECKING:
    from matebit.config.stage_params import TrainParams


def run(params: TrainParams, layout: Layout, method: str, seed: int) -> None:
    """Train `method` with `seed`; writes results/NAME/train/METHOD/seedS."""
    devices = params.methods[method].train.devices
    if devices == 1:
        Training(params, layout, method, seed).run()
        return
    from matebit.train.launch import launch

    launch(params, layout, method, seed, devices)
