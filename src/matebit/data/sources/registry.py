"""The sources by name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matebit.config.data import DataConfig
    from matebit.data.sources.base import Source

# Module and class, called as `Class(config, seed)`; imported only when the params ask for it.
SOURCES: dict[str, tuple[str, str]] = {
    "portraits": ("matebit.drawn.portrait_source", "PortraitSource"),
    "figures": ("matebit.drawn.figure_source", "FigureSource"),
    "celebamask": ("matebit.data.sources.celebamask", "CelebAMaskSource"),
    "folder": ("matebit.data.sources.folder", "FolderSource"),
    "deepfashion": ("matebit.data.sources.deepfashion", "DeepFashionSource"),
}


def label_set_of(config: DataConfig) -> str:
    """The name of the label set in which the source that `config` names parses its pictures."""
    if config.source == "figures":
        return "body"
    own = config.source == "folder" and config.folder.has_label_maps and not config.folder.face_labels
    return "classes" if own else "face"


def open_source(config: DataConfig, seed: int) -> Source:
    """The source that `config` names. Raises `MatebitError` where its folder is not right."""
    module, name = SOURCES[config.source]
    return getattr(import_module(module), name)(config, seed)
