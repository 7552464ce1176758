"""The image browser's data: which items stand in the page, their pictures, values, matches."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from jinja2 import Environment
from PIL import Image

from matebit.contracts.measures import describe
from matebit.io.files import write_text
from matebit.report.comparison import method_title
from matebit.report.experiment import Experiment
from matebit.report.page_parts import PictureStore, content_policy, data_url, inline_json, style_text
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
        spent += len(inline_json(entry)) + 1
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


SHEET = 100
_LONGEST = 96  # pixels; the pictures themselves lie in results/NAME
_QUALITY = 88


def _preview(pixels: np.ndarray) -> str:
    """A small JPEG as a data URL: thousands of them must stay loadable."""
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.thumbnail((_LONGEST, _LONGEST), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=_QUALITY)
    return data_url(buffer.getvalue(), "jpeg")


def _entry(experiment: Experiment, scores: Scores, item: str) -> dict:
    compared = [*experiment.methods, *experiment.controls]
    pictures = [("Condition", experiment.condition(item)), ("Exemplar", experiment.exemplar(item))]
    pictures += [
        (method_title(method), experiment.image(experiment.shown(method), item))
        for method in compared
        if method != "exemplar"
    ]
    values = item_values(scores, compared, item)
    return {
        "id": item,
        "exemplar": experiment.exemplar_of(item),
        "pictures": [(title, _preview(pixels)) for title, pixels in pictures],
        "values": [
            (method_title(method), [values[method].get(metric) for metric in scores.shown_metrics])
            for method in compared
            if method in values
        ],
    }


def write_item_sheets(
    experiment: Experiment, scores: Scores, items: Sequence[str], environment: Environment
) -> list[dict[str, str]]:
    """Write `items/NNN.html` for `items`, sorted; gives each file with its first and last id."""
    style, sheets = style_text(), []
    for number, start in enumerate(range(0, len(items), SHEET), start=1):
        some = items[start : start + SHEET]
        file = f"items/{number:03d}.html"
        html = environment.get_template("items.html.j2").render(
            name=experiment.layout.name,
            number=number,
            policy=content_policy(style),
            style=style,
            metrics=[metric.replace("_", " ") for metric in scores.shown_metrics],
            items=[_entry(experiment, scores, item) for item in some],
        )
        write_text(experiment.layout.reports / file, html)
        sheets.append({"file": file, "first": some[0], "last": some[-1]})
    return sheets
