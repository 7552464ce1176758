"""A stage sees the sections of its row of the table and no other."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from mypy import api

from command import REPOSITORY
from matebit.config import stage_params
from matebit.config.translate import GivenImages
from matebit.pipeline.runs import jobs, scored
from matebit.pipeline.stages import STAGES, StageParams
from tiny_experiment import Experiment

SECTIONS = {
    "name", "seed", "threads", "data", "conditions", "pairs", "features", "methods", "order", "seeds",
    "translate", "metrics", "report", "tracking",
}  # fmt: skip


@pytest.mark.parametrize("name", STAGES)
def test_declared_sections_are_given_and_others_refused(name: str, tiny: Experiment):
    stage, params = STAGES[name], tiny.params
    view = StageParams(params, stage)
    allowed = {*stage.reads, *(["methods"] if stage.reads_method else [])}
    for key in allowed:
        section, _, part = key.partition(".")
        if part:
            assert getattr(getattr(view, section), part) == getattr(getattr(params, section), part)
        else:
            assert getattr(view, section) == getattr(params, section)
    for section in SECTIONS - {key.partition(".")[0] for key in allowed}:
        with pytest.raises(AttributeError, match=section):
            getattr(view, section)
    assert view.code == params.code[name]


def sections_of(view: type) -> set[str]:
    """The sections that a type of `config/stage_params.py` has, parts of a section as `section.part`."""
    found = {}
    for name, value in [pair for base in view.__mro__ for pair in vars(base).items()]:
        if isinstance(value, property):
            read = str(value.fget.__annotations__["return"])
            inner = getattr(stage_params, read, None)
            found[name] = {f"{name}.{part}" for part in sections_of(inner)} if inner else {name}
    return set().union(*found.values())


@pytest.mark.parametrize("name", STAGES)
def test_the_type_of_a_stages_params_is_its_row(name: str):
    stage = STAGES[name]
    view = getattr(stage_params, stage.run().__annotations__["params"])
    declared = {*stage.reads, *(["methods"] if stage.reads_method else [])}
    assert sections_of(view) - {"code"} == declared


@pytest.mark.slow
def test_mypy_refuses_to_read_another_section(tmp_path: Path):
    source = tmp_path / "reads.py"
    source.write_text(
        "from matebit.config.stage_params import DataParams, SegmenterParams\n"
        "def stage(params: DataParams) -> int:\n"
        "    params.conditions\n"
        "    return params.seed\n"
        "def other(params: SegmenterParams) -> None:\n"
        "    params.metrics.swd\n"
    )
    said, _, status = api.run([str(source), "--config-file", str(REPOSITORY / "pyproject.toml")])
    assert status == 1
    assert [line.split(": error: ")[1] for line in said.splitlines() if ": error: " in line] == [
        '"DataParams" has no attribute "conditions"  [attr-defined]',
        '"_Parsing" has no attribute "swd"  [attr-defined]',
    ]


def test_a_view_cannot_be_written_to(tiny: Experiment):
    view = StageParams(tiny.params, STAGES["segmenter"])
    with pytest.raises(FrozenInstanceError):
        view.seed = 2
    with pytest.raises(AttributeError):
        view.metrics.names = []


def test_a_view_goes_to_other_processes(tiny: Experiment):
    view = pickle.loads(pickle.dumps(StageParams(tiny.params, STAGES["train"])))
    assert view.data == tiny.params.data


def test_of_a_section_declared_in_parts_nothing_else_is_given(tiny: Experiment):
    view = StageParams(tiny.params, STAGES["segmenter"])
    with pytest.raises(AttributeError, match="swd"):
        _ = view.metrics.swd


@pytest.mark.parametrize("name", STAGES)
def test_keys_are_the_sections_the_own_method_and_the_code(name: str):
    stage = STAGES[name]
    keys = set(stage.keys("mine"))
    assert {*stage.reads, f"code.{name}"} <= keys
    assert ("methods.mine" in keys) == stage.reads_method
    own = stage.keys()
    assert "methods.mine" not in own


def test_jobs_are_every_method_with_every_seed_and_the_controls(tiny: Experiment):
    params = tiny.params.model_copy(update={"seeds": [1, 4]})
    assert jobs(params) == [("matebit", 1), ("matebit", 4)]
    assert scored(params) == [*jobs(params), ("controls", 0)]


def test_given_images_have_one_run_and_no_training(tiny: Experiment):
    theirs = {"theirs": GivenImages(path="of-others", lossy=False)}
    methods = {**tiny.params.methods, **theirs}
    params = tiny.params.model_copy(update={"methods": methods, "seeds": [1, 4]})
    assert jobs(params) == [("matebit", 1), ("matebit", 4)]
    assert scored(params) == [*jobs(params), ("theirs", 0), ("controls", 0)]
