"""The metrics by name. A new one is a file here and a line in this table."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import TYPE_CHECKING

from matebit.config.choices import Choices

if TYPE_CHECKING:
    from matebit.metrics.base import Metric

# Subclasses of `Metric`.
METRICS: Choices[str] = Choices(
    {
        "mae": "matebit.metrics.pixels:MeanAbsoluteError",
        "ssim": "matebit.metrics.pixels:StructuralSimilarity",
        "psnr": "matebit.metrics.pixels:PeakSignalToNoise",
        "chroma": "matebit.metrics.pixels:Chroma",
        "feature_distance": "matebit.metrics.perceptual:FeatureDistance",
        "lpips": "matebit.metrics.perceptual:PerceptualSimilarity",
        "semantic": "matebit.metrics.relevance:SemanticConsistency",
        "texture": "matebit.metrics.relevance:TextureRelevance",
        "colour": "matebit.metrics.relevance:ColourRelevance",
        "edge_f1": "matebit.metrics.structure:EdgeF1",
        "miou": "matebit.metrics.structure:ParsingAgreement",
        "joint_pck": "matebit.metrics.structure:JointAgreement",
        "pck": "matebit.metrics.pck:MatchingAccuracy",
        "confidence": "matebit.metrics.confidence:ConfidenceCalibration",
        "cost": "matebit.metrics.cost:Cost",
        "swd": "matebit.metrics.swd:SlicedWasserstein",
        "diversity": "matebit.metrics.diversity:Diversity",
        "fd_lite0": "matebit.metrics.lite0:FrechetLite0",
        "kid_lite0": "matebit.metrics.lite0:KernelLite0",
        "fid": "matebit.metrics.inception_scores:FrechetInceptionDistance",
        "kid": "matebit.metrics.inception_scores:KernelInceptionDistance",
        "inception_score": "matebit.metrics.inception_scores:InceptionScore",
    }
)


def metric_class(name: str) -> type[Metric]:
    """The class of the metric `name`."""
    return resolve_name(METRICS[name])
