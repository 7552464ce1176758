"""The stage as a whole, on an experiment whose answers are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from disc_world import make_params

from matebit.contracts.measures import IMAGE_COLUMNS, VALUE_COLUMNS
from matebit.errors import MatebitError
from matebit.io.images import write_png
from matebit.metrics.stage import run


def _values(layout, method, seed=1):
    table = pd.read_csv(layout.run(method, seed).metrics / "values.csv")
    assert list(table.columns) == VALUE_COLUMNS
    return table


def test_every_offered_metric_is_written(experiment):
    run(experiment.params, experiment.layout, "matebit", 1)
    table = _values(experiment.layout, "matebit")
    wanted = {
        "mae", "ssim", "psnr", "feature_distance", "semantic", "texture", "colour", "edge_f1", "pck@0.05",
        "pck@0.1", "epe", "confidence", "swd", "swd/32", "swd/16", "pck@0.1/soft/block1",
        "pck@0.1/argmax/block2",
        "pck@0.1/equal_position", "confidence/block1",
    }  # fmt: skip
    assert wanted <= set(table["metric"])
    assert "diversity" not in set(table["metric"]), "one exemplar a condition has no diversity"
    assert (table["n"] == 6).all()
    assert table[["features", "protocol"]].notna().all().all()
    perceptual = table[table["metric"].isin(["feature_distance", "semantic", "texture", "colour"])]
    assert set(perceptual["features"]) == {"vgg19 x0.125 (random, seed 0)"}
    images = pd.read_csv(experiment.layout.run("matebit", 1).metrics / "images.csv")
    assert list(images.columns) == IMAGE_COLUMNS
    means = images.groupby("metric")["value"].mean()
    for metric in ("mae", "ssim", "feature_distance", "pck@0.1"):
        value = table.set_index("metric")["value"][metric]
        assert means[metric] == pytest.approx(value, rel=1e-6)


def test_controls_are_scored_together_and_the_truth_is_best(experiment):
    run(experiment.params, experiment.layout, "controls", 0)
    run(experiment.params, experiment.layout, "matebit", 1)
    run(experiment.params, experiment.layout, "vanilla", 1)
    table = pd.concat([_values(experiment.layout, "controls", 0), *(
        _values(experiment.layout, method) for method in ("matebit", "vanilla")
    )])  # fmt: skip
    assert set(table["method"]) == {"truth", "exemplar", "label_mean", "matebit", "vanilla"}
    wide = table.pivot(index="method", columns="metric", values="value")
    for metric in ("mae", "feature_distance"):
        assert wide[metric].idxmin() == "truth"
        assert wide.loc["truth", metric] == pytest.approx(0, abs=1e-6)
        assert wide.loc["matebit", metric] < wide.loc["vanilla", metric]
    for metric in ("ssim", "semantic"):
        assert wide.loc["truth", metric] == pytest.approx(1, abs=1e-6)
        assert wide.loc["vanilla", metric] < wide.loc["matebit", metric] < 1
    assert np.isinf(wide.loc["truth", "psnr"])
    for metric in ("colour", "texture"):
        assert wide.loc["truth", metric] > wide.loc["label_mean", metric]
    assert wide.loc["matebit", "pck@0.1"] > wide.loc["vanilla", "pck@0.1"]
    assert np.isnan(wide.loc["exemplar", "pck@0.1"])


def test_two_runs_write_the_same_bytes_and_batches_do_not_matter(experiment):
    folder = experiment.layout.run("matebit", 1).metrics
    run(experiment.params, experiment.layout, "matebit", 1)
    first = (folder / "values.csv").read_bytes(), (folder / "images.csv").read_bytes()
    run(experiment.params, experiment.layout, "matebit", 1)
    assert first == ((folder / "values.csv").read_bytes(), (folder / "images.csv").read_bytes())
    one = _values(experiment.layout, "matebit")
    run(make_params(batch=1), experiment.layout, "matebit", 1)
    other = _values(experiment.layout, "matebit")
    np.testing.assert_allclose(one["value"], other["value"], rtol=2e-5, atol=1e-7)


def test_metrics_without_truth(experiment, monkeypatch):
    from types import SimpleNamespace

    from matebit.metrics import stage

    monkeypatch.setattr(stage, "open_source", lambda *_: SimpleNamespace(truth=None))
    run(experiment.params, experiment.layout, "matebit", 1)
    measured = set(_values(experiment.layout, "matebit")["metric"])
    assert {"semantic", "texture", "colour", "edge_f1", "swd"} <= measured
    assert not {"mae", "ssim", "psnr", "feature_distance", "pck@0.1", "confidence"} & measured


@pytest.mark.parametrize("harm", ["missing", "extra", "size", "broken"])
def test_wrong_images_are_named_and_nothing_is_scored(experiment, harm):
    folder = experiment.layout.run("matebit", 1).translate
    if harm == "missing":
        index = folder / "index.csv"
        index.write_text("\n".join(index.read_text().splitlines()[:-1]) + "\n")
    elif harm == "extra":
        write_png(folder / "images/stranger.png", np.zeros((32, 32, 3), np.uint8))
    elif harm == "size":
        write_png(folder / "images/test0.png", np.zeros((16, 16, 3), np.uint8))
    else:
        (folder / "images/test0.png").write_bytes(b"no image")
    with pytest.raises(MatebitError) as caught:
        run(experiment.params, experiment.layout, "matebit", 1)
    named = {"missing": "test5", "extra": "stranger", "size": "16 x 16", "broken": "test0.png"}[harm]
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (experiment.layout.run("matebit", 1).metrics / "values.csv").exists()


@pytest.mark.parametrize("name", ["fid", "kid", "inception_score"])
def test_absent_inception_weights_are_named(experiment, name):
    with pytest.raises(MatebitError, match=r"metrics\.names needs .*pt_inception"):
        run(make_params(names=[name]), experiment.layout, "matebit", 1)
