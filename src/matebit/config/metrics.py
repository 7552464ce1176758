"""The `metrics` section of the parameters, and the sections that two folders are scored with."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from matebit.config.data import ConditionsConfig
from matebit.config.features import FeatureConfig
from matebit.config.segmenter import JointsConfig, MiouConfig

MetricName = Literal[
    "mae", "ssim", "psnr", "chroma", "feature_distance", "lpips", "semantic", "texture", "colour", "edge_f1",
    "miou", "joint_pck", "pck", "confidence", "swd", "diversity", "fd_lite0", "kid_lite0", "fid", "kid",
    "inception_score", "cost",
]  # fmt: skip


class SwdConfig(BaseModel):
    """Sliced Wasserstein distance (Karras et al. 2018, section 5)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    smallest: int = Field(16, ge=8, description="Side of the coarsest pyramid level, in pixels.")
    patch: int = Field(7, ge=1, description="Side of a patch, in pixels; odd.")
    patches: int = Field(128, ge=1, description="Patches taken from each image and level.")
    directions: int = Field(128, ge=1, description="Random directions of one repeat.")
    repeats: int = Field(4, ge=1, description="Repeats that are averaged.")
    seed: int = Field(0, ge=0, description="Seed of the patch positions and the directions.")

    @field_validator("patch")
    @classmethod
    def _odd(cls, value: int) -> int:
        if value % 2 == 0:
            raise ValueError("a patch has a centre pixel: its side must be odd")
        return value


class InceptionConfig(BaseModel):
    """FID, KID and inception score, all from one pass through pytorch-fid's Inception-v3."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    resize: list[Literal["pytorch", "clean"]] = Field(
        ["pytorch", "clean"],
        min_length=1,
        description="How images reach 299 px: bilinear in the network as pytorch-fid does, or "
        "PIL bicubic in float as clean-fid does. One value each.",
    )
    kid_subset: int = Field(1000, ge=2, description="Images in a subset of KID; fewer if the set is smaller.")
    kid_subsets: int = Field(100, ge=1, description="Subsets of KID that are averaged.")
    splits: int = Field(10, ge=1, description="Splits of the inception score.")
    seed: int = Field(0, ge=0, description="Seed of KID's subsets and of the split order.")


class MetricsConfig(BaseModel):
    """What is measured on translated images, and how."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: list[MetricName] = Field(
        [
            "mae",
            "ssim",
            "psnr",
            "chroma",
            "feature_distance",
            "semantic",
            "texture",
            "colour",
            "edge_f1",
            "miou",
            "joint_pck",
            "pck",
            "confidence",
            "swd",
            "diversity",
            "fd_lite0",
            "kid_lite0",
            "cost",
        ],
        min_length=1,
        description="The metrics. One that the dataset cannot serve (no truth, no parsing maps) "
        "is left out with a line in the log.",
    )
    batch: int = Field(8, ge=1, description="Images that are read and scored together.")
    edge_tolerance: float = Field(
        2.0, ge=0, description="Pixels that an edge may lie beside the one asked for (edge_f1)."
    )
    pck_thresholds: list[float] = Field(
        [0.05, 0.1],
        min_length=1,
        description="A match, or a joint, within this share of the image's side is right (pck, joint_pck).",
    )
    miou: MiouConfig = Field(default_factory=MiouConfig, description="Agreement of parsing maps.")
    joints: JointsConfig = Field(default_factory=JointsConfig, description="Agreement of a body's joints.")
    swd: SwdConfig = Field(default_factory=SwdConfig, description="Sliced Wasserstein distance.")
    inception: InceptionConfig = Field(
        default_factory=InceptionConfig, description="FID, KID and inception score."
    )

    @field_validator("names")
    @classmethod
    def _distinct(cls, value: list[str]) -> list[str]:
        if len(set(value)) != len(value):
            raise ValueError("every metric may stand once")
        return value

    @field_validator("pck_thresholds")
    @classmethod
    def _shares(cls, value: list[float]) -> list[float]:
        if not all(0 < share < 1 for share in value):
            raise ValueError("a threshold is a share of the image's side, between 0 and 1")
        return value


class ScoreConfig(BaseModel):
    """What of an experiment's parameters decides a number; the rest of a params file does not matter."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    threads: int = Field(2, ge=1, description="CPU threads.")
    conditions: ConditionsConfig = Field(default_factory=ConditionsConfig)
    # Its weights are installed, so that scores need no download.
    features: FeatureConfig = Field(default_factory=lambda: FeatureConfig(net="efficientnet_lite0"))
    metrics: MetricsConfig = Field(default_factory=MetricsConfig)
