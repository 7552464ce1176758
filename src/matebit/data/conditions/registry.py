"""The functions that make the kinds of conditions, by name; what the kinds are stands in the contracts."""

from __future__ import annotations

from collections.abc import Callable
from pkgutil import resolve_name
from typing import TYPE_CHECKING

from matebit.config.choices import Choices

if TYPE_CHECKING:
    import numpy as np

    from matebit.config.data import ConditionsConfig
    from matebit.contracts.structure import Record
    from matebit.data.conditions.inputs import Structure

EXTRACTS: Choices[str] = Choices(
    {
        "face_edges": "matebit.data.conditions.face_edges:face_edges",
        "parsing": "matebit.data.conditions.labels:one_hot_parsing",
        "labels": "matebit.data.conditions.labels:one_hot_labels",
        "canny": "matebit.data.conditions.lines:canny_lines",
        "xdog": "matebit.data.conditions.lines:xdog_lines",
        "hed": "matebit.data.conditions.hed:hed_lines",
        "pose": "matebit.data.conditions.pose:pose_condition",
    }
)

# The functions that tell of the network that makes a kind, where one does.
RECORDS: Choices[str] = Choices({"hed": "matebit.data.conditions.hed:hed_record"})


def load_extractor(
    config: ConditionsConfig,
) -> Callable[[Structure, ConditionsConfig], np.ndarray]:
    """The function `(structure, config) -> uint8 (C,S,S)`, 255 standing for 1.0."""
    return resolve_name(EXTRACTS[config.kind])


def network_records(config: ConditionsConfig) -> list[Record]:
    """What is recorded of the network that makes this kind of condition, if one does.

    Raises `MatebitError` where its weights are absent or do not fit.
    """
    return [resolve_name(RECORDS[config.kind])()] if config.kind in RECORDS else []
