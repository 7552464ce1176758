"""What a network was shown in training, in numbers, and how far other conditions and exemplars lie from it.

A picture's distance is the root mean square of its numbers' deviations (see `Describer`), each in units of
its spread in training. The limit comes from held-out pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from matebit.config.features import FeatureConfig
from matebit.errors import MatebitError

NETWORK = FeatureConfig(net="efficientnet_lite0", weights="imagenet")
NUMBERS = 448  # twice the channels of all its levels

# Of 64 held-out bundled portraits none is then far; noise, text and bare gradients are (docs/translate.md).
_SHARE, _MARGIN = 95, 1.15
_LEAST_SPREAD = 0.05  # of a channel, against the mean spread: what hardly ever changes must not decide
_DIGITS = 4


@dataclass(frozen=True)
class Neighbourhood:
    """Where pictures of one sort lie: mean and spread (D,) of their numbers; beyond `limit` is far."""

    mean: np.ndarray
    spread: np.ndarray
    limit: float

    @classmethod
    def of(cls, shown: np.ndarray, held_out: np.ndarray) -> Self:
        """Of the numbers of what training showed (N,D) and of held-out pictures (M,D)."""
        mean, spread = shown.mean(axis=0), shown.std(axis=0)
        spread = np.maximum(spread, _LEAST_SPREAD * spread.mean() + 1e-6)
        found = cls(_rounded(mean), _rounded(spread), 0.0)
        limit = _MARGIN * np.percentile(found.distances(held_out), _SHARE)
        return cls(found.mean, found.spread, round(float(limit), _DIGITS))

    def distances(self, numbers: np.ndarray) -> np.ndarray:
        """Of each row of (N,D): (N,)."""
        return np.sqrt((((numbers - self.mean) / self.spread) ** 2).mean(axis=1))


@dataclass(frozen=True)
class Seen:
    """Conditions (as pictures, see `condition_view`) and exemplars of a training, at `side` px."""

    side: int
    conditions: Neighbourhood
    exemplars: Neighbourhood

    def as_json(self) -> dict[str, Any]:
        """For a checkpoint."""
        sorts = {"conditions": self.conditions, "exemplars": self.exemplars}
        return {"features": NETWORK.label, "side": self.side} | {
            name: {"mean": _text(sort.mean), "spread": _text(sort.spread), "limit": sort.limit}
            for name, sort in sorts.items()
        }

    @classmethod
    def of_json(cls, said: Any, source: object) -> Self:
        """What `as_json` wrote into `source`. Raises `MatebitError` for anything else."""
        try:
            if said["features"] != NETWORK.label:
                raise ValueError(f"features {said['features']!r}")
            sorts = []
            for name in ("conditions", "exemplars"):
                mean, spread = (
                    np.array(said[name][part].split(), dtype=float) for part in ("mean", "spread")
                )
                if mean.shape != (NUMBERS,) or spread.shape != (NUMBERS,) or not (spread > 0).all():
                    raise ValueError(f"{name} are {mean.shape} and {spread.shape} numbers")
                sorts.append(Neighbourhood(mean, spread, float(said[name]["limit"])))
            return cls(int(said["side"]), *sorts)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise MatebitError(
                f"what {source} says of the pictures that it was trained on is not of this version "
                f"({error}): get the file anew"
            ) from error


def _rounded(values: np.ndarray) -> np.ndarray:
    """To so few digits that they are the same on any processor, but for a rare last one."""
    return np.array(_text(values).split(), dtype=float)


def _text(values: np.ndarray) -> str:
    return " ".join(f"{value:.{_DIGITS}g}" for value in values)
