"""How well a checkpoint translates bundled portraits that no training has seen, where the answer is known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from matebit.config.features import FeatureConfig
from matebit.config.sources import PortraitsConfig
from matebit.data.batches import image_to_network
from matebit.drawn.portraits.drawing import painted
from matebit.drawn.portraits.sets import PortraitSpec, portrait_set
from matebit.errors import MatebitError
from matebit.features.build import build_features
from matebit.features.location import feature_weights
from matebit.logs import track
from matebit.metrics.perceptual import feature_distance
from matebit.metrics.pixels import chroma_planes, similarity
from matebit.translate.translator import load

_WEARERS = 4  # portraits a style


@dataclass(frozen=True)
class Score:
    """Means over the pairs: of `what` to the true answers.

    chroma: distance in a, b of CIE Lab, a pixel. features: feature distance on EfficientNet-Lite0, ImageNet.
    """

    what: str
    chroma: float
    ssim: float
    features: float

    def line(self) -> str:
        """One line of the printed table."""
        return f"{self.what:<18} {self.chroma:7.2f} {self.ssim:7.3f} {self.features:9.2f}"


HEAD = f"{'':<18} {'chroma':>7} {'SSIM':>7} {'features':>9}"


def pairs_of(seed: int, count: int) -> list[tuple[PortraitSpec, PortraitSpec]]:
    """Sitters with exemplars of another style; shapes and styles follow from the seed alone."""
    styles = max(1, min(96, count // _WEARERS))
    config = PortraitsConfig(train=4, styles_train=1, test=max(count, _WEARERS * styles), styles_test=styles)
    tested = [spec for spec in portrait_set(config, seed) if spec.split == "test"]
    found = []
    for number, one in enumerate(tested[:count]):
        later = tested[number + 1 :] + tested[:number]
        other = next((spec for spec in later if spec.style_name != one.style_name), None)
        if other is None:
            raise MatebitError(f"{count} pairs are too few for two styles: take {2 * _WEARERS} or more")
        found.append((one, other))
    return found


def run(checkpoint: Path, seed: int, count: int, size: int | None, threads: int) -> list[Score]:
    """Scores of the translations and, beside them, of the exemplars copied.

    Portraits are drawn at the size that the network sees, as its training's were. Raises `MatebitError` for
    a condition that a plain picture does not have.
    """
    torch.set_num_threads(threads)
    translator = load(checkpoint)
    side = translator.side(size)
    found: dict[str, list[np.ndarray]] = {"translated": [], "exemplar copied": []}
    truths = []
    pairs = pairs_of(seed, count)
    for one, other in track(pairs, "translating", len(pairs), "pairs"):
        photo, exemplar = (painted(spec.shape, spec.style, side) for spec in (one, other))
        truths.append(painted(one.shape, other.style, side))
        found["translated"].append(np.asarray(translator.translate(photo, exemplar, size=size)))
        found["exemplar copied"].append(exemplar)
    truth = _stacked(truths)
    return [_score(what, _stacked(pictures), truth) for what, pictures in found.items()]


def _stacked(pictures: list[np.ndarray]) -> torch.Tensor:
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous()


@torch.inference_mode()
def _score(what: str, pictures: torch.Tensor, truth: torch.Tensor) -> Score:
    config = FeatureConfig(net="efficientnet_lite0", weights="imagenet")
    network = build_features(config, feature_weights(config))
    colours = np.linalg.norm(chroma_planes(pictures) - chroma_planes(truth), axis=-1).mean()
    alike = np.mean([similarity(a.numpy(), b.numpy()) for a, b in zip(pictures, truth, strict=True)])
    distances = [
        feature_distance(network(image_to_network(a)), network(image_to_network(b)))
        for a, b in zip(pictures.split(8), truth.split(8), strict=True)
    ]
    return Score(what, float(colours), float(alike), float(torch.cat(distances).mean()))
