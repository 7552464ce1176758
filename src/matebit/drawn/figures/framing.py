"""Where the camera stands: the whole body, or a part of it, somewhere in the picture."""

import numpy as np

from matebit.drawn.figures.build import Build
from matebit.drawn.figures.pose import Pose
from matebit.drawn.figures.raster import View
from matebit.drawn.figures.skeleton import skeleton

_VIEW_STREAM = 15
_CLOSE = 0.2  # share of pictures that end at the knees or thighs, as in DeepFashion


def sample_view(seed: tuple[int, ...], build: Build, pose: Pose) -> View:
    """Draw a camera that has the body in the picture."""
    rng = np.random.default_rng((*seed, _VIEW_STREAM))
    bones = skeleton(build, pose)
    points = np.concatenate([bones.arms.reshape(-1, 3), bones.legs.reshape(-1, 3)])[:, :2]
    low, high = points.min(0), points.max(0)
    low = np.minimum(low, bones.head[:2] - np.array([1.15, 1.45]))
    high = np.maximum(high + np.array([0.4, 0.75]), bones.head[:2] + np.array([1.15, 0]))
    low[0] -= 0.4
    if rng.random() < _CLOSE:
        high[1] = bones.legs[:, 1, 1].max() + rng.uniform(-0.8, 1.2)
    extent = high - low
    scale = float(0.96 / max(extent[1], 1.05 * extent[0]) * rng.uniform(0.8, 1.0))
    room = np.maximum(0.97 - scale * extent, 0.0)
    corner = 0.015 + room * (rng.uniform(0.06, 0.94), rng.uniform(0.1, 0.9))
    cx, cy = corner - scale * low
    return View(float(cx), float(cy), scale)
