"""Scores of a checkpoint on unseen bundled portraits, and README's first figure."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import matebit
from matebit.bench.checkpoint import pairs_of, run
from matebit.errors import MatebitError
from matebit.io.images import read_rgb
from matebit.translate.opening_figure import EXEMPLARS, SITTERS, photograph, write_opening_figure

sys.path.append(str(Path(__file__).parent.parent / "translate"))
from tiny_checkpoints import write_checkpoint


def test_pairs_follow_from_the_seed_and_never_share_a_style() -> None:
    pairs = pairs_of(5, 12)
    assert pairs == pairs_of(5, 12)
    assert pairs != pairs_of(6, 12)
    assert len({one.id for one, _ in pairs}) == 12
    assert all(one.style_name != other.style_name for one, other in pairs)
    with pytest.raises(MatebitError, match="8 or more"):
        pairs_of(5, 4)


def test_a_checkpoint_is_scored_beside_the_exemplar_copied(tmp_path: Path) -> None:
    checkpoint = write_checkpoint(tmp_path / "xdog.safetensors", "xdog")
    translated, copied = run(checkpoint, 5, 8, None, 1)
    assert (translated.what, copied.what) == ("translated", "exemplar copied")
    assert copied.chroma < translated.chroma  # an untrained network has no colours of anybody's
    assert -1 <= translated.ssim < copied.ssim <= 1
    assert run(checkpoint, 5, 8, None, 1) == [translated, copied]


def test_the_opening_figure_shows_everyone_in_every_style(tmp_path: Path) -> None:
    translator = matebit.load(write_checkpoint(tmp_path / "xdog.safetensors", "xdog"))
    write_opening_figure(translator, tmp_path / "o.png")
    side = translator.side()
    high, wide, _ = read_rgb(tmp_path / "o.png").shape
    assert (len(SITTERS) + 2) * side <= high < (len(SITTERS) + 2) * (side + 8)
    assert (len(EXEMPLARS) + 2) * side <= wide < (len(EXEMPLARS) + 2) * (side + 8)
    assert photograph().shape == (270, 270, 3)
    assert np.asarray(photograph()).std() > 40
