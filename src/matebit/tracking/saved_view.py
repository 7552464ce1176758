"""A saved view of MLflow's page: scored methods side by side on the headline metrics.

MLflow keeps views as tags of an experiment (`mlflow.sharedViewState.ID`); a menu lists them by name.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

VIEW = "methods"
TAG = f"mlflow.sharedViewState.{VIEW}"


def _chart(metric: str) -> dict[str, Any]:
    return {
        "type": "BAR", "uuid": f"methods-{metric}", "runsCountToCompare": 20, "metricSectionId": "headline",
        "deleted": False, "isGenerated": False, "metricKey": metric, "displayName": metric,
    }  # fmt: skip


def compared_methods(metrics: Sequence[str], at: int) -> str:
    """The tag's value; `metrics`: MLflow's keys in the columns' order, `at`: milliseconds since 1970."""
    state = {
        "searchFilter": "tags.`matebit.stage` = 'metrics' and params.method != 'controls'",
        # By the time, MLflow's page would show the parents of these runs, closed, and nothing of them.
        "orderByKey": "params.`method`",
        "orderByAsc": True,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "selectedColumns": [
            "attributes.`Created`", "params.`method`", "params.`training_seed`",
            *(f"metrics.`{metric}`" for metric in metrics),
        ],
        "compareRunCharts": [_chart(metric) for metric in metrics],
        "compareRunSections": [
            {"uuid": "headline", "name": "Headline metrics", "display": True, "isReordered": False}
        ],
    }  # fmt: skip
    view = {"name": "Methods compared", "createdAt": at, "updatedAt": at, "state": json.dumps(state)}
    return json.dumps(view)
