"""The sections `metrics.miou` and `metrics.joints`: what reads labels and joints in translated images."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class LearnedReader(BaseModel):
    """The small network that learns to read translated images on the experiment's own training split."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    images: int = Field(5760, ge=1, description="Where it is trained: images shown in its training.")
    batch: int = Field(4, ge=1, description="Where it is trained: images a step.")
    width: int = Field(16, ge=4, le=256, description="Where it is trained: channels of its widest level.")
    rate: float = Field(3e-3, gt=0, description="Where it is trained: learning rate at first; it falls to 0.")
    seed: int = Field(
        0, ge=0, description="Where it is trained: seed of its weights and of what it is shown."
    )


class MiouConfig(LearnedReader):
    """Structure agreement by parsing maps, and the network that parses for it."""

    parser: Literal["trained", "extractor"] | None = Field(
        None,
        description="What parses translated images: a small network that learns it on this experiment's "
        "training split (trained), or the network of conditions.extractors.parsing (extractor); without one "
        "there is no miou.",
    )


class JointsConfig(LearnedReader):
    """Structure agreement by a body's joints, and the network that finds them for it."""

    finder: Literal["trained", "extractor"] = Field(
        "extractor",
        description="What finds joints in translated images: the network of conditions.extractors.pose "
        "(extractor; where none is named there is no joint_pck), or a small network that learns it on this "
        "experiment's training split (trained).",
    )
