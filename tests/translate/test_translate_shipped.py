"""The checkpoint that comes with the program, and how a run becomes it."""

from __future__ import annotations

from pathlib import Path

import pytest

import matebit
from matebit.contracts.measures import VALUE_COLUMNS
from matebit.errors import MatebitError
from matebit.io.files import read_json, sha256_of_file
from matebit.io.tables import write_table
from matebit.translate import shipped
from matebit.translate.gallery import bundled
from matebit.weights import shipped as coming
from tiny_experiment import Experiment


def test_a_scored_run_is_shipped_with_its_provenance(trained: Experiment, tmp_path: Path) -> None:
    params, layout = trained.params, trained.layout
    with pytest.raises(MatebitError, match="matebit"):
        shipped.ship(params, layout, "other", 1, tmp_path)
    with pytest.raises(MatebitError, match="metrics"):
        shipped.ship(params, layout, "matebit", 1, tmp_path)
    assert list(tmp_path.iterdir()) == []
    scores = layout.run("matebit", 1).metrics / "values.csv"
    write_table(scores, [{"metric": "mae", "value": 12.5}, {"metric": "fid", "value": None}], VALUE_COLUMNS)
    checkpoint, provenance = shipped.ship(params, layout, "matebit", 1, tmp_path)
    first = provenance.read_bytes()
    told = read_json(provenance)
    assert told["checkpoint_sha256"] == sha256_of_file(checkpoint)
    assert told["scores"] == {"mae": 12.5, "fid": None}
    assert told["parameters"]["conditions"]["kind"] == params.conditions.kind
    assert told["source"]["train"] == params.code["train"]
    assert matebit.load(checkpoint).conditions == params.conditions
    shipped.ship(params, layout, "matebit", 1, tmp_path)
    assert provenance.read_bytes() == first
    scores.unlink()


def test_a_large_checkpoint_is_not_shipped(trained: Experiment, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(shipped, "LARGEST_BYTES", 1000)
    with pytest.raises(MatebitError, match="ngf"):
        shipped.ship(trained.params, trained.layout, "matebit", 1, tmp_path)


def test_a_copy_without_a_checkpoint_says_so(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(coming, "SHIPPED", tmp_path / "none.safetensors")
    with pytest.raises(MatebitError, match="--checkpoint"):
        coming.shipped_checkpoint()


def test_the_shipped_checkpoint_is_what_its_provenance_says() -> None:
    told = read_json(coming.SHIPPED.with_suffix(".json"))
    assert sha256_of_file(coming.SHIPPED) == told["checkpoint_sha256"]
    assert coming.SHIPPED.stat().st_size <= shipped.LARGEST_BYTES
    translator = matebit.load(coming.SHIPPED)
    assert translator.conditions.kind == "xdog"
    size = translator.side()
    sitter = bundled("sitter-2").draw(128)
    oil, ink = (translator.translate(sitter, bundled(id).draw(128)) for id in ("oil-1", "ink-1"))
    assert oil.size == ink.size == (size, size)
    assert oil.tobytes() != ink.tobytes()
