"""Lines drawn anew for a training window: as thick, as many and as noisy as chance has it."""

from __future__ import annotations

from pkgutil import resolve_name

import numpy as np

from matebit.config.choices import Choices
from matebit.config.data import ConditionsConfig
from matebit.data.conditions.inputs import Structure

# What draws lines of a picture alone, without a network.
LINES: Choices[str] = Choices(
    {
        "canny": "matebit.data.conditions.lines:canny_lines",
        "xdog": "matebit.data.conditions.lines:xdog_lines",
    }
)
NOISE = 12.0  # largest deviation of grey values that is added at `vary` 1, of 255


def varied(config: ConditionsConfig, rng: np.random.Generator) -> ConditionsConfig:
    """The settings of canny and xdog with another width and threshold, up to the strength `vary`."""
    width = 2 ** (rng.uniform(-1, 1) * config.vary)
    threshold = config.xdog.threshold + rng.uniform(-0.12, 0.12) * config.vary
    smooth = config.xdog.smooth * 2 ** (rng.uniform(-1, 1) * config.vary)
    xdog = config.xdog.model_copy(
        update={
            "sigma": config.xdog.sigma * width,
            "threshold": float(np.clip(threshold, 0.02, 0.98)),
            "smooth": min(20.0, smooth),
        }
    )
    return config.model_copy(update={"xdog": xdog, "canny_sigma": config.canny_sigma * width})


class LinesAnew:
    """Draws the condition of a picture, canny or xdog, with a variation that a generator decides."""

    def __init__(self, config: ConditionsConfig) -> None:
        self._config, self._extract = config, resolve_name(LINES[config.kind])

    def __call__(self, picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """uint8 (3,S,S) RGB to the condition, uint8 (2,S,S)."""
        config, seen = self._config, picture.transpose(1, 2, 0)
        if config.vary:
            config = varied(config, rng)
            deviation = rng.uniform(0, NOISE) * config.vary
            noisy = seen + rng.normal(0, deviation, size=(*seen.shape[:2], 1))
            seen = np.rint(noisy).clip(0, 255).astype(np.uint8)
        return self._extract(Structure("a training window", np.ascontiguousarray(seen)), config)
