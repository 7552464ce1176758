"""The `features` section of a params file: the perceptual network (no torch here)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

# Five levels of each network, fine to coarse, which mean the same in all.
VGG19_LEVELS = ("r12", "r22", "r32", "r42", "r52")
LITE0_LEVELS = ("stem", "block0", "block2", "block4", "block10")
LEVELS: dict[str, tuple[str, ...]] = {"vgg19": VGG19_LEVELS, "efficientnet_lite0": LITE0_LEVELS}


class FeatureConfig(BaseModel):
    """Perceptual features, a named choice that is never exchanged for another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    net: Literal["vgg19", "efficientnet_lite0"] = Field(
        "vgg19", description="perceptual network: VGG-19, or EfficientNet-Lite0, whose weights are installed"
    )
    width: float = Field(1.0, gt=0, le=1, description="channels relative to the published network")
    weights: Literal["random", "imagenet"] = Field(
        "imagenet",
        description="random: seeded Kaiming-normal, biases 0; imagenet: from a file, installed or fetched",
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
    def weight_file(self) -> str | None:
        """The name of its file in the table of weights, None for random ones."""
        names = {"vgg19": "vgg19", "efficientnet_lite0": "efficientnet-lite0"}
        return None if self.weights == "random" else names[self.net]

    @property
    def label(self) -> str:
        """How tables name these features."""
        if self.weights == "imagenet":
            return f"{self.net} (imagenet)"
        return f"{self.net} x{self.width:g} (random, seed {self.seed})"
