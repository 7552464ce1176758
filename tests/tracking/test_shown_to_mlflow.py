"""What MLflow is told: curves in the order of their weight, only what a run reads, words."""

from __future__ import annotations

import json

import pytest
import yaml

from command import REPOSITORY
from matebit.engines.resolve import resolve
from matebit.tracking.saved_view import compared_methods
from matebit.tracking.told import used
from matebit.tracking.views import shown_curve

PARAMS = sorted(path.stem for path in (REPOSITORY / "params").glob("*.yaml"))


def test_totals_stand_first_and_masks_after_losses():
    line = {"images": 8.0, "D_Fake": 1.0, "D_real": 2.0, "GAN": 0.5, "style_contrast": 3.0, "perc": 0.25}
    line |= {"mask/block0/mean": 0.1, "validation/mae": 40.0, "style_queue_fill": 1.0}
    shown = shown_curve(line)
    assert (shown["curves/total_G"], shown["curves/total_D"]) == (3.75, 3.0)
    assert shown["curves/validation_mae"] == 40.0
    # MLflow shows section by section in alphabetical order, names without a slash late: seen in a browser.
    sections = sorted({name.rpartition("/")[0] for name in shown})
    assert sections == ["curves", "loss", "mask/block0", "progress"]
    assert sum(name.startswith("curves/") for name in shown) == 3
    assert len(shown) == len(line) + 2


def test_a_line_without_losses_has_no_total():
    assert shown_curve({"images": 4.0}) == {"progress/images": 4.0}


def sections(name: str) -> dict[str, object]:
    mapping = yaml.safe_load((REPOSITORY / "params" / f"{name}.yaml").read_text())
    return resolve({"name": name, **mapping}, name).model_dump(mode="json")


@pytest.mark.parametrize("name", PARAMS)
def test_a_source_is_described_by_its_own_parameters(name: str):
    given = sections(name)
    shown = used({key: given[key] for key in ("data", "conditions", "pairs", "features", "metrics")})
    others = {"portraits", "figures", "deepfashion", "folder"} - {given["data"]["source"]}  # type: ignore[index]
    assert not [key for key in shown if key.split(".")[1] in others]
    assert "None" not in shown.values()
    assert any(key.startswith("conditions.xdog.") for key in shown) == (shown["conditions.kind"] == "xdog")
    assert any(key.startswith("metrics.inception.") for key in shown) == ("'fid'" in shown["metrics.names"])


def test_a_loss_that_is_off_has_no_settings():
    method = sections("smoke")["methods"]["matebit"]  # type: ignore[index]
    assert "losses.style_contrast.tau" in used(method)
    method["losses"]["style_contrast"]["weight"] = 0.0
    assert "losses.style_contrast.tau" not in used(method)


def test_the_saved_view_is_one_of_mlflows_form():
    view = json.loads(compared_methods(["mae", "lpips"], 1000))
    assert view["name"] == "Methods compared"
    state = json.loads(view["state"])
    assert [chart["metricKey"] for chart in state["compareRunCharts"]] == ["mae", "lpips"]
    assert "params.`method`" in state["selectedColumns"]
    # Seen in a browser: ordered by the time, the page shows the runs' parents instead.
    assert "start_time" not in state["orderByKey"]
