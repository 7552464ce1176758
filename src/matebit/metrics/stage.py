"""The stage `metrics`: score the images of one method and seed, or of all the controls."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from matebit import __version__
from matebit.config.controls import CONTROLS
from matebit.data.catalogue import Entry
from matebit.data.sources.registry import open_source
from matebit.errors import MatebitError
from matebit.io.files import read_json, sha256_of_file
from matebit.io.tables import write_table
from matebit.logs import Progress
from matebit.metrics.base import Metric
from matebit.metrics.batch import Batch, Item
from matebit.metrics.context import Context, Parser, with_digest
from matebit.metrics.files import StageFiles, Translated, read_entries, read_translated
from matebit.metrics.registry import metric_class
from matebit.pipeline.layout import Layout

if TYPE_CHECKING:
    import torch

    from matebit.config.extractors import ExtractorsConfig
    from matebit.config.schema import ResolvedParams
    from matebit.data.body_pose import BodyPose
    from matebit.data.extractors.protocol import Extractor
    from matebit.metrics.batch import Features

logger = logging.getLogger("matebit.metrics")

VALUE_COLUMNS = ["method", "seed", "metric", "value", "n", "features", "protocol"]
IMAGE_COLUMNS = ["method", "seed", "id", "metric", "value"]

WHY = {
    "truth": "the dataset has no true answers",
    "parsing": "not every image has a parsing map",
    "edges": "not every image has edges",
    "matches": "the method hands on no matches",
    "parser": "metrics.miou.parser names nothing that can parse the result",
    "joints": "conditions.extractors.pose names nothing that finds joints, or not every image has some",
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
        "parsing": all(entries[name].parsing for name in ids),
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


def _batches(items: list[Item], size: int) -> Iterator[list[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def score(
    metrics: dict[str, Metric],
    context: Context,
    files: StageFiles,
    translated: Translated,
    rank: int,
    who: str,
) -> None:
    """Feed the metrics: those of single images by batches of one rank, diversity by condition."""
    import torch

    from matebit.metrics.diversity import by_condition

    def batch(items: list[Item]) -> Batch:
        return Batch(items, files, context.network, context.truth_known)

    by_rank = [metric for metric in metrics.values() if "ranks" not in metric.needs]
    across_ranks = [metric for metric in metrics.values() if "ranks" in metric.needs]
    items = translated.of_rank(rank)
    with torch.no_grad():
        with Progress(f"scoring {who}", len(items), "images") as bar:
            for some in _batches(items, context.config.batch):
                together = batch(some)
                for metric in by_rank:
                    metric.update(together)
                bar.advance(len(some))
        for some in by_condition(list(translated.images)) if across_ranks else ():
            together = batch(some)
            for metric in across_ranks:
                metric.update(together)


def _rows(metrics: dict[str, Metric], method: str, seed: int, common: str) -> tuple[list[dict], list[dict]]:
    """The rows of both tables, in the order of the metrics' names; `common` ends every protocol."""
    values, images = [], []
    for name in sorted(metrics):
        for value in sorted(metrics[name].values(), key=lambda value: value.metric):
            row = {"method": method, "seed": seed, **vars(value)}
            values.append(row | {"protocol": f"{value.protocol}; {common}"})
        for metric, by_id in sorted(metrics[name].images().items()):
            images += [
                {"method": method, "seed": seed, "id": item, "metric": metric, "value": by_id[item]}
                for item in sorted(by_id)
            ]
    return values, images


def _parser_of(params: ResolvedParams, layout: Layout) -> Callable[[], Parser] | None:
    """How to load what parses translated images; None where `metrics.miou` and the data give nothing."""
    wanted = params.metrics.miou.parser if "miou" in params.metrics.names else None
    if wanted == "extractor":
        return partial(_extractor_parser, params.conditions.extractors)
    if wanted == "trained":
        summary = read_json(layout.segmenter / "summary.json")
        if summary["trained"]:
            return partial(_trained_parser, layout.segmenter, summary["held_out_miou"])
    return None


