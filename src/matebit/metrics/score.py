"""`matebit.score(real, fake)`: the metrics of an experiment on any two folders of images."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from matebit import __version__
from matebit.config.metrics import ScoreConfig
from matebit.config.read import merged, parse_override, read_mapping, validated
from matebit.contracts.translated import Item
from matebit.errors import MatebitError
from matebit.metrics.base import Metric
from matebit.metrics.context import Context
from matebit.metrics.registry import METRICS, metric_class
from matebit.metrics.scores import Scores
from matebit.metrics.scoring import (
    build_context,
    by_count,
    extractor_parser,
    feed,
    values_of,
    values_of_images,
)
from matebit.metrics.two_folders import ImageFolder, TwoFolders, read_exemplar_table
from matebit.pipeline.source_digest import digest_of
from matebit.pipeline.stages import STAGES

logger = logging.getLogger("matebit.metrics")

_EXPERIMENT = "only an experiment has {}: add the images to one as a method of kind images"
WHAT_IS_MISSING = {
    "parsing": "the label maps asked for, --labels",
    "exemplar_parsing": "the exemplars and their label maps, --exemplars with --labels or --exemplar-labels",
    "edges": "the edges asked for, --edges",
    "parser": "a parser: metrics.miou.parser: extractor and conditions.extractors.parsing in --params",
    "joints": _EXPERIMENT.format("the joints asked for"),
    "matches": _EXPERIMENT.format("matches"),
    "ranks": _EXPERIMENT.format("several exemplars a condition"),
    "cost": _EXPERIMENT.format("the network's cost"),
}  # fmt: skip


def score(
    real: Path | str,
    fake: Path | str,
    *,
    metrics: Sequence[str] | None = None,
    exemplars: Path | str | None = None,
    labels: Path | str | None = None,
    exemplar_labels: Path | str | None = None,
    edges: Path | str | None = None,
    pairs: Path | str | None = None,
    params: Path | str | dict[str, Any] | None = None,
    overrides: list[str] | None = None,
) -> Scores:
    """The images of the folder `fake` against those of `real`, as an experiment scores them.

    Images belong together by their names without the ending. `exemplars`: whose style each image was given,
    called as the image; or as the table `pairs` (CSV: id, exemplar) says. `labels`: label maps that were
    asked for; `exemplar_labels`: those of the exemplars, by default in `labels` too. `edges`: the edges that
    were asked for, 0 or 255. `params`: a params file, or a mapping of its sections, whose `metrics`,
    `features`, `conditions` and `threads` count; `overrides`: changes of the form `metrics.batch=4`.
    `metrics`: names of docs/metrics.md; by default those of `params` that the folders can serve, the others
    being named in the log. Raises `MatebitError`: for a name that cannot be served, a missing counterpart,
    another size, absent weights.
    """
    import torch

    config = _config(metrics, params, overrides)

    def read(path: Path | str | None) -> ImageFolder | None:
        return None if path is None else ImageFolder.read(path)

    folders = _folders(
        ImageFolder.read(real),
        ImageFolder.read(fake),
        read(exemplars),
        read(labels),
        read(exemplar_labels),
        read(edges),
        None if pairs is None else read_exemplar_table(Path(pairs)),
    )
    folders.check()
    torch.set_num_threads(config.threads)
    parser = config.metrics.miou.parser == "extractor" and "miou" in config.metrics.names
    context = build_context(
        config.features,
        config.conditions,
        config.metrics,
        config.threads,
        truth_known=True,
        load_parser=partial(extractor_parser, config.conditions.extractors) if parser else None,
    )
    chosen = _chosen(context, _offered(folders, context), must=metrics is not None)
    feed(chosen.values(), context, folders, _batches(folders, config.metrics.batch), str(fake))
    return Scores(values_of(chosen, _protocol(folders)), values_of_images(chosen))


def _config(
    metrics: Sequence[str] | None, params: Path | str | dict[str, Any] | None, overrides: list[str] | None
) -> ScoreConfig:
    if isinstance(params, dict):
        mapping, where = merged(params, {}), "params"
    elif params is not None:
        mapping, where = read_mapping(Path(params)), str(params)
    else:
        mapping, where = {}, "the settings"
    for text in overrides or []:
        mapping = merged(mapping, parse_override(text))
    if metrics is not None:
        unknown = [name for name in metrics if name not in METRICS]
        if unknown or not metrics:
            said = f"no metric is called {unknown[0]!r}" if unknown else "no metric is named"
            raise MatebitError(f"{said}; known are {', '.join(METRICS)}")
        mapping = merged(mapping, {"metrics": {"names": list(metrics)}})
    return validated(ScoreConfig, mapping, where)


def _folders(
    reals: ImageFolder,
    fakes: ImageFolder,
    exemplars: ImageFolder | None,
    labels: ImageFolder | None,
    exemplar_labels: ImageFolder | None,
    edges: ImageFolder | None,
    pairs: dict[str, str] | None,
) -> TwoFolders:
    """The folders with what belongs to them; `pairs` names the exemplars that are not called as the image."""
    if exemplars is None:
        if pairs is not None or exemplar_labels is not None:
            raise MatebitError("pairs and labels of exemplars need the folder of the exemplars, --exemplars")
        return TwoFolders(reals, fakes, labels=labels, asked_edges=edges)
    unpaired = sorted(set(fakes.files) - set(pairs)) if pairs is not None else []
    if unpaired:
        raise MatebitError(f"the table of pairs names no exemplar of {unpaired[0]}")
    exemplar_of = {name: name if pairs is None else pairs[name] for name in fakes.files}
    if exemplar_labels is None and labels is not None and pairs is not None:
        exemplar_labels = labels  # one folder for all images, as in the datasets of this field
    return TwoFolders(reals, fakes, exemplars, exemplar_of, labels, exemplar_labels, edges)


def _offered(folders: TwoFolders, context: Context) -> set[str]:
    met = {
        "truth": True,
        "parsing": folders.labels is not None,
        "exemplar_parsing": folders.exemplar_labels is not None,
        "edges": folders.asked_edges is not None,
        "parser": context.load_parser is not None,
    }
    return {need for need, holds in met.items() if holds}


def _chosen(context: Context, offered: set[str], must: bool) -> dict[str, Metric]:
    """The metrics that the folders can serve; where they `must`, one that they cannot is an error."""
    chosen: dict[str, Metric] = {}
    for name in context.config.names:
        missing = sorted(metric_class(name).needs - offered)
        if not missing:
            chosen[name] = metric_class(name).build(context)
            continue
        why = " and ".join(WHAT_IS_MISSING[need] for need in missing)
        if must:
            raise MatebitError(f"{name} needs {why}")
        logger.info("left out: %s needs %s", name, why)
    if not chosen:
        raise MatebitError("these folders can serve none of the metrics; see the lines above for what lacks")
    return chosen


def _batches(folders: TwoFolders, size: int) -> list[Sequence[Item]]:
    """Batches in the order of the names, each of images of one size."""
    runs: list[list[Item]] = []
    for item in folders.items():
        if not runs or folders.reals.sizes[runs[-1][0].id] != folders.reals.sizes[item.id]:
            runs.append([])
        runs[-1].append(item)
    return [batch for run in runs for batch in by_count(run, size)]


def _source() -> str:
    """The digest of the source of every metric, so of each that may be asked for."""
    return digest_of(STAGES["metrics"].module, frozenset(METRICS))


def _protocol(folders: TwoFolders) -> str:
    """What every value shares: files, both sets, program."""
    sizes = sorted({f"{width} x {height}" for width, height in folders.fakes.sizes.values()})
    shown = ", ".join(sizes[:3]) + (f" and {len(sizes) - 3} more sizes" if sizes[3:] else "")
    return (
        f"{folders.fakes.formats} files of {shown} px; {len(folders.fakes.files)} images sha256 "
        f"{folders.fakes.digest}, against {len(folders.reals.files)} {folders.reals.formats} files sha256 "
        f"{folders.reals.digest}; matebit {__version__}, metrics source {_source()}"
    )
