"""The 20 channels against a slow computation that shares no code with the package and none with OpenCV."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy import ndimage
from small_sets import sections

from matebit.config.data import ConditionsConfig
from matebit.contracts.bodies import JOINTS, BodyPose
from matebit.data import extract_conditions, import_images
from matebit.data.conditions.inputs import Structure
from matebit.data.conditions.pose import pose_condition
from matebit.io.images import BrokenImage, load_png
from matebit.pipeline.layout import Layout

# Pairs of joints by OpenPose's numbers, which begin with 1, and its colours, blue first.
LIMBS = (
    (2, 3), (2, 6), (3, 4), (4, 5), (6, 7), (7, 8), (2, 9), (9, 10), (10, 11), (2, 12), (12, 13),
    (13, 14), (2, 1), (1, 15), (15, 17), (1, 16), (16, 18),
)  # fmt: skip
BLUE_GREEN_RED = (
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0), (0, 255, 0),
    (0, 255, 85), (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255), (0, 0, 255), (85, 0, 255),
    (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85),
)  # fmt: skip


def ellipse(middle: tuple[int, int], half_length: int, angle: int) -> list[tuple[int, int]]:
    """A corner for every degree, rounded to whole pixels."""
    turn, corners = math.radians(angle), []
    for degree in range(361):
        x, y = half_length * math.cos(math.radians(degree)), 4 * math.sin(math.radians(degree))
        across = middle[0] + x * math.cos(turn) - y * math.sin(turn)
        down = middle[1] + x * math.sin(turn) + y * math.cos(turn)
        corners.append((round(across), round(down)))
    return corners


def side(start: tuple[int, int], end: tuple[int, int]) -> list[tuple[int, int]]:
    """The pixels of a line from left to right, one a step; halves go back."""
    (x0, y0), (x1, y1) = (start, end) if start[0] <= end[0] else (end, start)
    across, down, up = x1 - x0, abs(y1 - y0), 1 if y1 >= y0 else -1
    if across >= down:
        return [(x0 + k, y0 + up * ((2 * k * down + across - 1) // (2 * across))) for k in range(across + 1)]
    return [(x0 + (2 * k * across + down - 1) // (2 * down), y0 + up * k) for k in range(down + 1)]


def filled(corners: list[tuple[int, int]], shape: tuple[int, int]) -> np.ndarray:
    """The pixels of the sides of a convex polygon, and in each row all between the crossings."""
    mask = np.zeros(shape, bool)
    around = zip(corners, corners[1:] + corners[:1], strict=True)
    sides = [(start, end) for start, end in around if start != end]
    for x, y in {pixel for pair in sides for pixel in side(*pair)}:
        if 0 <= y < shape[0] and 0 <= x < shape[1]:
            mask[y, x] = True
    for y in range(shape[0]):
        crossings = []
        for (x0, y0), (x1, y1) in sides:
            if min(y0, y1) <= y <= max(y0, y1):
                crossings += [x0, x1] if y0 == y1 else [x0 + (y - y0) * (x1 - x0) / (y1 - y0)]
        if crossings:
            first, last = (math.floor(x + 0.5) for x in (min(crossings), max(crossings)))
            mask[y, max(first, 0) : max(last + 1, 0)] = True
    return mask


def slow_channels(joints: list, size: tuple[int, int], target: int) -> np.ndarray:
    """R11 as it is written; `joints` are (x, y) or None, `size` is (width, height)."""
    shape = size[::-1]
    ys, xs = np.mgrid[: shape[0], : shape[1]]
    canvas = np.zeros((*shape, 3))
    for joint, colour in zip(joints, BLUE_GREEN_RED, strict=True):
        if joint is not None:
            canvas[(ys - int(joint[1])) ** 2 + (xs - int(joint[0])) ** 2 <= 16] = colour
    distances = []
    for limb, colour in zip(LIMBS, BLUE_GREEN_RED, strict=False):
        a, b = (joints[number - 1] for number in limb)
        distance = np.full(shape, 255)
        if a is not None and b is not None:
            middle = int((a[0] + b[0]) / 2), int((a[1] + b[1]) / 2)
            angle = int(math.degrees(math.atan2(a[1] - b[1], a[0] - b[0])))
            mask = filled(ellipse(middle, int(math.dist(a, b) / 2), angle), shape)
            covered = canvas.copy()
            covered[mask] = colour
            canvas = np.rint(0.4 * canvas + 0.6 * covered)
            distance = np.clip(ndimage.distance_transform_cdt(~mask, metric="taxicab") / 3, 0, 255)
        distances.append(distance.astype(np.uint8))
    planes = [*canvas[..., ::-1].astype(np.uint8).transpose(2, 0, 1), *distances]
    resized = [Image.fromarray(p).resize((target, target), Image.Resampling.NEAREST) for p in planes]
    return np.stack([np.asarray(plane) for plane in resized])


def close_enough(found: np.ndarray, expected: np.ndarray) -> None:
    """The drawing to the last bit, distances to one level of 255."""
    assert found.shape == expected.shape
    np.testing.assert_array_equal(found[:3], expected[:3])
    assert np.abs(found.astype(int) - expected).max() <= 1


def random_pose(seed: int, size: tuple[int, int], missing: float) -> BodyPose:
    rng = np.random.default_rng(seed)
    points = rng.integers(0, size, (18, 2)) + rng.choice([0, 0.25, 0.5], (18, 2))
    return BodyPose(points, rng.random(18) >= missing, size)


@pytest.mark.parametrize(("size", "target"), [((48, 48), 48), ((40, 56), 32), ((24, 30), 40)])
@pytest.mark.parametrize("missing", [0, 0.3])
def test_any_pose_has_the_slow_channels(size: tuple[int, int], target: int, missing: float) -> None:
    for seed in range(3):
        pose = random_pose(seed, size, missing)
        joints = [tuple(p) if there else None for p, there in zip(pose.points, pose.present, strict=True)]
        structure = Structure("x", np.zeros((target, target, 3), np.uint8), known_pose=pose)
        found = pose_condition(structure, ConditionsConfig(kind="pose"))
        close_enough(found, slow_channels(joints, size, target))


def test_real_photographs_have_the_slow_channels(shared_data: Path, tmp_path: Path) -> None:
    root = shared_data / "deepfashion-sample"
    params = sections(
        {"source": "deepfashion", "root": str(root), "load_size": 286, "crop_size": 256}, kind="pose"
    )
    layout = Layout("real", tmp_path)
    import_images.run(params, layout)
    extract_conditions.run(params, layout)
    photographs = sorted((root / "img").rglob("*.jpg"))
    assert len(photographs) == 8
    for path in photographs:
        below = path.relative_to(root / "img").with_suffix("")
        found = load_png(layout.conditions / f"condition/{'-'.join(below.parts)}.png", grey=True)
        stem = str(root / "pose" / below)
        candidate, subset = np.loadtxt(f"{stem}_candidate.txt"), np.loadtxt(f"{stem}_subset.txt")
        joints = [tuple(candidate[int(row), :2]) if row >= 0 else None for row in subset[:18]]
        size = found.shape[1]
        expected = slow_channels(joints, Image.open(path).size, size)
        close_enough(found.reshape(20, size, size), expected)


def test_missing_joint_takes_its_limbs_away() -> None:
    points = np.random.default_rng(4).uniform(8, 56, (18, 2))
    present = np.ones(18, bool)
    present[JOINTS.index("neck")] = False
    image = np.zeros((64, 64, 3), np.uint8)
    channels = pose_condition(
        Structure("x", image, known_pose=BodyPose(points, present, (64, 64))), ConditionsConfig()
    )
    white = [(plane == 255).all() for plane in channels[3:]]
    assert white == [2 in limb for limb in LIMBS]


def test_image_without_keypoints_is_refused_in_one_sentence() -> None:
    with pytest.raises(BrokenImage, match=r"photo\.jpg has no body keypoints"):
        pose_condition(Structure("photo.jpg", np.zeros((8, 8, 3), np.uint8)), ConditionsConfig())


def test_keypoints_are_written_as_parts_of_the_picture(shared_data: Path, tmp_path: Path) -> None:
    root = shared_data / "deepfashion-sample"
    params = sections({"source": "deepfashion", "root": str(root)}, kind="pose")
    layout = Layout("real", tmp_path)
    import_images.run(params, layout)
    extract_conditions.run(params, layout)
    table = pd.read_csv(layout.conditions / "keypoints.csv")
    rows = table[table.id == "WOMEN-Blouses_Shirts-id_00007636-01_1_front"]
    assert rows.joint.tolist() == [
        *JOINTS[:9], "l_hip", "r_eye", "l_eye", "r_ear", "l_ear"
    ]  # fmt: skip
    assert rows.iloc[1][["x", "y"]].tolist() == [131 / 256, 85 / 256]
