"""Images of a method and seed, and what goes with them: what `translate/METHOD/seedS` holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from matebit.contracts.catalogue import Entry
from matebit.errors import MatebitError, some_of
from matebit.io.arrays import read_arrays
from matebit.io.images import BrokenImage
from matebit.io.tables import read_table

COST_FILE = "cost.json"
TRANSLATED_COLUMNS = ["id", "exemplar", "rank", "image", "image_sha256"]
MATRIX_COLUMNS = ["condition", "exemplar", "image", "image_sha256"]


@dataclass(frozen=True)
class Item:
    """One translated image: the test item whose condition was asked for, and its exemplar."""

    id: str
    exemplar: str
    rank: int


@dataclass(frozen=True)
class Matches:
    """Correspondence of one item: L blocks, a token grid of h x w query cells.

    `argmax` and `soft`: (L,2,h,w), the matched (x, y) in [0,1] of the exemplar; `unmatched`: (L,h,w),
    1 - confidence as the network computed it, which may be far below what 1 - float32 can show.
    """

    argmax: np.ndarray
    soft: np.ndarray
    unmatched: np.ndarray

    @property
    def confidence(self) -> np.ndarray:
        """(L,h,w) in [0,1]."""
        return 1 - self.unmatched


@dataclass(frozen=True)
class Translated:
    """The translated images of one method and seed: what `index.csv` in `folder` lists."""

    folder: Path
    images: dict[Item, str]

    @property
    def has_matches(self) -> bool:
        """Whether the method hands on its correspondence."""
        return (self.folder / "matches").is_dir()

    @property
    def has_cost(self) -> bool:
        """Whether the method's cost was counted: it is a network of this program."""
        return (self.folder / COST_FILE).is_file()

    @property
    def formats(self) -> str:
        """The file formats of the images: `PNG`."""
        return ", ".join(sorted({Path(name).suffix[1:].upper() for name in self.images.values()}))

    def of_rank(self, rank: int) -> list[Item]:
        """The items under their exemplar of `rank`, by id."""
        return sorted((item for item in self.images if item.rank == rank), key=lambda item: item.id)


def _check_size(path: Path, side: int) -> None:
    try:
        with Image.open(path) as image:
            size = image.size
    except FileNotFoundError as error:
        raise MatebitError(f"{path} does not exist; run `matebit translate` again") from error
    except OSError as error:
        raise BrokenImage(f"{path} cannot be read as an image ({error})") from error
    if size != (side, side):
        raise MatebitError(
            f"{path} has {size[0]} x {size[1]} pixels where the test image has {side} x {side}; "
            "nothing is resized for scoring, so translate at the test images' size"
        )


def read_translated(folder: Path, tests: dict[str, Entry], rank: int) -> Translated:
    """The images of `folder/index.csv`, each of which is there and has its test image's size.

    `tests`: the test items by id. Raises `MatebitError` if an image of `rank` is missing, if one
    belongs to no test item, or if one has another size: nothing is scored silently.
    """
    table = read_table(folder / "index.csv", TRANSLATED_COLUMNS, numbers=["rank"])
    images = {Item(row.id, row.exemplar, int(row.rank)): row.image for row in table.itertuples()}
    found = Translated(folder, images)
    missing = set(tests) - {item.id for item in found.of_rank(rank)}
    if missing:
        raise MatebitError(
            f"{folder}/index.csv lacks the images of {len(missing)} test items under their "
            f"exemplar of rank {rank} ({some_of(missing)}); run `matebit translate` again"
        )
    listed = {Path(name).name for name in images.values()}
    on_disk = {path.name for path in (folder / "images").glob("*") if not path.name.startswith(".")}
    extra = {item.id for item in images} - set(tests) | (on_disk - listed)
    if extra:
        raise MatebitError(
            f"{folder} holds images that belong to no test item ({some_of(extra)}); remove them "
            "or run `matebit translate` again"
        )
    for item, name in images.items():
        _check_size(folder / name, tests[item.id].size)
    return found


def read_matches(folder: Path, item: str) -> Matches:
    """The correspondence of a test item. Raises `MatebitError` where its file is absent or broken."""
    arrays = read_arrays(folder / "matches" / f"{item}.npz")
    return Matches(arrays["argmax"], arrays["soft"], arrays["unmatched"])
