"""What a training shows on its way: curves, and sheets of samples."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from matebit.io.files import write_text
from matebit.io.images import write_png
from matebit.model.generator import Generator
from matebit.train.batch import TrainingBatch


class Curves:
    """Appends to a JSON-lines file. No wall-clock enters it: two equal runs write equal bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def cut(self, step: int) -> None:
        """Drop the lines after `step`: a resumed run writes them again."""
        if not self.path.exists():
            return
        kept = []
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                row = json.loads(line)
            except json.JSONDecodeError:
                break  # the line that a killed run was writing
            if row["step"] > step:
                break
            kept.append(line + "\n")
        write_text(self.path, "".join(kept))

    def add(self, step: int, images: int, values: dict[str, float]) -> None:
        """Append the line of one step; values are rounded to six significant digits."""
        rounded = {name: float(f"{value:.6g}") for name, value in sorted(values.items())}
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({"step": step, "images": images, **rounded}) + "\n")


class Averages:
    """Means of a step's values since the last line of the log; part of the resumable state."""

    def __init__(self) -> None:
        self.sums: dict[str, float] = {}
        self.counts: dict[str, int] = {}

    def add(self, values: dict[str, float]) -> None:
        """Take in one step's values."""
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + value
            self.counts[name] = self.counts.get(name, 0) + 1

    def take(self) -> dict[str, float]:
        """The means, and begin anew."""
        means = {name: total / self.counts[name] for name, total in self.sums.items()}
        self.sums, self.counts = {}, {}
        return means

    def state_dict(self) -> dict[str, dict]:
        """Sums and counts."""
        return {"sums": dict(self.sums), "counts": dict(self.counts)}

    def load_state_dict(self, state: dict[str, dict]) -> None:
        """Go on from `state_dict()`."""
        self.sums, self.counts = dict(state["sums"]), dict(state["counts"])


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
