"""The image browser's data: which items stand in the page, their pictures, values, matches."""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np

from matebit.contracts.measures import describe
from matebit.report.comparison import method_title
from matebit.report.experiment import Experiment
from matebit.report.pictures import PictureStore
from matebit.report.scores import Scores

# Beyond this many cells a side, only the last block's matches stand in the page.
_LARGE_GRID = 32


def chosen_items(experiment: Experiment, scores: Scores) -> list[str]:
    """At most `page_items` test items: all, or the first half, the worst quarter, the best quarter."""
    config, tests = experiment.params.report, experiment.tests
    if len(tests) <= config.page_items:
        return tests
    ranked = worst_first(experiment, scores)
    quarter = config.page_items // 4
    wanted = dict.fromkeys([*ranked[:quarter], *ranked[::-1][:quarter], *tests])
    return sorted(list(wanted)[: config.page_items])


def worst_first(experiment: Experiment, scores: Scores) -> list[str]:
    """Test items, the first method's worst first by `sort_worst_by`; by id if not measured."""
    metric = experiment.params.report.sort_worst_by
    values = scores.by_image(experiment.methods[0], metric)
    sign = -1.0 if describe(metric).better == "lower" else 1.0
    return sorted(experiment.tests, key=lambda name: (sign * values.get(name, math.inf), name))


def _coordinates(places: np.ndarray) -> str:
    """(2,h,w) in [0,1] as base64 of bytes, x then y of each cell in reading order."""
    scaled = np.rint(np.clip(places, 0, 1) * 255).astype(np.uint8)
    return base64.b64encode(np.ascontiguousarray(scaled.transpose(1, 2, 0)).tobytes()).decode("ascii")


def _matches(experiment: Experiment, method: str, item: str) -> dict[str, Any]:
    found = experiment.matches(method, item)
    blocks, height, width = found.confidence.shape
    kept = range(blocks) if max(height, width) <= _LARGE_GRID else [blocks - 1]
    entry: dict[str, Any] = {
        "grid": [height, width],
        "blocks": [
            {
                "name": f"block {block + 1}",
                "xy": _coordinates(found.argmax[block]),
                "confidence": base64.b64encode(
                    np.rint(np.clip(found.confidence[block], 0, 1) * 255).astype(np.uint8).tobytes()
                ).decode("ascii"),
            }
            for block in kept
        ],
    }
    true = experiment.true_matches(item, (height, width))
    if true is not None:
        places, valid = true
        entry["true"] = _coordinates(places.transpose(2, 0, 1))
        entry["valid"] = base64.b64encode(valid.astype(np.uint8).tobytes()).decode("ascii")
    return entry


def item_data(experiment: Experiment, scores: Scores, item: str, store: PictureStore) -> dict[str, Any]:
    """Everything that the browser shows of one item; pictures as keys of the store."""
    compared = [*experiment.methods, *experiment.controls]
    matching = [method for method in experiment.methods if experiment.has_matches(method)]
    return {
        "id": item,
        "exemplar": experiment.exemplar_of(item),
        "condition": store.add(experiment.condition(item)),
        "exemplar_picture": store.add(experiment.exemplar(item)),
        "results": {
            method: store.add(experiment.image(experiment.shown(method), item)) for method in compared
        },
        "warped": {method: store.add(experiment.warped(method, item)[-1]) for method in matching},
        "matches": {method: _matches(experiment, method, item) for method in matching},
        "values": item_values(scores, compared, item),
    }


def item_values(scores: Scores, methods: list[str], item: str) -> dict[str, dict[str, float]]:
    """method -> metric -> the item's finite value, five significant digits."""
    values: dict[str, dict[str, float]] = {}
    for method in methods:
        for metric in scores.shown_metrics:
            number = scores.by_image(method, metric).get(item)
            if number is not None and math.isfinite(number):
                values.setdefault(method, {})[metric] = float(f"{number:.5g}")
    return values


def browser_data(experiment: Experiment, scores: Scores, budget: float) -> dict[str, Any]:
    """What the page's script reads; stops taking items in when `budget` bytes are spent."""
    store = PictureStore(experiment.params.report.page_pixels)
    items, spent = [], 0
    for name in chosen_items(experiment, scores):
        before = set(store.urls)
        entry = item_data(experiment, scores, name, store)
        text = sum(len(block["xy"]) * 2 for found in entry["matches"].values() for block in found["blocks"])
        spent += text + 600
        if store.size + spent > budget:
            store.drop(set(store.urls) - before)
            break
        items.append(entry)
    compared = [*experiment.methods, *experiment.controls]
    return {
        "items": items,
        "pictures": store.urls,
        "methods": [{"name": name, "title": method_title(name)} for name in compared],
        "metrics": [
            {"name": name, "title": info.title, "better": info.better, "digits": info.digits}
            for name in scores.shown_metrics
            for info in [describe(name)]
        ],
        "start": {
            "metric": experiment.params.report.sort_worst_by,
            "method": experiment.methods[0],
        },
        "total": len(experiment.tests),
    }
