"""Checkpoints that the page offers beside its first one."""

from __future__ import annotations

import asyncio

import pytest
from app_client import ask, words_for
from tiny_checkpoints import write_checkpoint

from matebit.app.limits import Limits
from matebit.app.models import Models, trained_here
from matebit.app.serve import make_app
from matebit.errors import MatebitError


@pytest.fixture
def trained(tmp_path):
    """Two experiments: one by lines, one by parsing maps, which no plain picture has; one file is damaged."""
    base = tmp_path / "results"
    lines = write_checkpoint(base / "mine/train/matebit/seed3/model.safetensors", "xdog", crop_size=64)
    write_checkpoint(base / "faces/train/matebit/seed1/model.safetensors", "parsing")
    (base / "broken/train/matebit/seed1").mkdir(parents=True)
    (base / "broken/train/matebit/seed1/model.safetensors").write_bytes(b"no weights")
    return tmp_path, lines


def test_those_that_take_plain_pictures_are_found(trained):
    base, lines = trained
    assert trained_here(base) == [lines]


def test_the_page_translates_with_the_chosen_one(translator, trained):
    app = make_app(translator, Limits(), others=trained_here(trained[0]))
    about = asyncio.run(ask(app, "GET", "/about.json")).json()
    assert [one["title"] for one in about["checkpoints"]] == ["tiny.safetensors", "mine, matebit, seed 3"]
    words = words_for("sitter-1", "oil-1")
    first, second = (
        asyncio.run(ask(app, "POST", "/translate", words | {"checkpoint": number})) for number in ("0", "1")
    )
    assert (first.status, second.status) == (200, 200)
    assert first.json()["image"] != second.json()["image"], "two networks, two pictures"
    for wrong in ("2", "-1", "../x", "9" * 30):
        refused = asyncio.run(ask(app, "POST", "/translate", words | {"checkpoint": wrong}))
        assert refused.status == 400
        assert "no such checkpoint" in refused.json()["error"]


def test_one_that_went_away_is_a_sentence(translator, trained):
    models = Models(translator, [trained[1]])
    trained[1].unlink()
    with pytest.raises(MatebitError, match="there is no checkpoint at"):
        models.get("1")
