"""What features say of the answer beside its condition and its exemplar."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from matebit.contracts.parsing import IGNORED
from matebit.metrics.base import PerImage
from matebit.metrics.batch import ScoredBatch
from matebit.metrics.context import Context

if TYPE_CHECKING:
    import torch


class SemanticConsistency(PerImage):
    """Cosine of the channel vectors at each position, the mean over positions and the last three levels."""

    def __init__(self, levels: tuple[str, ...], features_label: str, truth_known: bool) -> None:
        super().__init__()
        self._levels = levels[-3:]
        self.features_label = features_label
        against = "true answer" if truth_known else "image that the condition was taken from"
        self.protocol = f"{', '.join(self._levels)}; cosine at each position, mean; against the {against}"

    @classmethod
    def build(cls, context: Context) -> Self:
        """On the context's features."""
        return cls(context.levels, context.features_label, context.truth_known)

    def features(self, batch: ScoredBatch) -> dict[str, np.ndarray]:
        """`semantic`: (B,), 1 for equal images."""
        from torch.nn.functional import cosine_similarity

        one, other = batch.features("translated"), batch.features("ground_truth")
        levels = [
            cosine_similarity(one[level].double(), other[level].double(), dim=1).mean(dim=(1, 2))
            for level in self._levels
        ]
        return {"semantic": (sum(levels[1:], levels[0]) / len(levels)).numpy()}


LABELS = 19  # CelebAMask-HQ
PROTOCOL = (
    "{level}; features averaged inside each label present in both maps (background included), "
    "translated under the asked map, exemplar under its own; cosine, weighted by the label's "
    "area in the asked map"
)


def _shares(parsing: np.ndarray, size: tuple[int, int]) -> torch.Tensor:
    """(labels, h*w): how many pixels of each label fall on each feature cell.

    Averaging features enlarged to the image by nearest neighbour is the same as this weighting of
    cells. Pixels of no class do not count.
    """
    import torch

    rows = np.arange(parsing.shape[0]) * size[0] // parsing.shape[0]
    columns = np.arange(parsing.shape[1]) * size[1] // parsing.shape[1]
    cells = rows[:, None] * size[1] + columns[None, :]
    counted = parsing != IGNORED
    labels, places = max(LABELS, int(parsing.max(initial=0, where=counted)) + 1), size[0] * size[1]
    counts = np.bincount((parsing * np.int64(places) + cells)[counted], minlength=labels * places)
    return torch.from_numpy(counts.reshape(labels, places).astype(np.float64))


def region_cosine(
    features: torch.Tensor, parsing: np.ndarray, other: torch.Tensor, other_parsing: np.ndarray
) -> float:
    """Cosine of the labels' mean features, weighted by area in `parsing`.

    NaN without a common label.
    `features`, `other`: (C,h,w); `parsing`, `other_parsing`: (H,W) labels.
    """
    import torch
    from torch.nn.functional import cosine_similarity

    asked, own = (
        _shares(plane, (maps.shape[1], maps.shape[2]))
        for plane, maps in ((parsing, features), (other_parsing, other))
    )
    labels = min(len(asked), len(own))
    asked, own = asked[:labels], own[:labels]
    areas, own_areas = asked.sum(1), own.sum(1)
    both = (areas > 0) & (own_areas > 0)
    if not both.any():
        return float("nan")
    means = [
        (shares[both] @ maps.flatten(1).double().T) / area[both, None]
        for shares, maps, area in ((asked, features, areas), (own, other, own_areas))
    ]
    weights = areas[both] / areas[both].sum()
    return float(torch.sum(weights * cosine_similarity(means[0], means[1], dim=1)))


class Relevance(PerImage):
    """1 if every region of the result has the mean features of the exemplar's; -1 at worst."""

    needs = frozenset({"parsing", "exemplar_parsing"})
    name: ClassVar[str]
    place: ClassVar[int]

    def __init__(self, levels: tuple[str, ...], features_label: str) -> None:
        super().__init__()
        self.level = levels[self.place]
        self.features_label = features_label
        self.protocol = PROTOCOL.format(level=self.level)

    @classmethod
    def build(cls, context: Context) -> Self:
        """On the context's features."""
        return cls(context.levels, context.features_label)

    def features(self, batch: ScoredBatch) -> dict[str, np.ndarray]:
        """The metric's name: (B,); NaN where the two maps share no label."""
        one, other = (batch.features(role)[self.level] for role in ("translated", "exemplar"))
        scores = [
            region_cosine(
                one[place],
                batch.inputs.parsing(item),
                other[place],
                batch.inputs.exemplar_parsing(item),
            )
            for place, item in enumerate(batch.items)
        ]
        return {self.name: np.array(scores)}


class ColourRelevance(Relevance):
    """Relevance of the first level, which sees little but colour."""

    name, place = "colour", 0


class TextureRelevance(Relevance):
    """Relevance of the second level, which sees strokes and grain."""

    name, place = "texture", 1
