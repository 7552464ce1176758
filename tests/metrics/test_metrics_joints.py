"""Joints found again, with a stub in place of the network."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from arrays_inputs import ArrayInputs, feed
from disc_world import make_params

from matebit.config.data import ConditionsConfig
from matebit.contracts.bodies import JOINTS, BodyPose
from matebit.contracts.structure import KEYPOINT_COLUMNS, Record
from matebit.data.extractors import registry
from matebit.io.images import BrokenImage
from matebit.io.tables import write_table
from matebit.metrics import stage
from matebit.metrics.scoring import ExtractorJointFinder
from matebit.metrics.structure import JointAgreement, shares_found


class Stub:
    """Every joint at the brightest pixel; nobody in a black picture."""

    record = Record("pose", "stub", "1", "none.pth", "0" * 64, "none")
    side = None

    def __init__(self, config=None):
        pass

    def __call__(self, image, origin):
        if not image.any():
            raise BrokenImage(f"{origin} shows no person")
        y, x = np.unravel_index(image.sum(axis=2).argmax(), image.shape[:2])
        there = np.ones(len(JOINTS), dtype=bool)
        there[0] = False
        return BodyPose(
            np.tile([x, y], (len(JOINTS), 1)).astype(float), there, (image.shape[1], image.shape[0])
        )


def test_known_shares():
    asked, present = np.full((18, 2), 0.5), np.zeros(18, dtype=bool)
    found = BodyPose(np.full((18, 2), 5.0), np.ones(18, dtype=bool), (10, 10))
    assert np.isnan(shares_found(found, asked, present, [0.1])).all()
    present[:4] = True
    found.points[1] += [0.8, 0]  # 0.08 of the width
    found.points[2] += [3, 4]  # half a side
    found.present[3] = False
    assert shares_found(found, asked, present, [0.05, 0.1]) == [0.25, 0.5]
    assert shares_found(None, asked, present, [0.05, 0.1]) == [0, 0]


def _image(x, y):
    image = np.zeros((20, 20, 3), dtype=np.uint8)
    image[y, x] = 255
    return image


def test_batches_order_and_controls():
    present = np.ones(18, dtype=bool)
    asked = {name: (np.full((18, 2), place / 20), present) for name, place in (("a", 4), ("b", 9), ("c", 15))}
    right = {"a": _image(4, 4), "b": _image(9, 9), "c": _image(15, 15)}
    wrong = {"a": right["b"], "b": right["a"], "c": np.zeros((20, 20, 3), np.uint8)}

    def scored(images, names, size):
        metric = JointAgreement(ExtractorJointFinder(Stub()), [0.05, 0.1])
        return feed(metric, ArrayInputs(images, asked_joints=asked), names, size)

    # The stub never finds the nose.
    assert scored(right, "abc", 3) == {
        name: pytest.approx(17 / 18) for name in ("joint_pck@0.05", "joint_pck@0.1")
    }
    assert scored(right, "abc", 3) == scored(right, "cab", 1)
    assert set(scored(wrong, "abc", 2).values()) == {0}


@pytest.mark.parametrize("known", ["all", "some"])
def test_the_stage_measures_it_where_an_extractor_is_named(experiment, monkeypatch, known):
    monkeypatch.setitem(registry.EXTRACTORS["pose"], "keypoint_rcnn", f"{__name__}:Stub")
    names = [f"test{number}" for number in range(6 if known == "all" else 5)]
    rows = [{"id": name, "joint": "neck", "x": 0.5, "y": 0.5} for name in names]
    write_table(experiment.layout.conditions / "keypoints.csv", rows, KEYPOINT_COLUMNS)
    params = make_params(names=["mae", "joint_pck"])
    params.conditions = ConditionsConfig.model_validate({"extractors": {"pose": "keypoint_rcnn"}})
    stage.run(params, experiment.layout, "matebit", 1)
    table = pd.read_csv(experiment.layout.run("matebit", 1).metrics / "values.csv").set_index("metric")
    assert ("joint_pck@0.1" in table.index) == (known == "all")
    if known == "all":
        assert table["features"]["joint_pck@0.1"].startswith("stub, weights sha256 000")
        assert table["n"]["joint_pck@0.1"] == 6
