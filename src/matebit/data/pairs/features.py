"""Exemplars by what is shown: cosine similarity of pooled features of a perceptual network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from matebit.contracts.catalogue import Entry
from matebit.data.pairs.ranking import rank_both_splits
from matebit.features.build import build_features
from matebit.features.location import feature_weights
from matebit.features.network import PerceptualNetwork
from matebit.io.images import load_png
from matebit.logs import track
from matebit.pipeline.layout import Layout

if TYPE_CHECKING:
    from matebit.config.stage_params import PairsParams

# Unit vectors are kept in steps of 2**-14, so that distances are exact and ties are true ties.
_STEPS = 2**14


@torch.no_grad()
def _pooled(network: PerceptualNetwork, image: np.ndarray) -> np.ndarray:
    """The mean of the last level over a uint8 (S,S,3) picture as a unit vector in steps of 2**-14."""
    pixels = torch.from_numpy(image).permute(2, 0, 1)[None].float() / 127.5 - 1
    level = network.levels[-1]
    mean = network(pixels, [level])[level].double().mean(dim=(2, 3))[0]
    return (mean / (mean.norm() + 1e-12) * _STEPS).round().numpy()


def _cosine(squared: float) -> float:
    """Of two unit vectors: |a - b|^2 = 2 - 2 cos."""
    return 1 - squared / (2 * _STEPS**2)


def pair_by_features(params: PairsParams, layout: Layout, entries: list[Entry]) -> list[dict]:
    """Rows of `pairs.csv`: exemplars with the most similar pooled features (`params.features`)."""
    network = build_features(params.features, feature_weights(params.features))
    vectors = {
        entry.id: _pooled(network, load_png(layout.data / entry.image, grey=False))
        for entry in track(entries, f"{params.features.net} features", len(entries), "images")
    }
    pairs = params.pairs
    return rank_both_splits(entries, pairs.exemplars_from, vectors, _cosine, pairs.top)
