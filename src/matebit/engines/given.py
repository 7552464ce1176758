"""Folders of finished images that a params file names as methods."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from matebit.errors import MatebitError
from matebit.pipeline.runs import given_images
from matebit.translate.given_files import given_files

if TYPE_CHECKING:
    from matebit.config.schema import ResolvedParams


def check_given(params: ResolvedParams) -> None:
    """Name a method's folder that is absent or empty, before any work starts."""
    for name, given in given_images(params).items():
        if not Path(given.path).is_dir():
            raise MatebitError(
                f"methods.{name}: the folder {given.path} does not exist; put its images there, each called "
                "by the id of its test item, or correct path"
            )
        if not given_files(Path(given.path)):
            raise MatebitError(f"methods.{name}: the folder {given.path} holds no image")
