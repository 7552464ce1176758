"""The joint finder that is trained on the experiment's own figures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from arrays_inputs import ArrayInputs, feed

from matebit.config.segmenter import JointsConfig
from matebit.contracts.bodies import JOINTS, BodyPose
from matebit.contracts.structure import read_joints
from matebit.errors import MatebitError
from matebit.io.images import read_rgb
from matebit.metrics.segmenter.network import (
    JOINTS_MODEL,
    MODEL,
    SUMMARY,
    TrainedJointFinder,
    trained_joint_finder,
)
from matebit.metrics.segmenter.stage import _places
from matebit.metrics.segmenter.training import NOWHERE, joint_loss, train
from matebit.metrics.structure import JointAgreement, shares_found
from tiny_experiment import TINY, Experiment, contents, resolved_below

COUNT, SIDE = len(JOINTS), 32


def test_the_loss_is_the_slow_one(dice):
    random = np.random.default_rng(dice.randrange(2**32))
    scores = torch.from_numpy(random.normal(size=(3, COUNT, 4, 5)))
    asked = random.integers(-1, 20, (3, COUNT))
    terms = []
    for image, joint in zip(*np.nonzero(asked != NOWHERE), strict=True):
        row, column = divmod(int(asked[image, joint]), 5)
        spread = np.log(np.exp(scores[image, joint].numpy()).sum())
        terms.append(spread - float(scores[image, joint, row, column]))
    found = float(joint_loss(scores, torch.from_numpy(asked)))
    assert found == pytest.approx(np.mean(terms))


def test_no_joint_teaches_nothing():
    scores = torch.zeros(2, COUNT, 4, 4, requires_grad=True)
    loss = joint_loss(scores, torch.full((2, COUNT), NOWHERE))
    loss.backward()
    assert float(loss.detach()) == 0
    assert not scores.grad.any()


def test_places_are_pixels_and_joints_outside_are_nowhere():
    points = np.zeros((COUNT, 2))
    points[:4] = [[0, 0], [99, 49], [50, 25], [100, 10]]
    present = np.ones(COUNT, dtype=bool)
    present[4] = False
    found = _places(BodyPose(points, present, (100, 50)), 10)
    assert found[:5].tolist() == [0, 99, 55, NOWHERE, NOWHERE]


def dotted(number: int) -> tuple[np.ndarray, np.ndarray]:
    """A picture with a dot for each of three joints, in red, green and blue on grey noise; their pixels."""
    random = np.random.default_rng([5, number])
    image = np.repeat(random.integers(0, 90, (1, SIDE, SIDE), dtype=np.uint8), 3, axis=0)
    places = np.full(COUNT, NOWHERE)
    for joint, (row, column) in enumerate(random.permutation(64)[:3, None] // [8, 1] % 8 * 4 + 1):
        image[:, row : row + 2, column : column + 2] = 0
        image[joint, row : row + 2, column : column + 2] = 255
        places[joint] = row * SIDE + column
    return image, places


def test_it_learns_and_noise_is_worse():
    network = train(
        dotted, 64, COUNT, joint_loss, JointsConfig(images=960, batch=4, width=8, rate=1e-2), "joint finder"
    )
    finder = TrainedJointFinder(network, "dots")
    names = [str(number) for number in range(100, 112)]
    images = {name: dotted(int(name))[0].transpose(1, 2, 0) for name in names}
    random = np.random.default_rng(0)
    noise = {name: random.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8) for name in names}
    asked = {}
    for name in names:
        places = dotted(int(name))[1]
        points = np.stack([places % SIDE, places // SIDE], axis=1) + 0.5
        asked[name] = (points / SIDE, places != NOWHERE)

    def share(shown: dict[str, np.ndarray]) -> float:
        return feed(JointAgreement(finder, [0.05]), ArrayInputs(shown, asked_joints=asked), names)[
            "joint_pck@0.05"
        ]

    assert share(images) > 0.9
    assert share(noise) < 0.3


FIGURES = TINY | {
    "name": "figures",
    "data": {
        "source": "figures", "load_size": 32, "crop_size": 32, "workers": 1,
        "figures": {"train": 8, "test": 4, "people_train": 2, "people_test": 1},
    },
    "conditions": {"kind": "pose"},
    "metrics": {
        "names": ["mae", "joint_pck"],
        "joints": {"finder": "trained", "images": 48, "width": 4},
        "miou": {"parser": None},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    """Bundled figures, their conditions and pairs, and the trained finder."""
    experiment = resolved_below(tmp_path_factory.mktemp("figures"), FIGURES)
    for stage in ("data", "conditions", "pairs", "segmenter"):
        experiment.run(stage)
    return experiment


def test_the_stage_trains_it_with_the_same_bytes_each_time(figures: Experiment):
    first = contents(figures.layout.segmenter)
    assert set(first) == {JOINTS_MODEL, SUMMARY}
    summary = json.loads(first[SUMMARY])
    assert not summary["trained"]
    assert 0 <= summary["joints"]["held_out_joints"] <= 1
    figures.run("segmenter")
    assert contents(figures.layout.segmenter) == first


def test_scores_are_those_of_the_finder_and_name_it(figures: Experiment):
    figures.run("translate", "controls", 0)
    figures.run("metrics", "controls", 0)
    table = pd.read_csv(figures.layout.run("controls", 0).metrics / "values.csv")
    rows = table.query("metric == 'joint_pck@0.1'").set_index("method")
    held_out = json.loads((figures.layout.segmenter / SUMMARY).read_text())["joints"]["held_out_joints"]
    assert f"joint finder, {held_out:.3f} of held-out joints" in rows["features"]["exemplar"]
    assert 0 <= rows["value"]["truth"] <= 1
    finder, poses = trained_joint_finder(figures.layout.segmenter, held_out), read_joints(figures.layout)
    folder = figures.layout.run("truth", 0).translate
    by_hand = [
        shares_found(
            finder(read_rgb(folder / row.image), row.id), poses[row.id].points, poses[row.id].present, [0.1]
        )
        for row in pd.read_csv(folder / "index.csv").query("rank == 1").itertuples()
    ]
    assert rows["value"]["truth"] == pytest.approx(np.mean(by_hand))


def test_pictures_without_joints_have_none(tiny: Experiment, tmp_path: Path):
    faces = tiny.copied(tmp_path, metrics={"joints": {"finder": "trained"}})
    faces.run("segmenter")
    summary = json.loads((faces.layout.segmenter / SUMMARY).read_text())
    assert summary["joints"] == {"trained": False, "reason": "not every image has joints"}


def test_a_broken_file_is_named(tmp_path: Path):
    (tmp_path / JOINTS_MODEL).write_bytes(b"no network")
    with pytest.raises(MatebitError, match=r"joints\.safetensors"):
        trained_joint_finder(tmp_path, 0.5)
    assert MODEL != JOINTS_MODEL
