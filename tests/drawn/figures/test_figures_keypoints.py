import dataclasses

import numpy as np
import pytest
from stances import stance_of

from matebit.contracts.bodies import JOINTS
from matebit.drawn.figures.cut import sample_cut
from matebit.drawn.figures.drawing import geometry
from matebit.drawn.figures.keypoints import body_pose
from matebit.drawn.figures.pose import ATTITUDES
from matebit.drawn.figures.raster import View
from matebit.drawn.figures.surfaces import Part

LIMBS = {
    "elbow": {Part.L_ARM, Part.R_ARM}, "wrist": {Part.L_ARM, Part.R_ARM, Part.L_HAND, Part.R_HAND},
    "knee": {Part.L_LEG, Part.R_LEG}, "ankle": {Part.L_LEG, Part.R_LEG, Part.L_FOOT, Part.R_FOOT},
    "shoulder": {Part.TORSO, Part.L_ARM, Part.R_ARM, Part.FLAPS}, "hip": {Part.TORSO, Part.L_LEG, Part.R_LEG},
    "neck": {Part.TORSO, Part.NECK},
}  # fmt: skip
HEAD = set(range(1, 27))


@pytest.mark.parametrize("attitude", ATTITUDES)
def test_joints_that_are_seen_lie_on_their_limbs(attitude):
    cut = sample_cut((1,), "sport")
    hits = total = 0
    for seed in range(3):
        stance = stance_of(seed, attitude=attitude)
        pose = body_pose(stance, cut)
        parts = geometry(stance, cut, 128).surface[..., 0]
        for joint, (x, y), present in zip(JOINTS, pose.points / pose.size, pose.present, strict=True):
            if not present:
                continue
            kind = joint.partition("_")[2] or joint
            column, row = int(x * 128), int(y * 128)
            near = parts[max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3]
            wanted = LIMBS.get(kind, HEAD)
            if kind in {"elbow", "wrist", "knee", "ankle", "shoulder", "hip"}:
                other = "R_" if joint.startswith("l_") else "L_"
                wanted = {p for p in wanted if not p.name.startswith(other)}
            hits += bool(np.isin(near, list(wanted)).any())
            total += 1
    assert total >= 30
    # a limb that lies close before another joint hides it without that detectors miss it
    assert hits / total > 0.9, (hits, total)


def test_form_of_the_answer():
    pose = body_pose(stance_of(3), sample_cut((3,)))
    assert pose.points.shape == (18, 2)
    assert pose.points.dtype == np.float32
    assert pose.present.shape == (18,)
    assert pose.present.dtype == bool
    assert pose.size == (256, 256)
    assert np.isfinite(pose.points).all()


def test_what_is_outside_the_picture_is_absent():
    stance = stance_of(4, attitude="stand")
    view = stance.view
    close = dataclasses.replace(stance, view=View(view.cx, view.cy + 0.5, view.scale))
    pose = body_pose(close, sample_cut((4,)))
    outside = ((pose.points < 0) | (pose.points >= 256)).any(1)
    assert outside.any()
    assert not pose.present[outside].any()


def test_joints_do_not_depend_on_clothes():
    stance = stance_of(6)
    assert np.array_equal(
        body_pose(stance, sample_cut((1,), "gown")).points,
        body_pose(stance, sample_cut((2,), "sport")).points,
    )


def test_some_figures_lack_joints_and_most_have_most():
    counts = [int(body_pose(stance_of(7, i), sample_cut((7, i))).present.sum()) for i in range(24)]
    assert min(counts) < 16
    assert np.median(counts) >= 14
