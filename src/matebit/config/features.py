"""The `features` section of a params file: the perceptual network (no torch here)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class FeatureConfig(BaseModel):
    """Perceptual features, a named choice that is never exchanged for another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    net: Literal["vgg19"] = Field("vgg19", description="architecture of the perceptual network")
    width: float = Field(1.0, gt=0, le=1, description="channels relative to the published network")
    weights: Literal["random", "imagenet"] = Field(
        "imagenet",
        description="random: seeded Kaiming-normal, biases 0; imagenet: read from a file",
    )
    seed: int = Field(0, ge=0, description="seed of random weights")

    @model_validator(mode="after")
    def _check(self) -> FeatureConfig:
        if self.weights == "imagenet" and self.width != 1.0:
            raise ValueError(
                f"features.width = {self.width} fits only features.weights = 'random': "
                f"published weights have width 1.0"
            )
        return self

    @property
    def label(self) -> str:
        """How tables name these features."""
        if self.weights == "imagenet":
            return f"{self.net} (imagenet)"
        return f"{self.net} x{self.width:g} (random, seed {self.seed})"
