"""The stage `metrics`: score the images of one method and seed, or of all the controls."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from matebit import __version__
from matebit.config.controls import CONTROLS, CONTROLS_RUN
from matebit.contracts.catalogue import Entry
from matebit.contracts.measures import IMAGE_COLUMNS, IMAGES_FILE, VALUE_COLUMNS, VALUES_FILE
from matebit.contracts.translated import Translated, read_translated
from matebit.data.sources.registry import open_source
from matebit.errors import MatebitError
from matebit.io.files import read_json, sha256_of_file
from matebit.io.tables import write_table
from matebit.metrics.base import Metric
from matebit.metrics.context import Context, JointFinder, Parser
from matebit.metrics.files import StageFiles, read_entries
from matebit.metrics.registry import metric_class
from matebit.metrics.scoring import (
    build_context,
    by_count,
    extractor_joint_finder,
    extractor_parser,
    feed,
    values_of,
    values_of_images,
)
from matebit.pipeline.layout import Layout

if TYPE_CHECKING:
    from matebit.config.stage_params import MetricsParams

logger = logging.getLogger("matebit.metrics")

WHY = {
    "truth": "the dataset has no true answers",
    "parsing": "not every image has a parsing map",
    "exemplar_parsing": "not every exemplar has a parsing map",
    "edges": "not every image has edges",
    "matches": "the method hands on no matches",
    "parser": "metrics.miou.parser names nothing that can parse the result",
    "joints": "neither metrics.joints nor conditions.extractors.pose gives what finds joints, or not every "
    "image has some",
    "ranks": "the method was given one exemplar a condition",
    "cost": "the method is no network of this program",
}


def _offered(
    translated: Translated,
    tests: dict[str, Entry],
    entries: dict[str, Entry],
    files: StageFiles,
    context: Context,
) -> set[str]:
    """Which needs of the metrics are met."""
    ids = {name for item in translated.images for name in (item.id, item.exemplar)}
    unknown = ids - set(entries)
    if unknown:
        raise MatebitError(
            f"{translated.folder}/index.csv names {sorted(unknown)[0]}, which is no item of the "
            "data; run `matebit translate` again"
        )
    ranks = {item.rank for item in translated.images}
    met = {
        "truth": context.truth_known,
        "parsing": all(entries[name].parsing for name in tests),
        "exemplar_parsing": all(entries[name].parsing for name in ids),
        "edges": all(entry.edges for entry in tests.values()),
        "parser": context.load_parser is not None,
        "joints": context.load_joint_finder is not None and files.know_joints(tests),
        "matches": translated.has_matches,
        "ranks": len(ranks) > 1,
        "cost": translated.has_cost,
    }
    return {need for need, holds in met.items() if holds}


def chosen_metrics(context: Context, offered: set[str], who: str) -> dict[str, Metric]:
    """The metrics of the params that the data can serve; the others are named in the log."""
    metrics: dict[str, Metric] = {}
    for name in context.config.names:
        missing = metric_class(name).needs - offered
        if missing:
            logger.info("%s: no %s: %s", who, name, " and ".join(WHY[need] for need in sorted(missing)))
        else:
            metrics[name] = metric_class(name).build(context)
    return metrics


def _rows(metrics: dict[str, Metric], method: str, seed: int, common: str) -> tuple[list[dict], list[dict]]:
    """The rows of both tables; `common` ends every protocol."""
    made = {"method": method, "seed": seed}
    return (
        [made | vars(value) for value in values_of(metrics, common)],
        [
            made | {"id": item, "metric": metric, "value": value}
            for metric, by_id in values_of_images(metrics).items()
            for item, value in by_id.items()
        ],
    )


def _score(metrics: dict[str, Metric], context: Context, files: StageFiles, rank: int, who: str) -> None:
    """Feed the metrics: those of single images by batches of one rank, diversity by condition."""
    from matebit.metrics.diversity import by_condition

    across_ranks = [metric for metric in metrics.values() if "ranks" in metric.needs]
    by_rank = [metric for metric in metrics.values() if "ranks" not in metric.needs]
    translated = files.method
    feed(by_rank, context, files, by_count(translated.of_rank(rank), context.config.batch), who)
    if across_ranks:
        feed(across_ranks, context, files, by_condition(list(translated.images)), f"{who}, all ranks")


def _parser_of(params: MetricsParams, layout: Layout) -> Callable[[], Parser] | None:
    """How to load what parses translated images; None where `metrics.miou` and the data give nothing."""
    wanted = params.metrics.miou.parser if "miou" in params.metrics.names else None
    if wanted == "extractor":
        return partial(extractor_parser, params.conditions.extractors)
    if wanted == "trained":
        summary = read_json(layout.segmenter / "summary.json")
        if summary["trained"]:
            return partial(_trained_parser, layout.segmenter, summary["held_out_miou"])
    return None


def _trained_parser(folder: Path, held_out_miou: float) -> Parser:
    from matebit.metrics.segmenter.network import trained_parser

    return trained_parser(folder, held_out_miou)


def _joint_finder_of(params: MetricsParams, layout: Layout) -> Callable[[], JointFinder] | None:
    """How to load what finds joints in translated images; None where params and data give nothing."""
    if "joint_pck" not in params.metrics.names:
        return None
    if params.metrics.joints.finder == "extractor":
        return extractor_joint_finder(params.conditions.extractors)
    summary = read_json(layout.segmenter / "summary.json")["joints"]
    return partial(_trained_joint_finder, layout.segmenter, summary) if summary["trained"] else None


def _trained_joint_finder(folder: Path, summary: dict[str, float]) -> JointFinder:
    from matebit.metrics.segmenter.network import trained_joint_finder

    return trained_joint_finder(folder, summary["held_out_joints"])


def common_protocol(
    params: MetricsParams, translated: Translated, tests: dict[str, Entry], index: Path
) -> str:
    """What every value of a method shares: files, exemplars, test set, program."""
    sides = sorted({entry.size for entry in tests.values()})
    return (
        f"{translated.formats} files of {', '.join(map(str, sides))} px; exemplar of rank "
        f"{params.pairs.rank} from the {params.pairs.exemplars_from} split; {len(tests)} test items, "
        f"data/index.csv sha256 {sha256_of_file(index)[:12]}; matebit {__version__}, metrics source "
        f"{params.code}"
    )


def run(params: MetricsParams, layout: Layout, method: str, seed: int) -> None:
    """Write `values.csv` and `images.csv` of one method and seed.

    `method="controls"` scores truth, exemplar and label_mean, those that translate has made,
    into one pair of tables. Raises `MatebitError` for a missing, extra or wrongly sized image.
    """
    import torch

    torch.set_num_threads(params.threads)
    entries = read_entries(layout)
    tests = {name: entry for name, entry in entries.items() if entry.split == "test"}
    oracle = open_source(params.data, params.seed).truth
    context = build_context(
        params.features,
        params.conditions,
        params.metrics,
        params.threads,
        oracle is not None,
        _parser_of(params, layout),
        _joint_finder_of(params, layout),
    )
    methods = [method]
    if method == CONTROLS_RUN[0]:
        methods = [name for name in CONTROLS if layout.run(name, seed).translate.is_dir()]
        if not methods:
            raise MatebitError(
                f"{layout.run(method, seed).translate} holds no control; run `matebit translate` for them"
            )
    values, images = [], []
    for name in methods:
        translated = read_translated(layout.run(name, seed).translate, tests, params.pairs.rank)
        files = StageFiles(layout, entries, translated, oracle)
        metrics = chosen_metrics(context, _offered(translated, tests, entries, files, context), name)
        _score(metrics, context, files, params.pairs.rank, f"{name} seed {seed}")
        common = common_protocol(params, translated, tests, layout.data / "index.csv")
        rows = _rows(metrics, name, seed, common)
        values += rows[0]
        images += rows[1]
    folder = layout.run(method, seed).metrics
    write_table(folder / IMAGES_FILE, images, IMAGE_COLUMNS)
    write_table(folder / VALUES_FILE, values, VALUE_COLUMNS)
    _log_summary(values)


def _log_summary(values: list[dict]) -> None:
    from matebit.contracts.measures import describe, is_headline

    for method in dict.fromkeys(row["method"] for row in values):
        shown = [
            f"{describe(row['metric']).title} {row['value']:.{describe(row['metric']).digits}f}"
            for row in values
            if row["method"] == method and is_headline(row["metric"]) and np.isfinite(row["value"])
        ]
        logger.info("%s: %s", method, ", ".join(shown))
