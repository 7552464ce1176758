"""What the benchmark computes; not how long that takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matebit.bench import conditions
from matebit.bench.conditions import write_face_files
from matebit.data.sources.celebamask import CelebAMaskSource
from matebit.errors import MatebitError


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("faces") / "set"
    write_face_files(root, count=2)
    return root


def test_both_ways_give_the_same_channels(faces: Path) -> None:
    source = CelebAMaskSource(conditions._config(faces, 64), 0)
    items = source.items()
    assert [item.split for item in items] == ["train", "test"]
    for item in items:
        found = conditions.computing(str(faces), 64)(item).astype(int)
        plain = conditions.plain_face_edges(faces / item.origin, conditions._mask_files(faces, item), 64)
        np.testing.assert_array_equal(found[[0, 14]], plain[[0, 14]])
        assert np.abs(found - plain).max() <= 1


def test_a_wrong_channel_stops_the_measurement(faces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = np.zeros((15, 64, 64), np.uint8)
    monkeypatch.setattr(conditions, "plain_face_edges", lambda *_: wrong)
    with pytest.raises(MatebitError, match="not those that are described"):
        conditions.measure(faces, 64, 8)
