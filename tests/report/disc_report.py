"""The disc world of the metrics tests with scores of two seeds; parameters of its report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from disc_world import SIDE, DiscWorld, make_params, write_experiment

from matebit.config.report import ReportConfig
from matebit.config.schema import MethodSections
from matebit.contracts.translated import MATRIX_COLUMNS
from matebit.io.images import write_png
from matebit.io.tables import write_table
from matebit.metrics import stage as metrics_stage
from matebit.report import experiment as report_experiment

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
    # As if `vanilla` were the same network with one block: the figures over blocks have a series.
    params.methods = {
        name: MethodSections.model_validate({"model": {"blocks": blocks}, "losses": {}, "train": {}})
        for name, blocks in (("matebit", 2), ("vanilla", 1))
    }
    params.order = list(params.methods)
    params.seeds = list(SEEDS)
    params.report = ReportConfig.model_validate(small)
    return params


def _write_matrix(folder: Path) -> None:
    """Every pair of three conditions and three exemplars, as translate writes them: the true answers."""
    rows = []
    for row, condition in enumerate(("test0", "test2", "test5")):
        for column, exemplar in enumerate(("train1", "train3", "train0")):
            name = f"row{row}-column{column}.png"
            write_png(folder / name, DiscWorld().answer(condition, exemplar, SIDE))
            values = [condition, exemplar, name, "0" * 64]
            rows.append(dict(zip(MATRIX_COLUMNS, values, strict=True)))
    write_table(folder / "index.csv", rows, MATRIX_COLUMNS)


def scored_experiment(base: Path):
    """`results/discs` with scores, below `base`."""
    layout = write_experiment(base, seeds=SEEDS)
    _write_matrix(layout.run("matebit", SEEDS[0]).translate / "matrix")
    layout.params.write_text("name: <b>discs</b> & co\ncode:\n  report: abc123\n", encoding="utf-8")
    params = report_params()
    for method, seed in [
        *((name, seed) for name in params.methods for seed in SEEDS),
        ("controls", 0),
    ]:
        metrics_stage.run(params, layout, method, seed)
    return layout
