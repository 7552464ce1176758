"""The sheet of conditions: which channels it shows, how, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from matebit.contracts.faces import EDGE_PARTS
from matebit.data.conditions.pose import LIMBS
from matebit.errors import MatebitError
from matebit.report.condition_sheet import _cells, condition_sheet
from tiny_experiment import Experiment

PALETTE = (0, 0, 0, 10, 20, 30, 200, 100, 50)


def test_every_channel_is_shown_once() -> None:
    face = np.arange(15, dtype=np.uint8)[:, None, None] + np.zeros((15, 4, 4), np.uint8)
    shown = dict(_cells(face, "face_edges", PALETTE))
    assert list(shown) == ["edges", *EDGE_PARTS, "borders"]
    assert (shown["edges"] == 255).all()
    assert (shown["borders"] == 255 - 14).all()
    brightness = [shown[part].astype(int).sum() for part in EDGE_PARTS]
    assert brightness == sorted(brightness)
    body = np.zeros((20, 4, 4), np.uint8)
    body[0] = 9
    shown = dict(_cells(body, "pose", PALETTE))
    assert len(shown) == 1 + len(LIMBS)
    assert (shown["skeleton"] == (9, 0, 0)).all()
    lines = np.stack([np.eye(4, dtype=np.uint8) * 255, np.full((4, 4), 255, np.uint8)])
    shown = dict(_cells(lines, "canny", PALETTE))
    np.testing.assert_array_equal(shown["lines"][..., 0], 255 - lines[0])


def test_labels_have_their_colours() -> None:
    labels = np.array([[0, 1], [2, 1]])
    one_hot = (labels == np.arange(3)[:, None, None]).astype(np.uint8) * 255
    [(_, colours)] = _cells(one_hot, "labels", PALETTE)
    np.testing.assert_array_equal(colours, np.reshape(PALETTE, (3, 3))[labels])


def test_a_sheet_with_and_without_the_pictures(tiny: Experiment, tmp_path: Path) -> None:
    params, layout = tiny.params, tiny.layout
    sizes = {}
    for photos in (True, False):
        target = tmp_path / f"{photos}.jpg"
        condition_sheet(params, layout, target, 2, photos)
        with Image.open(target) as sheet:
            sizes[photos] = sheet.size
            assert sheet.format == "JPEG"
    assert sizes[True][0] >= sizes[False][0]
    with pytest.raises(MatebitError, match=r"must end with \.jpg or \.png"):
        condition_sheet(params, layout, tmp_path / "x.gif", 2)
