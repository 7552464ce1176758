import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stances import figure_of, stance_of

from matebit.contracts.bodies import LABELS
from matebit.drawn.drawing.style import MEDIA
from matebit.drawn.figures.cut import OUTFITS, sample_cut
from matebit.drawn.figures.drawing import geometry, render
from matebit.drawn.figures.pose import ATTITUDES, sample_pose
from matebit.drawn.figures.sets import figure_style
from matebit.drawn.figures.skeleton import skeleton
from matebit.drawn.figures.surfaces import Part
from matebit.errors import MatebitError

seeds = st.integers(0, 2**31)
LABEL = {name: number for number, name in enumerate(LABELS)}

# Least and largest angle of each joint, in radians.
LIMITS = {
    "arm_out": (-0.25, 2.9),
    "arm_forward": (-0.8, 2.4),
    "elbow": (0.0, 2.6),
    "leg_out": (-0.2, 0.9),
    "leg_forward": (-0.6, 1.6),
    "knee": (0.0, 2.3),
}


def test_same_seed_same_bytes_in_any_order():
    jobs = [figure_of(3, i, medium=medium) for i, medium in enumerate(MEDIA)]
    forward = [render(*job, 64).image for job in jobs]
    backward = [render(*job, 64).image for job in reversed(jobs)][::-1]
    assert all(np.array_equal(a, b) for a, b in zip(forward, backward, strict=True))
    assert len({image.tobytes() for image in forward}) == len(jobs)
    assert all(image.std() > 5 for image in forward)


@pytest.mark.parametrize("size", [32, 97, 192])
def test_any_size(size):
    job = figure_of(1, 2)
    f = render(*job, size)
    assert (f.image.shape, f.image.dtype) == ((size, size, 3), np.uint8)
    assert (f.labels.shape, f.labels.dtype) == ((size, size), np.uint8)
    assert (f.surface.shape, f.surface.dtype) == ((size, size, 3), np.float32)
    plain = geometry(*job[:2], size)
    assert np.array_equal(f.labels, plain.labels)
    assert np.array_equal(f.surface, plain.surface, equal_nan=True)


@pytest.mark.slow
def test_the_largest_size():
    assert render(*figure_of(1), 1024).image.shape == (1024, 1024, 3)


@pytest.mark.parametrize("size", [0, 31, 1025])
def test_other_sizes_are_refused(size):
    with pytest.raises(MatebitError, match="32 to 1024"):
        geometry(*figure_of(0)[:2], size)


def test_labels_are_alike_at_two_sizes():
    stance, cut, _ = figure_of(4)
    small, large = geometry(stance, cut, 64).labels, geometry(stance, cut, 128).labels
    corners = [large[y::2, x::2] for y in (0, 1) for x in (0, 1)]
    assert np.any([small == corner for corner in corners], axis=0).mean() > 0.99


@settings(max_examples=12, deadline=None)
@given(seed=seeds)
def test_every_figure_is_whole(seed):
    stance, cut, _ = figure_of(seed)
    g = geometry(stance, cut, 96)
    seen = {LABELS[number] for number in np.unique(g.labels)}
    assert {"background", "face"} <= seen
    assert {"upper_clothes", "dress", "coat"} & seen
    assert {"trousers", "skirt", "dress", "coat"} & seen
    assert np.array_equal(np.isnan(g.surface).any(-1), g.labels == 0)
    parts = set(np.unique(g.surface[..., 0][g.labels > 0]).astype(int))
    assert Part.TORSO in parts
    assert parts <= {*range(1, 27), *map(int, Part)}
    bodily = (g.labels > 0).mean()
    assert 0.03 < bodily < 0.75


@pytest.mark.parametrize("outfit", OUTFITS)
def test_an_outfit_shows_its_garments(outfit):
    cut = sample_cut((8,), outfit)
    g = geometry(stance_of(8, attitude="stand"), cut, 96)
    seen = {LABELS[number] for number in np.unique(g.labels)}
    wanted = {
        "tee": {"upper_clothes", "trousers", "l_arm"}, "shirt": {"upper_clothes", "trousers"},
        "sweater": {"upper_clothes", "trousers"}, "tank": {"upper_clothes", "trousers", "l_arm", "r_arm"},
        "dress": {"dress", "l_leg"}, "gown": {"dress"}, "skirt": {"upper_clothes", "skirt"},
        "jacket": {"coat", "upper_clothes"}, "coat": {"coat", "upper_clothes"},
        "sport": {"upper_clothes", "trousers", "l_leg", "r_leg"},
    }[outfit]  # fmt: skip
    assert wanted <= seen
    if outfit in {"dress", "gown"}:
        assert not {"trousers", "skirt"} & seen


