"""The params sections of what makes conditions: extractors, and drawn lines."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ExtractorsConfig(BaseModel):
    """Which networks find what the source of the images does not know; none unless named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    parsing: Literal["bisenet"] | None = Field(
        None, description="Network that parses a face where there is no parsing map."
    )
    pose: Literal["keypoint_rcnn"] | None = Field(
        None, description="Network that finds a body's joints where there are no keypoints."
    )
    landmarks: Literal["face_alignment", "dlib68"] | None = Field(
        None, description="Network that finds a face's 68 landmarks where there are none."
    )
    min_face_share: float = Field(
        0.02, ge=0, le=1, description="A picture with less skin than this share shows no face."
    )
    min_person_score: float = Field(
        0.7, ge=0, le=1, description="A person that the network is less sure of is none."
    )
    min_joint_score: float = Field(2.0, description="A joint with a lower score (a logit) is missing.")


class XDoGConfig(BaseModel):
    """How a picture becomes drawn lines; lengths in px of the picture that is trained on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    smooth: float = Field(
        1.5, ge=0, le=20, description="Reach in px of the bilateral smoothing before; 0: none."
    )
    smooth_tones: float = Field(
        0.15, gt=0, le=1, description="Differences of tone (of 1) beyond which it does not smooth."
    )
    surroundings: float = Field(
        6.0, gt=0, le=200, description="Gaussian blur in px of the surroundings that tones are measured by."
    )
    least_spread: float = Field(
        0.1, gt=0, le=1, description="Spread of tones that counts at least: flat areas stay paper."
    )
    sigma: float = Field(0.8, gt=0, le=20, description="The narrower blur in px: half a line's width.")
    ratio: float = Field(1.6, gt=1, le=10, description="The wider blur as a multiple of the narrower (k).")
    sharpness: float = Field(16.0, ge=0, le=200, description="Weight of the difference of the blurs (p).")
    threshold: float = Field(0.3, gt=0, lt=1, description="Tone below which a line is drawn (epsilon).")
    steepness: float = Field(8.0, gt=0, le=1000, description="How fast a line becomes black (phi).")
