"""What of its condition the answer keeps: edges, labels, joints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

import numpy as np

from matebit.contracts.bodies import BodyPose
from matebit.metrics.agreement import confusion, mean_iou
from matebit.metrics.base import Metric, PerImage, Value
from matebit.metrics.batch import ScoredBatch
from matebit.metrics.context import Context, JointFinder, Parser


def edge_agreement(found: np.ndarray, asked: np.ndarray, tolerance: float) -> tuple[float, float, float]:
    """Precision, recall and F1 of boolean edge maps (H,W); an edge counts within `tolerance` pixels.

    Precision: share of found edge pixels with an asked one that near (Euclidean); recall the other
    way round. Two empty maps agree perfectly; one empty map has F1 0.
    """
    from scipy.ndimage import distance_transform_edt

    if not found.any() or not asked.any():
        same = float(not found.any() and not asked.any())
        return same, same, same
    precision = float(np.mean(distance_transform_edt(~asked)[found] <= tolerance))
    recall = float(np.mean(distance_transform_edt(~found)[asked] <= tolerance))
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else 0.0


class EdgeF1(PerImage):
    """F1 of the edges that `extract` finds in the translated image.

    `extract`: (H,W,3) to (H,W), above 0 on an edge.
    """

    needs = frozenset({"edges"})

    def __init__(self, tolerance: float, extract: Callable[[np.ndarray], np.ndarray]) -> None:
        super().__init__()
        self._tolerance, self._extract = tolerance, extract
        self.protocol = f"extractor of the conditions stage, tolerance {tolerance:g} px, Euclidean"

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the context's tolerance and extractor."""
        return cls(context.config.edge_tolerance, context.extract_edges)

    def features(self, batch: ScoredBatch) -> dict[str, np.ndarray]:
        """`edge_f1`: (B,), 1 where every edge lies where it was asked."""
        scores = [
            edge_agreement(
                self._extract(batch.inputs.translated(item)) > 0,
                batch.inputs.edges(item) > 0,
                self._tolerance,
            )[2]
            for item in batch.items
        ]
        return {"edge_f1": np.array(scores)}


class ParsingAgreement(Metric):
    """Mean intersection over union of the labels that `parser` finds in the translated images.

    The set's value is that of all pixels together; an image's is the mean over the labels that are in its map
    or were found in it.
    """

    needs = frozenset({"parsing", "parser"})

    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self._counts = confusion([], [])
        self._images: dict[str, float] = {}

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the context's parser."""
        return cls(context.parser)

    def update(self, batch: ScoredBatch) -> None:
        """Count the labels of each image's pixels."""
        for item in batch.items:
            counts = confusion(self._parser(batch.inputs.translated(item)), batch.inputs.true_parsing(item))
            self._counts = self._counts + counts
            self._images[item.id] = mean_iou(counts)

    def values(self) -> list[Value]:
        """`miou`."""
        protocol = (
            "labels found in the result against those of the true answer where it is known, else those asked "
            "for; mean over labels of the intersection over union of all images' pixels"
        )
        return [Value("miou", mean_iou(self._counts), len(self._images), self._parser.label, protocol)]

    def images(self) -> dict[str, dict[str, float]]:
        """`iou`, each image's own; the set's is not their mean, so it has another name and no interval."""
        return {"iou": self._images}


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
    """`joint_pck@T`: share of the asked joints that `finder` finds within T image sides."""

    needs = frozenset({"joints"})

    def __init__(self, finder: JointFinder, thresholds: list[float]) -> None:
        super().__init__()
        self._finder, self._thresholds = finder, thresholds
        self.features_label = finder.label
        self.protocol = (
            "joints found in the result against those asked for, distance in image sides; a joint that is "
            "not found is wrong"
        )

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the context's joint finder and thresholds."""
        return cls(context.joint_finder, context.config.pck_thresholds)

    def features(self, batch: ScoredBatch) -> dict[str, np.ndarray]:
        """`joint_pck@T` of each threshold: (B,)."""
        rows = [
            shares_found(
                self._finder(batch.inputs.translated(item), item.id),
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
