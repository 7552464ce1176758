"""The params section `conditions.extractors`."""

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
