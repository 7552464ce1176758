"""What a report shows of a pose: its skeleton, in colours."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np

from matebit.io.images import load_png
from matebit.report.experiment import Experiment as Reported
from tiny_experiment import TINY, resolved_below


def test_a_pose_is_shown_as_the_skeleton_that_the_network_reads(tmp_path: Path) -> None:
    mapping = copy.deepcopy(TINY)
    mapping["data"] |= {
        "source": "figures",
        "figures": {"train": 4, "test": 4, "people_train": 1, "people_test": 1},
    }
    mapping["conditions"] = {"kind": "pose"}
    tiny = resolved_below(tmp_path, mapping)
    for stage in ("data", "conditions"):
        tiny.run(stage)
    reported = Reported(tiny.params, tiny.layout)
    for item in reported.tests:
        shown = reported.condition(item)
        stored = load_png(tiny.layout.conditions / f"condition/{item}.png", grey=True)
        channels = stored.reshape(20, *shown.shape[:2])
        np.testing.assert_array_equal(shown, channels[:3].transpose(1, 2, 0))
        assert len(np.unique(shown.reshape(-1, 3), axis=0)) > 10, "limbs have colours of their own"
