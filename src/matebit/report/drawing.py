"""What a figure of the report is, and when an experiment has what it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matebit.report.block_series import block_series
from matebit.report.experiment import Experiment

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