@pytest.mark.parametrize("attitude", ATTITUDES)
def test_joint_angles_keep_their_limits(attitude):
    for seed in range(40):
        pose = sample_pose((seed,), attitude)
        stance = stance_of(seed, attitude=attitude)
        bones = skeleton(stance.build, stance.pose)
        for k in (0, 1):
            arm, leg = pose.arms[k], pose.legs[k]
            if not arm.reach:
                assert LIMITS["arm_out"][0] <= arm.out <= LIMITS["arm_out"][1]
                assert LIMITS["arm_forward"][0] <= arm.forward <= LIMITS["arm_forward"][1]
            assert LIMITS["leg_out"][0] <= leg.out <= LIMITS["leg_out"][1]
            assert LIMITS["leg_forward"][0] <= leg.forward <= LIMITS["leg_forward"][1]
            for name, joints in (("elbow", bones.arms[k]), ("knee", bones.legs[k])):
                first, second = joints[1] - joints[0], joints[2] - joints[1]
                cosine = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
                angle = np.arccos(np.clip(cosine, -1, 1))
                assert LIMITS[name][0] - 1e-6 <= angle <= LIMITS[name][1], (seed, name)


def test_bones_keep_their_lengths_in_every_pose():
    for seed, attitude in enumerate(ATTITUDES):
        stance = stance_of(seed, attitude=attitude)
        bones, build = skeleton(stance.build, stance.pose), stance.build
        for k in (0, 1):
            assert np.isclose(np.linalg.norm(bones.arms[k, 1] - bones.arms[k, 0]), build.upper_arm)
            assert np.isclose(np.linalg.norm(bones.arms[k, 2] - bones.arms[k, 1]), build.forearm)
            assert np.isclose(np.linalg.norm(bones.legs[k, 1] - bones.legs[k, 0]), build.thigh)
            assert np.isclose(np.linalg.norm(bones.legs[k, 2] - bones.legs[k, 1]), build.shin)


def test_a_nearer_arm_hides_the_body_and_is_hidden_behind_it():
    stance = stance_of(5, attitude="walk")
    bones = skeleton(stance.build, stance.pose)
    g = geometry(stance, sample_cut((5,), "tank"), 192)
    arms = g.surface[..., 0][np.isin(g.surface[..., 0], [Part.L_ARM, Part.R_ARM])]
    near = int(bones.arms[1, 1, 2] > bones.arms[0, 1, 2])  # the left elbow is nearer to us
    sizes = [(arms == Part.R_ARM).sum(), (arms == Part.L_ARM).sum()]
    assert sizes[near] > sizes[1 - near]


def test_colours_come_from_the_style_and_form_from_stance_and_cut():
    (a, cut, _), (b, _, _) = figure_of(11, outfit="shirt"), figure_of(12)
    one = figure_style((13,), "cartoon", "ocean", "plain")
    two = figure_style((14,), "cartoon", "sunset", "plain")

    def top(stance, style):
        f = render(stance, cut, style, 96)
        return f.image[f.labels == LABEL["upper_clothes"]].mean(0)

    same_style = np.abs(top(a, one) - top(b, one)).mean()
    same_form = np.abs(top(a, one) - top(a, two)).mean()
    assert same_style < 0.5 * same_form


def test_left_lies_right_in_the_picture_of_one_who_faces_us():
    stance = stance_of(2, attitude="stand")
    stance = dataclasses.replace(stance, pose=dataclasses.replace(stance.pose, yaw=0.0, twist=0.0))
    g = geometry(stance, sample_cut((2,), "sport"), 96)
    x = np.arange(96)[None, :] * np.ones((96, 1))
    for left, right in (("l_arm", "r_arm"), ("l_leg", "r_leg")):
        assert x[g.labels == LABEL[left]].mean() > x[g.labels == LABEL[right]].mean()
