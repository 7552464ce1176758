"""What a figure of the report is, and when an experiment has what it shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matebit.config.model import WARP_SWITCHES
from matebit.report.experiment import Experiment

if TYPE_CHECKING:
    from matplotlib.figure import Figure


Series = dict[str, dict[int, str]]  # the series' name -> number of blocks -> method

_WARP = (*WARP_SWITCHES, "warp_detail")


def _but_for_warp(content: dict[str, Any]) -> str:
    """The sections of a method without what only says how the decoder sees the warped exemplar."""
    model = {key: value for key, value in content["model"].items() if key not in _WARP}
    return json.dumps({**content, "model": model}, sort_keys=True)


def block_series(methods: Mapping[str, Any], order: list[str]) -> Series:
    """Methods that differ in `model.blocks` alone, in series of at least two numbers of blocks.

    `methods`: the resolved sections of each. A series is called after its first method in `order`
    that has blocks. Methods without a network of their own (images from elsewhere) belong to none. Without
    a block there is no match and so no warped exemplar that the decoder could see: a method of none also
    belongs to a series of several numbers of blocks whose decoder sees it.
    """
    found: dict[str, dict[int, str]] = {}
    without: list[tuple[str, str]] = []
    for name in order:
        content = methods[name].model_dump(mode="json")
        model = content.get("model")
        if not model or "blocks" not in model:
            continue
        blocks = model.pop("blocks")
        if blocks == 0:
            without.append((_but_for_warp(content), name))
        found.setdefault(json.dumps(content, sort_keys=True), {}).setdefault(blocks, name)
    for content, series in found.items():
        for alike, name in without:
            if len(series) > 1 and alike == _but_for_warp(json.loads(content)):
                series.setdefault(0, name)
    named = {
        next(name for name in order if name in series.values() and name != series.get(0)): series
        for series in found.values()
        if len(series) > 1
    }
    return {name: dict(sorted(series.items())) for name, series in named.items()}


@dataclass(frozen=True)
class Drawing:
    """A figure: its caption, whether an experiment has what it shows, and how it is drawn.

    `draw` gives what it shows (items, methods, ...) for the sidecar too.
    """

    caption: str
    available: Callable[[Experiment], bool]
    draw: Callable[[Experiment], tuple[Figure, dict[str, Any]]]


def has_tests(experiment: Experiment) -> bool:
    """Whether there is a test item: then there are values too."""
    return bool(experiment.tests)


def has_correspondence(experiment: Experiment) -> bool:
    """Whether any method hands on its correspondence."""
    return bool(experiment.tests) and any(map(experiment.has_matches, experiment.methods))


def has_block_series(experiment: Experiment) -> bool:
    """Whether methods differ in their number of blocks alone."""
    return bool(experiment.tests) and bool(block_series(experiment.params.methods, experiment.methods))
