"""The `translate` section of the parameters."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class TranslateConfig(BaseModel):
    """What is translated besides each test condition under its own exemplar."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    matrix: int = Field(
        5,
        ge=0,
        le=10,
        description="So many test conditions are translated under so many exemplars, every pair of them, "
        "for the matrix figure; 0: none.",
    )
