"""A stage sees the sections of its row of the table and no other."""

from __future__ import annotations

import pytest

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
