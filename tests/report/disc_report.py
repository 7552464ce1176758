"""The disc world of the metrics tests with scores of two seeds; parameters of its report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from disc_world import DiscWorld, make_params, write_experiment

from matebit.metrics import stage as metrics_stage
from matebit.report import experiment as report_experiment
from matebit.report.config import ReportConfig

SEEDS = (1, 2)


@contextmanager
def disc_source() -> Iterator[None]:
    """Both stages meet the disc world where they would open a source."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (metrics_stage, report_experiment):
            patch.setattr(module, "open_source", lambda *_: SimpleNamespace(truth=DiscWorld()))
        yield


def report_params(**report):
    """Parameters of the disc world as the report reads them."""
    small = {"dpi": 72, "bootstrap": 200, "grid_items": 3, "correspondence_items": 2, **report}
    params = make_params()
    params.methods = {"matebit": SimpleNamespace(), "vanilla": SimpleNamespace()}
    params.seeds = list(SEEDS)
    params.report = ReportConfig.model_validate(small)
    return params


def scored_experiment(base: Path):
    """`results/discs` with scores, below `base`."""
    layout = write_experiment(base, seeds=SEEDS)
    layout.params.write_text("name: <b>discs</b> & co\ncode:\n  report: abc123\n", encoding="utf-8")
    params = report_params()
    for method, seed in [
        *((name, seed) for name in params.methods for seed in SEEDS),
        ("controls", 0),
    ]:
        metrics_stage.run(params, layout, method, seed)
    return layout
