"""Five levels of each perceptual network, fine to coarse, which mean the same in all (no torch here)."""

from __future__ import annotations

VGG19 = ("r12", "r22", "r32", "r42", "r52")
EFFICIENTNET_LITE0 = ("stem", "block0", "block2", "block4", "block10")

# The name of a network (`features.net`) to its levels.
LEVELS: dict[str, tuple[str, ...]] = {"vgg19": VGG19, "efficientnet_lite0": EFFICIENTNET_LITE0}
