"""Figures: repeatable to the byte, fonts embedded, a sidecar without clock or host."""

from __future__ import annotations

import json
import os
import socket

import numpy as np
import pytest

from matebit.data.spread import spread
from matebit.errors import MatebitError
from matebit.report.figure_correspondence import query_cells
from matebit.report.figures import FIGURES, draw
from matebit.report.style import COLOURS


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_again_with_the_same_bytes(report, name):
    files = [report.layout.reports / "figures" / f"{name}.{ending}" for ending in ("png", "pdf", "json")]
    before = [file.read_bytes() for file in files]
    assert sorted(draw(name, report.params, report.layout)) == sorted(files)
    assert before == [file.read_bytes() for file in files]
    pdf = before[1]
    assert b"/Type3" not in pdf
    assert b"/Type0" in pdf
    for trace in (b"CreationDate", b"Matplotlib", b"Software"):
        assert trace not in pdf
        assert trace not in before[0]


@pytest.mark.parametrize("name", FIGURES)
def test_the_sidecar_says_where_a_figure_comes_from(report, name):
    text = (report.layout.reports / "figures" / f"{name}.json").read_text()
    sidecar = json.loads(text)
    origin = sidecar["origin"]
    assert sidecar["figure"] == name
    assert sidecar["caption"]
    assert sidecar["shows"]
    assert set(origin["checkpoints"]) == {
        f"train/{method}/seed{seed}/model.safetensors" for method in ("matebit", "vanilla") for seed in (1, 2)
    }
    assert len(origin["data"]["data/index.csv"]) == 64
    assert origin["source"] == {"report": "abc123"}
    for private in (
        str(report.layout.base),
        socket.gethostname(),
        os.environ.get("HOME", "/root") + "/",
    ):
        assert private not in text


def test_an_unknown_figure_is_named(report):
    with pytest.raises(MatebitError, match="no figure is called 'histogram'"):
        draw("histogram", report.params, report.layout)


def test_items_are_spread_not_chosen():
    assert spread(list("abcdefg"), 3) == ["a", "d", "g"]
    assert spread(["a", "b"], 6) == ["a", "b"]


def test_query_cells_lie_on_the_structure_and_apart():
    structure = np.zeros((8, 8), dtype=bool)
    structure[1:7, 2:6] = True
    cells = query_cells(np.random.default_rng(0).random((8, 8)), structure)
    assert len(set(cells)) == 6
    assert all(structure[cell] for cell in cells)


def test_colours_differ_without_red_green_sight():
    """Machado et al.

    2009, severe deuteranopia and protanopia: every pair stays apart in linear RGB.
    """
    simulate = (
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
    )
    rgb = np.array([[int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)] for colour in COLOURS[:4]])
    for matrix in simulate:
        seen = rgb**2.2 @ np.array(matrix).T
        gaps = [np.linalg.norm(a - b) for k, a in enumerate(seen) for b in seen[k + 1 :]]
        assert min(gaps) > 0.1
