"""A finished run as a folder to share: weights, configuration, provenance, model card, a figure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from matebit import __version__
from matebit.contracts.catalogue import read_catalogue
from matebit.contracts.measures import describe, is_headline, read_values, sort_key
from matebit.contracts.pictures import Pictures
from matebit.contracts.translated import read_translated
from matebit.data.datasets import dataset_named
from matebit.errors import MatebitError
from matebit.fetch.hub import MODEL_FILE, PROVENANCE_FILE
from matebit.io.files import write_bytes, write_json, write_text
from matebit.io.images import read_rgb, write_png
from matebit.translate.recorded import write_config
from matebit.translate.shipped import finished_checkpoint, provenance_of

if TYPE_CHECKING:
    from matebit.config.schema import ResolvedParams
    from matebit.pipeline.layout import Layout

CARD_FILE, FIGURE_FILE = "README.md", "sample.png"
_SHOWN = 4
_DRAWN = ("portraits", "figures")


def _licence(params: ResolvedParams, licence: str | None) -> str:
    """The licence of the weights; those from data of others need a word of their owner."""
    if licence is None and params.data.source not in _DRAWN:
        raise MatebitError(
            "weights that were trained on data of others may not be free: name their licence with --licence "
            "(an identifier of SPDX, or `other`)"
        )
    return licence or "apache-2.0"


def write_shared(
    params: ResolvedParams,
    layout: Layout,
    method: str,
    seed: int,
    repository: str,
    folder: Path,
    licence: str | None = None,
) -> list[Path]:
    """Write the folder that `matebit push` sends. Raises `MatebitError` for a run that is not scored."""
    allowed = _licence(params, licence)
    checkpoint = finished_checkpoint(params, layout, method, seed)
    made = provenance_of(params, layout, method, seed)
    figure = _figure(params, layout, method, seed)
    write_bytes(folder / MODEL_FILE, checkpoint.read_bytes())
    write_config(folder / MODEL_FILE)
    write_json(folder / PROVENANCE_FILE, made)
    write_png(folder / FIGURE_FILE, figure)
    write_text(folder / CARD_FILE, _card(params, layout, made, repository, allowed))
    return sorted(folder.iterdir())


def _figure(params: ResolvedParams, layout: Layout, method: str, seed: int) -> np.ndarray:
    """A column a test item: the picture that the condition was taken from, the exemplar, the result."""
    entries = {entry.id: entry for entry in read_catalogue(layout)}
    tests = {name: entry for name, entry in entries.items() if entry.split == "test"}
    found = read_translated(layout.run(method, seed).translate, tests, params.pairs.rank)
    items, pictures = found.of_rank(params.pairs.rank), Pictures(layout)
    step = max(1, len(items) // _SHOWN)
    columns = []
    for item in items[::step][:_SHOWN]:
        side = entries[item.id].size
        given = [
            pictures.image_at(entries[name], side).transpose(1, 2, 0) for name in (item.id, item.exemplar)
        ]
        columns.append(np.concatenate([*given, read_rgb(found.folder / found.images[item])]))
    return np.concatenate(columns, axis=1)


def _card(params: ResolvedParams, layout: Layout, made: dict[str, Any], repository: str, licence: str) -> str:
    from huggingface_hub import EvalResult, ModelCardData
    from jinja2 import Environment, PackageLoader, StrictUndefined

    method, seed = made["method"], made["seed"]
    table = read_values(layout.run(method, seed).metrics)
    rows = sorted(
        (row for row in table.itertuples() if is_headline(row.metric) and row.value == row.value),
        key=lambda row: sort_key(row.metric),
    )
    data = params.data
    named = dataset_named(data.dataset) if data.dataset else None
    title = (
        named.title if named else f"bundled {data.source}" if data.source in _DRAWN else f"own {data.source}"
    )
    head = ModelCardData(
        license=licence,
        library_name="matebit",
        pipeline_tag="image-to-image",
        tags=["exemplar-based-image-translation", "matebit", "gan", params.conditions.kind],
        model_name=repository.partition("/")[2],
        eval_results=[
            EvalResult(
                task_type="image-to-image",
                dataset_type=data.dataset or data.source,
                dataset_name=title,
                metric_type=row.metric,
                metric_name=describe(row.metric).title,
                metric_value=float(row.value),
            )
            for row in rows
        ],
    )
    values = [
        {
            "title": f"{describe(row.metric).title} {describe(row.metric).arrow}".strip(),
            "value": f"{row.value:.{describe(row.metric).digits}f}",
            "n": int(row.n),
            "protocol": f"{row.features}; {row.protocol}",
        }
        for row in rows
    ]
    page = Environment(
        loader=PackageLoader("matebit.translate", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # Markdown
    ).get_template("card.md.j2")
    return page.render(
        head=head.to_yaml(),
        repository=repository,
        made=made,
        kind=params.conditions.kind,
        size=made["parameters"]["method"]["model"]["crop_size"],
        source=data.source,
        drawn=data.source in _DRAWN,
        title=title,
        data_licence=named.licence if named else None,
        data_home=named.home if named else None,
        licence=licence,
        values=values,
        version=__version__,
    )
