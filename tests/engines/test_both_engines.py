"""Both engines write the same bytes, and the manifest lists them all."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest
from engine_runs import Run

from matebit.io.files import read_json, sha256_of_file

pytestmark = [pytest.mark.engines, pytest.mark.timeout(1800)]


def test_snakemake_ends_with_a_page(by_snakemake: Run):
    assert (by_snakemake.copy / "reports/smoke/index.html").stat().st_size > 10_000


def test_dvc_ends_with_a_page(by_dvc: Run):
    assert (by_dvc.copy / "reports/smoke/index.html").stat().st_size > 10_000


def test_every_file_has_the_same_bytes(by_snakemake: Run, by_dvc: Run):
    names = list(by_snakemake.files())
    assert names == list(by_dvc.files())
    assert {path.suffix for path in names} >= {".safetensors", ".png", ".csv", ".html", ".pdf", ".tex"}
    different = [
        name.as_posix()
        for name in names
        if (by_snakemake.copy / name).read_bytes() != (by_dvc.copy / name).read_bytes()
    ]
    assert different == []


@pytest.mark.parametrize("engine", ["by_snakemake", "by_dvc"])
def test_the_manifest_lists_every_file(engine: str, request: pytest.FixtureRequest):
    run: Run = request.getfixturevalue(engine)
    table = pd.read_csv(run.copy / "reports/smoke/manifest.csv")
    listed = dict(zip(table["file"], table["sha256"], strict=True))
    found = {name.as_posix() for name in run.files()} - {"reports/smoke/manifest.csv"}
    assert set(listed) == found
    assert all(sha256_of_file(run.copy / name) == digest for name, digest in listed.items())


def test_another_python_writes_the_same_bytes(by_snakemake: Run):
    kept = os.environ.get("MATEBIT_MANIFESTS")
    if kept is None:
        pytest.skip("MATEBIT_MANIFESTS names no folder in which the runs of several Pythons leave manifests")
    own = Path(kept, f"smoke-python{sys.version_info.major}.{sys.version_info.minor}.csv")
    shutil.copyfile(by_snakemake.copy / "reports/smoke/manifest.csv", own)
    others = {path.name: path.read_text() for path in Path(kept).glob("smoke-python*.csv")}
    assert {name for name, text in others.items() if text != own.read_text()} == set()


def test_the_contrastive_loss_acts_within_a_smoke_run(by_snakemake: Run):
    folder = by_snakemake.copy / "results/smoke/train/matebit/seed1"
    assert 0 < read_json(folder / "summary.json")["style_contrast_began_at_image"] < 96
    assert '"style_contrast":' in (folder / "curves.jsonl").read_text().splitlines()[-1]


def test_no_state_of_training_is_left(by_snakemake: Run, by_dvc: Run):
    for run in (by_snakemake, by_dvc):
        assert list((run.copy / "runs/smoke").glob("*-seed1")) == []
