"""Batches of tensors, and their scaling to what the networks take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Sample:
    """One training example in arrays: uint8 conditions (C,S,S) and pictures (3,S,S).

    `flow`: of each cell of 4 px the place (x, y) in the exemplar, float32 (2,S/4,S/4), NaN where not known;
    None where no example of the training has any.
    """

    item: str
    exemplar_item: str
    self_ref: bool
    condition: np.ndarray
    truth: np.ndarray
    exemplar: np.ndarray
    exemplar_condition: np.ndarray
    flow: np.ndarray | None = None


@dataclass(frozen=True)
class Batch:
    """Examples together: uint8 conditions (B,C,S,S), pictures (B,3,S,S), bool self_ref (B,), flows."""

    items: list[str]
    exemplar_items: list[str]
    self_ref: Tensor
    condition: Tensor
    truth: Tensor
    exemplar: Tensor
    exemplar_condition: Tensor
    flow: Tensor | None = None  # float32 (B,2,S/4,S/4)

    def pin_memory(self) -> Batch:
        """The same in page-locked memory, from which a GPU copies while it computes (the loader asks)."""
        names = ("self_ref", "condition", "truth", "exemplar", "exemplar_condition")
        pinned: dict[str, Any] = {name: getattr(self, name).pin_memory() for name in names}
        if self.flow is not None:
            pinned["flow"] = self.flow.pin_memory()
        return replace(self, **pinned)


def collate(samples: Sequence[Sample]) -> Batch:
    """Stack examples in their order."""

    def stacked(name: str) -> Tensor:
        return torch.from_numpy(np.stack([getattr(sample, name) for sample in samples]))

    return Batch(
        items=[sample.item for sample in samples],
        exemplar_items=[sample.exemplar_item for sample in samples],
        self_ref=torch.tensor([sample.self_ref for sample in samples]),
        condition=stacked("condition"),
        truth=stacked("truth"),
        exemplar=stacked("exemplar"),
        exemplar_condition=stacked("exemplar_condition"),
        flow=None if samples[0].flow is None else stacked("flow"),
    )


def condition_to_network(condition: Tensor) -> Tensor:
    """uint8 condition to float32 in [0,1]."""
    return condition.float() / 255


def image_to_network(image: Tensor) -> Tensor:
    """uint8 picture to float32 in [-1,1]."""
    return image.float() / 127.5 - 1


def image_from_network(image: Tensor) -> Tensor:
    """float picture in [-1,1] to uint8, rounded."""
    return ((image.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
