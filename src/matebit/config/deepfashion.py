"""The params section `data.deepfashion`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class DeepFashionConfig(BaseModel):
    """How a folder of DeepFashion in-shop is laid out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    images: str = Field("img", description="Folder of the photographs below the root.")
    poses: str = Field("pose", description="Folder of OpenPose's candidate and subset files below the root.")
    pad_to_square: bool = Field(
        False, description="Pad a photograph to a square in light grey, instead of squeezing it into one."
    )
    pose_side: int | None = Field(
        None,
        ge=16,
        description="Side in px of the square pictures on which the pose files were made; default: those "
        "are the photographs.",
    )
