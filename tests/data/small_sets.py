"""Params of small datasets, the stages on them, and the files that come out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matebit.config.data import ConditionsConfig, DataConfig, PairsConfig
from matebit.config.features import FeatureConfig
from matebit.data import choose_exemplars, extract_conditions, import_images
from matebit.pipeline.layout import Layout

FEW_PORTRAITS = {"train": 8, "test": 4, "styles_train": 2, "styles_test": 1}
SIZES = {"load_size": 40, "crop_size": 32}


@dataclass(frozen=True)
class Sections:
    """The sections of the params that this room reads."""

    data: DataConfig
    conditions: ConditionsConfig
    pairs: PairsConfig
    features: FeatureConfig = field(default_factory=lambda: FeatureConfig(weights="random", width=0.125))
    seed: int = 3
    threads: int = 1


def sections(data: dict[str, Any], pairs: dict[str, Any] | None = None, kind: str = "face_edges") -> Sections:
    """Sections with small images, changed by the mappings."""
    return Sections(
        DataConfig(**{**SIZES, **data}),
        ConditionsConfig(kind=kind),
        PairsConfig(**(pairs or {"method": "color_layout"})),
    )


def portrait_sections(pairs: dict[str, Any] | None = None, **data: Any) -> Sections:
    """A few bundled portraits."""
    return sections({"portraits": FEW_PORTRAITS, **data}, pairs or {"method": "style"})


def run_all(params: Sections, layout: Layout) -> None:
    """The three stages of this room."""
    for stage in (import_images, extract_conditions, choose_exemplars):
        stage.run(params, layout)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below the folder with its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
