"""Test items that do not stand in the page: sheets of them beside it, a hundred a file."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from jinja2 import Environment
from PIL import Image

from matebit.io.files import write_text
from matebit.report.comparison import method_title
from matebit.report.experiment import Experiment
from matebit.report.page_items import item_values
from matebit.report.page_parts import content_policy, style_text
from matebit.report.pictures import data_url
from matebit.report.scores import Scores

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
