"""The sources by name."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import TYPE_CHECKING

from matebit.config.choices import Choices

if TYPE_CHECKING:
    from matebit.config.data import DataConfig
    from matebit.data.sources.base import Source

# Called as `Class(config, seed)`.
SOURCES: Choices[str] = Choices(
    {
        "portraits": "matebit.drawn.portrait_source:PortraitSource",
        "figures": "matebit.drawn.figure_source:FigureSource",
        "celebamask": "matebit.data.sources.celebamask:CelebAMaskSource",
        "folder": "matebit.data.sources.folder:FolderSource",
        "deepfashion": "matebit.data.sources.deepfashion:DeepFashionSource",
    }
)


def open_source(config: DataConfig, seed: int) -> Source:
    """The source that `config` names. Raises `MatebitError` where its folder is not right."""
    return resolve_name(SOURCES[config.source])(config, seed)
