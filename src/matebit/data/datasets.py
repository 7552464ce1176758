"""Published datasets: what each is called, whose it is, how to get it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from matebit.config.yaml_text import read_named, row_named

if TYPE_CHECKING:
    from matebit.config.data import DataConfig


class Dataset(BaseModel):
    """One published dataset, of `datasets.yaml` beside this file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="What data.dataset says.")
    title: str = Field(description="What, how many, which size.")
    licence: str = Field(description="What data.accept_licence must say before it is fetched.")
    home: str = Field(description="Its publisher's page.")
    by_hand: str = Field(description="How to get it by hand, as the middle of a sentence.")
    drive: str | None = Field(None, description="Its file at Google Drive; None: no program can fetch it.")
    archive: str | None = Field(None, description="What the fetched file is called.")
    size: int | None = Field(None, gt=0, description="Bytes of that file; None: unknown.")
    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$", description="Of that file; None: unknown.")
    holds: str | None = Field(None, description="A path that its folder must have.")


@cache
def datasets() -> dict[str, Dataset]:
    """Every dataset by name, in the table's order."""
    return read_named(Path(__file__).with_name("datasets.yaml"), Dataset)


def dataset_named(name: str) -> Dataset:
    """The dataset `name`; a `MatebitError` names the nearest one where there is none."""
    return row_named(datasets(), name, f"data.dataset: no dataset is called {name!r}")


def how_to_get_data(config: DataConfig) -> str:
    """How to come by the dataset of a params file, as the end of a sentence."""
    if config.dataset is None:
        return "say where the dataset lies"
    dataset = dataset_named(config.dataset)
    fetched = f"{dataset.by_hand} ({dataset.home}) and put it there or give it to `matebit fetch --archive`"
    if dataset.drive:
        fetched = f"`matebit fetch` gets it, or {fetched}"
    return f"it is {dataset.title} (licence: {dataset.licence}): {fetched}, or name its place in data.root"


def absent_data(config: DataConfig) -> str | None:
    """One sentence where the dataset's folder is absent, and what to do; None where it is there."""
    if config.root is None or Path(config.root).is_dir():
        return None
    return f"data.root: {config.root} is not a folder; {how_to_get_data(config)}"
