"""The disc world, scored and reported once for every test of this room."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

# The disc world belongs to the metrics tests, whose folder pytest does not show to this one.
sys.path.insert(0, str(Path(__file__).parent.parent / "metrics"))

from disc_report import disc_source, report_params, scored_experiment

from matebit.report import stage as report_stage


@pytest.fixture(autouse=True)
def _disc_source():
    with disc_source():
        yield


@pytest.fixture(scope="session")
def scored(tmp_path_factory):
    """Layout and parameters of a scored experiment; tests must not change it."""
    with disc_source():
        layout = scored_experiment(tmp_path_factory.mktemp("scored"))
    return SimpleNamespace(layout=layout, params=report_params())


@pytest.fixture(scope="session")
def report(scored):
    """The report of the scored experiment."""
    with disc_source():
        report_stage.run(scored.params, scored.layout)
    return scored
