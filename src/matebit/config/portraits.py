"""The params section of the bundled portraits."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

WEARERS = 4
"""Fewest portraits that wear a style: a self reference needs another portrait of the same style."""


class PortraitsConfig(BaseModel):
    """How many portraits each split holds and in how many styles they are painted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    train: int = Field(960, ge=4, le=100_000, description="Number of portraits to train on.")
    test: int = Field(96, ge=4, le=10_000, description="Number of held-out portraits.")
    styles_train: int = Field(
        120, ge=1, le=480, description="Number of styles that the training portraits wear."
    )
    styles_test: int = Field(
        16, ge=1, le=96, description="Number of styles, none of them trained on, at test."
    )

    scenes: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Share of the styles whose ground is that of a photograph: a room, a garden, a street, "
        "lights out of focus.",
    )
    side_light: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Share of the styles that light the sitter from one side, the other in shade.",
    )

    @model_validator(mode="after")
    def _enough_wearers(self) -> Self:
        for split in ("train", "test"):
            portraits, styles = getattr(self, split), getattr(self, f"styles_{split}")
            if portraits < WEARERS * styles:
                raise ValueError(
                    f"{split}: {portraits} cannot dress styles_{split}: {styles}, because each "
                    f"style is worn by at least {WEARERS} portraits: set {split} to "
                    f"{WEARERS * styles} or more, or styles_{split} to "
                    f"{max(1, portraits // WEARERS)} or fewer."
                )
        return self
