"""Sample sheets: condition, exemplar, warped exemplars, output, truth of a few items, in one PNG."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from matebit.io.images import write_png
from matebit.model.generator import Generator
from matebit.train.batch import TrainingBatch

_GAP = 4  # white pixels between the pictures


def _pixels(images: Tensor) -> np.ndarray:
    """(B,3,H,W) in [-1,1] as uint8 (B,H,W,3)."""
    return ((images.float().clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).cpu().numpy()


@torch.no_grad()
def sample_sheet(
    target: Path, generator: Generator, batch: TrainingBatch, view: Callable[[np.ndarray], np.ndarray]
) -> float:
    """Write the sheet of `batch` as the generator (evaluation mode) translates it; a row an item.

    `view`: a condition, uint8 (C,S,S), as a picture, uint8 (S,S,3). Returns the mean absolute error of the
    8-bit outputs to the truth, 0 to 255.
    """
    size = batch.truth.shape[-2:]
    translation = generator(batch.condition, batch.exemplar, batch.exemplar_condition)
    conditions = [view(condition) for condition in (batch.condition * 255).round().byte().cpu().numpy()]
    warped = [F.interpolate(block, size=size, mode="nearest") for block in translation.warped]
    columns = [np.stack(conditions)]
    columns += [_pixels(shown) for shown in (batch.exemplar, *warped, translation.image, batch.truth)]
    output, truth = (column.astype(np.int64) for column in columns[-2:])
    rows, (height, width) = len(batch.ids), size
    sheet = np.full((rows * (height + _GAP) - _GAP, len(columns) * (width + _GAP) - _GAP, 3), 255, np.uint8)
    for x, column in enumerate(columns):
        for y, picture in enumerate(column):
            top, left = y * (height + _GAP), x * (width + _GAP)
            sheet[top : top + height, left : left + width] = picture
    write_png(target, sheet)
    return float(np.abs(output - truth).sum() / truth.size)