def _extractor_parser(config: ExtractorsConfig) -> Parser:
    from matebit.data.extractors.registry import load_one
    from matebit.metrics.extracted import ExtractorParser

    extractor = load_one("parsing", config)
    if extractor is None:
        raise MatebitError(
            "metrics.miou.parser: extractor needs a network to parse with; name one in "
            "conditions.extractors.parsing, or leave miou out of metrics.names"
        )
    return ExtractorParser(extractor)


def _joint_finder(config: ExtractorsConfig) -> Extractor[BodyPose]:
    from matebit.data.extractors.registry import load_one

    finder: Extractor[BodyPose] = load_one("pose", config)
    return finder


def _trained_parser(folder: Path, held_out_miou: float) -> Parser:
    from matebit.metrics.segmenter.files import trained_parser

    return trained_parser(folder, held_out_miou)


def _context(params: ResolvedParams, layout: Layout, truth_known: bool) -> Context:
    from matebit.data.conditions.edges import extract_edges
    from matebit.features.build import build_features
    from matebit.features.location import feature_weights

    extractors = params.conditions.extractors
    weights = feature_weights(params.features)
    network = build_features(params.features, weights)

    def features_of(images: torch.Tensor) -> Features:
        return network(images / 127.5 - 1)

    return Context(
        config=params.metrics,
        network=features_of,
        levels=network.levels,
        features_label=with_digest(params.features.label, weights),
        truth_known=truth_known,
        extract_edges=partial(extract_edges, sigma=params.conditions.canny_sigma),
        threads=params.threads,
        load_parser=_parser_of(params, layout),
        load_joint_finder=partial(_joint_finder, extractors) if extractors.pose else None,
    )


def common_protocol(
    params: ResolvedParams, translated: Translated, tests: dict[str, Entry], index: Path
) -> str:
    """What every value of a method shares: files, exemplars, test set, program."""
    sides = sorted({entry.size for entry in tests.values()})
    return (
        f"{translated.formats} files of {', '.join(map(str, sides))} px; exemplar of rank "
        f"{params.pairs.rank} from the {params.pairs.exemplars_from} split; {len(tests)} test items, "
        f"data/index.csv sha256 {sha256_of_file(index)[:12]}; matebit {__version__}, metrics source "
        f"{params.code}"
    )


def run(params: ResolvedParams, layout: Layout, method: str, seed: int) -> None:
    """Write `values.csv` and `images.csv` of one method and seed.

    `method="controls"` scores truth, exemplar and label_mean, those that translate has made,
    into one pair of tables. Raises `MatebitError` for a missing, extra or wrongly sized image.
    """
    import torch

    torch.set_num_threads(params.threads)
    entries = read_entries(layout)
    tests = {name: entry for name, entry in entries.items() if entry.split == "test"}
    oracle = open_source(params.data, params.seed).truth
    context = _context(params, layout, oracle is not None)
    methods = [method]
    if method == "controls":
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
        score(metrics, context, files, translated, params.pairs.rank, f"{name} seed {seed}")
        common = common_protocol(params, translated, tests, layout.data / "index.csv")
        rows = _rows(metrics, name, seed, common)
        values += rows[0]
        images += rows[1]
    folder = layout.run(method, seed).metrics
    write_table(folder / "images.csv", images, IMAGE_COLUMNS)
    write_table(folder / "values.csv", values, VALUE_COLUMNS)
    _log_summary(values)


def _log_summary(values: list[dict]) -> None:
    from matebit.metrics.catalogue import describe, is_headline

    for method in dict.fromkeys(row["method"] for row in values):
        shown = [
            f"{describe(row['metric']).title} {row['value']:.{describe(row['metric']).digits}f}"
            for row in values
            if row["method"] == method and is_headline(row["metric"]) and np.isfinite(row["value"])
        ]
        logger.info("%s: %s", method, ", ".join(shown))
