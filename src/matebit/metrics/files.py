"""From the files of the stages: which images are to be scored, and whether all are there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from matebit.data.body_pose import JOINTS, BodyPose
from matebit.data.catalogue import Entry, read_catalogue
from matebit.data.extract_conditions import KEYPOINT_COLUMNS
from matebit.data.pictures import Pictures
from matebit.data.sources.base import TruthOracle
from matebit.errors import MatebitError
from matebit.io.arrays import read_arrays
from matebit.io.files import read_json
from matebit.io.images import BrokenImage, read_rgb
from matebit.io.tables import read_table
from matebit.metrics.batch import Item, Matches
from matebit.pipeline.layout import Layout

COST_FILE = "cost.json"
TRANSLATED_COLUMNS = ["id", "exemplar", "rank", "image", "image_sha256"]


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


def _named(names: Iterable[str]) -> str:
    """`a, b, c and 4 more`."""
    ordered = sorted(names)
    more = f" and {len(ordered) - 3} more" if len(ordered) > 3 else ""
    return ", ".join(ordered[:3]) + more


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
            f"exemplar of rank {rank} ({_named(missing)}); run `matebit translate` again"
        )
    listed = {Path(name).name for name in images.values()}
    on_disk = {path.name for path in (folder / "images").glob("*") if not path.name.startswith(".")}
    extra = {item.id for item in images} - set(tests) | (on_disk - listed)
    if extra:
        raise MatebitError(
            f"{folder} holds images that belong to no test item ({_named(extra)}); remove them "
            "or run `matebit translate` again"
        )
    for item, name in images.items():
        _check_size(folder / name, tests[item.id].size)
    return found


class StageFiles:
    """`Inputs` of a batch from `results/NAME`, and from the oracle of a bundled set."""

    def __init__(
        self,
        layout: Layout,
        entries: dict[str, Entry],
        translated: Translated,
        oracle: TruthOracle | None,
    ) -> None:
        self._entries, self._method = entries, translated
        self._oracle, self._pictures, self._layout = oracle, Pictures(layout), layout

    def _side(self, item: Item) -> int:
        return self._entries[item.id].size

    def translated(self, item: Item) -> np.ndarray:
        """The image to be scored, (S,S,3)."""
        return read_rgb(self._method.folder / self._method.images[item])

    def truth(self, item: Item) -> np.ndarray:
        """The oracle's answer, (S,S,3)."""
        if self._oracle is None:
            raise TypeError("this dataset has no true answers")
        return self._oracle.answer(item.id, item.exemplar, self._side(item))

    def _image(self, name: str, side: int) -> np.ndarray:
        return self._pictures.image_at(self._entries[name], side).transpose(1, 2, 0)

    def _labels(self, name: str, side: int) -> np.ndarray:
        labels = self._pictures.parsing_at(self._entries[name], side)
        if labels is None:
            raise TypeError(f"{name} has no parsing map")
        return labels

    def real(self, item: Item) -> np.ndarray:
        """The test image, (S,S,3)."""
        return self._image(item.id, self._side(item))

    def exemplar(self, item: Item) -> np.ndarray:
        """The exemplar at the test images' size, (S,S,3)."""
        return self._image(item.exemplar, self._side(item))

    def parsing(self, item: Item) -> np.ndarray:
        """Labels asked for, (S,S)."""
        return self._labels(item.id, self._side(item))

    def true_parsing(self, item: Item) -> np.ndarray:
        """Labels of the oracle's answer, else those asked for, (S,S)."""
        if self._oracle is None:
            return self.parsing(item)
        return self._oracle.labels(item.id, item.exemplar, self._side(item))

    def exemplar_parsing(self, item: Item) -> np.ndarray:
        """Labels of the exemplar at the test images' size, (S,S)."""
        return self._labels(item.exemplar, self._side(item))

    def edges(self, item: Item) -> np.ndarray:
        """Edges asked for, (S,S), 0 or 255."""
        return self._pictures.edges(self._entries[item.id])

    @cached_property
    def _joints(self) -> dict[str, BodyPose]:
        return read_joints(self._layout)

    def know_joints(self, ids: Iterable[str]) -> bool:
        """Whether the conditions stage knows the joints of every one of these items."""
        return set(ids) <= set(self._joints)

    def joints(self, item: Item) -> tuple[np.ndarray, np.ndarray]:
        """What the conditions stage knows of the item's joints."""
        pose = self._joints[item.id]
        return pose.points, pose.present

    def matches(self, item: Item) -> Matches:
        """What the method matched."""
        arrays = read_arrays(self._method.folder / "matches" / f"{item.id}.npz")
        return Matches(arrays["argmax"], arrays["soft"], arrays["unmatched"])

    def cost(self) -> dict[str, int]:
        """What the translate stage counted."""
        return read_json(self._method.folder / COST_FILE)

    def true_matches(self, item: Item, grid: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """The oracle's matches on a square grid: (g,g,2) in [0,1], (g,g) valid."""
        if self._oracle is None:
            raise TypeError("this dataset has no true matches")
        if grid[0] != grid[1]:
            raise TypeError(f"true matches are known on square grids, not {grid[0]} x {grid[1]}")
        return self._oracle.matches(item.id, item.exemplar, grid[0])


def read_joints(layout: Layout) -> dict[str, BodyPose]:
    """The joints of `conditions/keypoints.csv` by item, as parts of width and height."""
    table = read_table(layout.conditions / "keypoints.csv", KEYPOINT_COLUMNS, numbers=["x", "y"])
    found: dict[str, BodyPose] = {}
    for row in table.itertuples():
        if row.id not in found:
            found[row.id] = BodyPose(np.zeros((len(JOINTS), 2)), np.zeros(len(JOINTS), dtype=bool), (1, 1))
        place = JOINTS.index(row.joint)
        found[row.id].points[place], found[row.id].present[place] = (row.x, row.y), True
    return found


def read_entries(layout: Layout) -> dict[str, Entry]:
    """Every usable item by id, both splits."""
    return {entry.id: entry for entry in read_catalogue(layout)}
