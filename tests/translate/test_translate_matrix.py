"""The pairs behind the matrix figure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_translate_network import with_checkpoint

from matebit.contracts.translated import MATRIX_COLUMNS
from matebit.data.test_set import TestSet
from matebit.io.files import sha256_of_file
from matebit.io.images import read_rgb
from matebit.io.tables import read_table
from matebit.translate.matrix import matrix_sides
from tiny_experiment import Experiment


@pytest.mark.parametrize("count", [3, 9])
def test_every_pair_once_and_the_scored_ones_among_them(trained: Experiment, tmp_path: Path, count: int):
    experiment = with_checkpoint(trained, tmp_path, translate={"matrix": count})
    experiment.run("translate", "matebit")
    folder = experiment.layout.run("matebit", 1).translate
    table = read_table(folder / "matrix/index.csv", MATRIX_COLUMNS)
    conditions, exemplars = matrix_sides(TestSet(experiment.params, experiment.layout), count)
    assert len(conditions) == min(count, 4)
    assert len(set(exemplars)) == len(exemplars) <= len(conditions)
    pairs = [(row.condition, row.exemplar) for row in table.itertuples()]
    assert pairs == [(condition, exemplar) for condition in conditions for exemplar in exemplars]
    scored = read_table(folder / "index.csv", ["id", "exemplar", "image"])
    images = {(row.id, row.exemplar): folder / row.image for row in scored.itertuples()}
    for row in table.itertuples():
        path = folder / "matrix" / row.image
        assert sha256_of_file(path) == row.image_sha256
        assert read_rgb(path).shape == (32, 32, 3)
        own = images.get((row.condition, row.exemplar))
        if own is not None:
            # Sums over a batch of another size may be rounded otherwise, by a level or two.
            apart = np.abs(read_rgb(path).astype(int) - read_rgb(own).astype(int))
            assert apart.max() <= 2
    assert any((condition, exemplar) in images for condition, exemplar in pairs)


def test_none_is_made_where_none_is_asked_for(trained: Experiment, tmp_path: Path):
    experiment = with_checkpoint(trained, tmp_path, translate={"matrix": 0})
    experiment.run("translate", "matebit")
    assert not (experiment.layout.run("matebit", 1).translate / "matrix").exists()
