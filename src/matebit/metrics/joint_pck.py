"""Structure agreement by keypoints: a body's joints, found again in the result, against those asked for."""

from __future__ import annotations

from typing import Self

import numpy as np

from matebit.contracts.body_pose import BodyPose
from matebit.data.extractors.protocol import Extractor
from matebit.io.images import BrokenImage
from matebit.metrics.base import PerImage
from matebit.metrics.batch import ScoredBatch
from matebit.metrics.context import Context


def shares_found(
    found: BodyPose | None, asked: np.ndarray, present: np.ndarray, thresholds: list[float]
) -> list[float]:
    """For each threshold the share of the asked joints that were found within it; NaN if none was asked for.

    `asked` (18,2): x and y as parts of width and height, of which `present` (18,) says whether they count;
    distances are of such parts. A joint that was not found is wrong, as is every one where `found` is None.
    """
    if not present.any():
        return [float("nan")] * len(thresholds)
    if found is None:
        return [0.0] * len(thresholds)
    gaps = np.linalg.norm(found.points / found.size - asked, axis=1)
    gaps[~found.present] = np.inf
    return [float(np.mean(gaps[present] <= threshold)) for threshold in thresholds]


class JointAgreement(PerImage):
    """`joint_pck@T`: share of the asked joints that `extractor` finds within T image sides."""

    needs = frozenset({"joints"})

    def __init__(self, extractor: Extractor[BodyPose], thresholds: list[float]) -> None:
        super().__init__()
        self._extractor, self._thresholds = extractor, thresholds
        self.features_label = extractor.record.label
        self.protocol = (
            "joints found in the result against those asked for, distance in image sides; a joint that is "
            "not found is wrong"
        )

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the context's extractor and thresholds."""
        return cls(context.joint_finder, context.config.pck_thresholds)

    def _found(self, image: np.ndarray, name: str) -> BodyPose | None:
        try:
            return self._extractor(image, name)
        except BrokenImage:  # it shows nobody
            return None

    def features(self, batch: ScoredBatch) -> dict[str, np.ndarray]:
        """`joint_pck@T` of each threshold: (B,)."""
        rows = [
            shares_found(
                self._found(batch.inputs.translated(item), item.id),
                *batch.inputs.joints(item),
                self._thresholds,
            )
            for item in batch.items
        ]
        columns = zip(*rows, strict=True)
        return {
            f"joint_pck@{share:g}": np.array(column)
            for share, column in zip(self._thresholds, columns, strict=True)
        }
