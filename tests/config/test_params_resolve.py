"""Resolving: defaults filled, methods complete, the file on the disk equal to what was resolved."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matebit.config.read import read_resolved
from matebit.config.schema import ResolvedParams
from matebit.engines.resolve import (
    params_digest,
    resolve,
    resolved_text,
    write_resolved,
)
from matebit.errors import MatebitError
from matebit.pipeline.stages import STAGES

MAPPING = {
    "name": "mine",
    "data": {"load_size": 64, "crop_size": 64},
    "model": {"ngf": 8},
    "train": {"images": 100},
    "methods": [
        "matebit",
        "vanilla",
        {"name": "wide", "model": {"ngf": 16}, "losses": {"style_contrast": {"m": 5}}},
        {"name": "slow", "train": {"lr_g": 1e-5}},
    ],
}


@pytest.fixture(scope="module")
def resolved() -> ResolvedParams:
    return resolve(copy.deepcopy(MAPPING), "mine.yaml")


def test_resolving_leaves_its_input_and_repeats_itself(resolved: ResolvedParams):
    mapping = copy.deepcopy(MAPPING)
    assert resolve(mapping, "mine.yaml") == resolved
    assert mapping == MAPPING
    assert resolved_text(resolve(mapping, "mine.yaml")) == resolved_text(resolved)


def test_every_method_is_complete(resolved: ResolvedParams):
    assert list(resolved.methods) == ["matebit", "vanilla", "wide", "slow"]
    for sections in resolved.methods.values():
        assert sections.model.condition_channels == 15
        assert sections.model.crop_size == 64
        assert sections.train.images == 100


def test_a_methods_changes_reach_only_its_own_sections(resolved: ResolvedParams):
    plain = resolved.methods["matebit"].model_dump()
    differences = {
        name: {
            f"{part}.{key}"
            for part, values in sections.model_dump().items()
            for key, value in values.items()
            if value != plain[part][key]
        }
        for name, sections in resolved.methods.items()
    }
    assert differences == {
        "matebit": set(),
        "vanilla": {"model.attention"},
        "wide": {"model.ngf", "losses.style_contrast"},
        "slow": {"train.lr_g"},
    }


def test_defaults_that_depend_on_others_follow_a_methods_changes():
    mapping = {"name": "mine", "methods": ["matebit", "released"]}
    released = resolve(mapping, "mine").methods["released"].model
    assert released.attention == "released"
    assert released.layer_scale == 1e-6


def test_it_is_read_back_equal_and_written_once(resolved: ResolvedParams, tmp_path: Path):
    target = tmp_path / "params.yaml"
    write_resolved(resolved, target)
    before = target.stat()
    write_resolved(resolved, target)
    assert target.stat().st_mtime_ns == before.st_mtime_ns
    assert target.stat().st_ino == before.st_ino
    back = read_resolved(target)
    assert back == resolved
    assert resolved_text(back) == resolved_text(resolved)


@given(name=st.from_regex(r"\A[0-9]{1,3}[eE][0-9]{1,2}\Z") | st.from_regex(r"\A[0-9a-f]{1,16}\Z"))
def test_names_and_digests_that_look_like_numbers_stay_texts(name: str, resolved: ResolvedParams):
    from matebit.config.yaml_text import parse_yaml

    odd = resolved.model_copy(update={"name": name, "code": {stage: name for stage in STAGES}})
    assert ResolvedParams.model_validate(parse_yaml(resolved_text(odd), "here")) == odd


def test_code_has_the_digest_of_every_stage(resolved: ResolvedParams):
    assert set(resolved.code) == set(STAGES)


def test_digest_of_the_params_follows_values_and_code(resolved: ResolvedParams):
    other = resolve({**MAPPING, "seed": 2}, "mine.yaml")
    edited = resolved.model_copy(update={"code": {**resolved.code, "data": "0" * 16}})
    assert len({params_digest(p) for p in (resolved, other, edited)}) == 3


def test_what_is_not_there_or_not_resolved_is_named(tmp_path: Path):
    with pytest.raises(MatebitError, match="matebit resolve"):
        read_resolved(tmp_path / "params.yaml")
    (tmp_path / "params.yaml").write_text("name: mine\n")
    with pytest.raises(MatebitError, match="missing"):
        read_resolved(tmp_path / "params.yaml")
