"""Shipped params files on real photographs, made short by overrides, through every stage."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from command import REPOSITORY, matebit
from matebit.engines.run_stage import run_stage
from matebit.pipeline.layout import Layout

# A dataset's place, random features and colours instead of downloaded weights; small and short.
CHANGES = (
    "features.weights=random", "features.width=0.125",
    "data.load_size=64", "data.crop_size=64", "data.workers=1",
    "model.ngf=4", "model.ndf=4", "model.token_stride=4", "model.blocks=1",
    "train.images=8", "train.batch=4", "threads=1", "tracking.enabled=false",
)  # fmt: skip


def through_every_stage(base: Path, name: str, root: Path, *more: str) -> Layout:
    """The layout of `params/NAME.yaml` after all of its stages, on the images at `root`."""
    changes = (f"data.root={root}", *CHANGES, *more)
    options = [word for change in changes for word in ("--set", change)]
    result = matebit(base, "resolve", REPOSITORY / f"params/{name}.yaml", *options)
    assert result.returncode == 0, result.stderr
    layout = Layout(name, base)
    for stage in ("data", "conditions", "pairs"):
        run_stage(stage, layout.params)
    run_stage("train", layout.params, "matebit")
    for stage in ("translate", "metrics"):
        run_stage(stage, layout.params, "matebit")
        run_stage(stage, layout.params, "controls")
    return layout


@pytest.mark.parametrize(
    ("name", "sample", "scores"),
    [
        ("celebahq-edges", "celebahq-sample", {"semantic", "colour", "edge_f1"}),
        ("deepfashion", "deepfashion-sample", {"semantic", "edge_f1"}),
    ],
)
def test_from_photographs_to_metrics(
    shared_data: Path, tmp_path: Path, name: str, sample: str, scores: set[str]
):
    layout = through_every_stage(tmp_path, name, shared_data / sample, "pairs.method=color_layout")
    index = pd.read_csv(layout.data / "index.csv", dtype={"id": str})
    assert len(index) == 8
    assert len(pd.read_csv(layout.data / "rejected.csv")) == 0
    # What is in no list trains.
    assert set(index["split"]) == {"train", "test"}
    values = pd.read_csv(layout.run("matebit", 1).metrics / "values.csv")
    assert scores <= set(values["metric"])
    assert "pck@0.1" not in set(values["metric"])


@pytest.mark.slow
def test_given_exemplars_and_segmentations_by_colours(shared_data: Path, tmp_path: Path):
    layout = through_every_stage(tmp_path, "photo-style", shared_data / "photo-style-sample")
    assert [len(pd.read_csv(folder / "rejected.csv")) for folder in (layout.data, layout.conditions)] == [
        0,
        0,
    ]
    translated = pd.read_csv(layout.run("matebit", 1).translate / "index.csv")
    assert dict(zip(translated.id, translated.exemplar, strict=True)) == {
        f"in{number}": f"tar{number}" for number in (5, 10, 15, 20)
    }
    values = pd.read_csv(layout.run("matebit", 1).metrics / "values.csv")
    assert {"semantic", "colour", "texture"} <= set(values["metric"])
