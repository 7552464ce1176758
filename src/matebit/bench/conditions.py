"""How fast face-edge conditions are computed from files, and how fast training reads them back."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from skimage.feature import canny

from matebit.config.data import ConditionsConfig, DataConfig, LoaderConfig, PairsConfig
from matebit.config.features import FeatureConfig
from matebit.config.sources import PortraitsConfig
from matebit.contracts.faces import EDGE_PARTS, LABELS
from matebit.data.conditions.face_edges import face_edges
from matebit.data.conditions.inputs import Structure
from matebit.data.sources.base import Item
from matebit.data.sources.celebamask import CelebAMaskSource
from matebit.data.sources.files import read_resized
from matebit.data.sources.label_files import face_of_part_masks
from matebit.data.workers import cores, processes
from matebit.drawn.portrait_source import PortraitSource
from matebit.errors import MatebitError
from matebit.pipeline.layout import Layout

_PHOTOGRAPH, _MASK = 1024, 512  # px, as the published files have


def write_face_files(root: Path, count: int = 8) -> None:
    """`count` portraits of 1024 px as JPEG with RGB part masks of 512 px; the last one is for test."""
    portraits = PortraitsConfig(train=max(count, 4), test=4, styles_train=1, styles_test=1)
    source = PortraitSource(DataConfig(portraits=portraits), 1)
    (root / "CelebA-HQ-img").mkdir(parents=True)
    masks = root / "CelebAMask-HQ-mask-anno/0"
    masks.mkdir(parents=True)
    for number, item in enumerate(source.items()[:count]):
        picture = Image.fromarray(source.image(item, _PHOTOGRAPH))
        picture.save(root / f"CelebA-HQ-img/{number}.jpg", quality=95)
        labels = source.parsing(item, _MASK).labels
        for label in np.unique(labels[labels > 0]):
            grey = ((labels == label) * 255).astype(np.uint8)
            Image.fromarray(grey).convert("RGB").save(masks / f"{number:05d}_{LABELS[label]}.png")
    (root / "val.txt").write_text(f"{count - 1}.jpg\n")


def _border(mask: np.ndarray) -> np.ndarray:
    """Both pixels of each pair of 4-neighbours that differ, bool (S,S)."""
    border = np.zeros(mask.shape, dtype=bool)
    across, down = mask[:, 1:] != mask[:, :-1], mask[1:] != mask[:-1]
    border[:, 1:] |= across
    border[:, :-1] |= across
    border[1:] |= down
    border[:-1] |= down
    return border


def plain_face_edges(photograph: Path, masks: dict[str, Path], size: int) -> np.ndarray:
    """The 15 channels, uint8 (15,size,size), from the files; `masks` by part, absent parts left out."""
    image = Image.open(photograph).convert("RGB").resize((size, size), Image.Resampling.BILINEAR)
    borders, kept = np.zeros((size, size), dtype=bool), np.ones((size, size), dtype=bool)
    distances = []
    for part in EDGE_PARTS:
        mask = np.zeros((size, size), dtype=bool)
        if part in masks:
            drawn = Image.open(masks[part]).convert("L").resize((size, size), Image.Resampling.NEAREST)
            mask = np.asarray(drawn) > 127
        border = _border(mask)
        distance = cv2.distanceTransform(np.where(border, 0, 255).astype(np.uint8), cv2.DIST_L1, 3)
        distances.append(np.clip(distance / 3, 0, 255).astype(np.uint8))
        borders |= border
        kept[mask] = part == "hair"
    everything = borders | (canny(np.asarray(image.convert("L"))) & kept)
    planes = [everything * np.uint8(255), *distances, borders * np.uint8(255)]
    return np.stack(planes)


_TURNS = 4


@dataclass(frozen=True)
class Measured:
    """Images a second by the clock, seconds of processor time an image, and what they were measured on.

    The clock also counts what else the machine does; processor time of one core does not.
    """

    cores: int
    images: int
    size: int
    ours: float
    plain: float
    loader: float
    ours_seconds: float
    plain_seconds: float

    @property
    def lines(self) -> Iterator[str]:
        """The numbers as text."""
        yield f"{self.images} images of {self.size} px, {self.cores} cores"
        yield f"face edges from files, all cores               {self.ours:8.1f} images/s"
        yield f"face edges as described, one after the other   {self.plain:8.1f} images/s"
        yield f"ratio                                          {self.ours / self.plain:8.2f}"
        yield f"processor time an image: {self.ours_seconds:.4f} s, as described {self.plain_seconds:.4f} s"
        yield f"ratio on one core                              {self.plain_seconds / self.ours_seconds:8.2f}"
        yield f"training items from PNG and index, one core    {self.loader:8.1f} items/s"


@dataclass(frozen=True)
class _Sections:
    """The sections of the params that the stages of the data read."""

    data: DataConfig
    conditions: ConditionsConfig
    pairs: PairsConfig
    features: FeatureConfig
    seed: int
    threads: int


def _config(root: Path, size: int) -> DataConfig:
    return DataConfig(
        source="celebamask",
        root=str(root),
        load_size=size,
        crop_size=size,
        loader=LoaderConfig(cache_megabytes=0),
    )


def computing(root: str, size: int) -> Callable[[Item], np.ndarray]:
    """The function from an item to its 15 channels, as the conditions stage makes them."""
    folder, config = Path(root), ConditionsConfig()

    def work(item: Item) -> np.ndarray:
        picture = folder / item.origin
        image = read_resized(picture, size, "bilinear")
        parsing = face_of_part_masks(_mask_files(folder, item), picture, size)
        return face_edges(Structure(item.origin, image, parsing), config)

    return work


def _timing(root: str, size: int) -> Callable[[Item], float]:
    """The function from an item to the seconds of processor time that its channels take."""
    compute = computing(root, size)

    def work(item: Item) -> float:
        start = time.process_time()
        compute(item)
        return time.process_time() - start

    return work


@dataclass(frozen=True)
class _Turn:
    """Seconds by the clock and of processor time that the same images took both ways."""

    plain: float
    plain_busy: float
    ours: float
    ours_busy: float


def _turn(
    jobs: list[Item],
    plainly: Callable[[Item], np.ndarray],
    compute_all: Callable[[Sequence[Item]], Iterator[float]],
) -> _Turn:
    clock, busy = time.perf_counter(), time.process_time()
    for item in jobs:
        plainly(item)
    plain, plain_busy = time.perf_counter() - clock, time.process_time() - busy
    clock = time.perf_counter()
    ours_busy = sum(compute_all(jobs))
    return _Turn(plain, plain_busy, time.perf_counter() - clock, ours_busy)


def _mask_files(root: Path, item: Item) -> dict[str, Path]:
    folder = root / f"CelebAMask-HQ-mask-anno/{int(item.id) // 2000}"
    files = {part: folder / f"{int(item.id):05d}_{part}.png" for part in EDGE_PARTS}
    return {part: path for part, path in files.items() if path.exists()}


def _loader_rate(root: Path, size: int, count: int) -> float:
    """Training items a second of one core's time, decoded anew each time."""
    from matebit.data import choose_exemplars, extract_conditions, import_images
    from matebit.data.training_set import TrainingSet

    params = _Sections(
        _config(root, size), ConditionsConfig(), PairsConfig(), FeatureConfig(weights="random"), 0, 1
    )
    with tempfile.TemporaryDirectory() as folder:
        layout = Layout("bench", Path(folder))
        for stage in (import_images, extract_conditions, choose_exemplars):
            stage.run(params, layout)  # type: ignore[arg-type]
        items = TrainingSet(params, layout, 0)  # type: ignore[arg-type]
        items[0]
        start = time.process_time()
        for place in range(count):
            items[place]
        return count / (time.process_time() - start)


def measure(root: Path, size: int, images: int) -> Measured:
    """Measure on a folder in the layout of CelebAMask-HQ; its images are taken again and again.

    Raises `MatebitError` where the two ways do not give the same channels.
    """
    items = CelebAMaskSource(_config(root, size), 0).items()
    jobs = [items[k % len(items)] for k in range(images)]
    compute = computing(str(root), size)

    def plainly(item: Item) -> np.ndarray:
        return plain_face_edges(root / item.origin, _mask_files(root, item), size)

    for item in items:
        if np.abs(compute(item).astype(int) - plainly(item)).max() > 1:
            raise MatebitError(f"{item.origin}: the fast channels are not those that are described")
    count = cores()
    with processes(_timing, (str(root), size), count) as compute_all:
        # Starting a process takes seconds, once; eight images for each one start them all.
        sum(compute_all(jobs[: 8 * count]))
        # In turns: what else the machine does meets both ways alike.
        turns = [_turn(jobs[first::_TURNS], plainly, compute_all) for first in range(_TURNS)]
    loader = _loader_rate(root, size, images)
    return Measured(
        count,
        images,
        size,
        ours=images / sum(turn.ours for turn in turns),
        plain=images / sum(turn.plain for turn in turns),
        loader=loader,
        ours_seconds=sum(turn.ours_busy for turn in turns) / images,
        plain_seconds=sum(turn.plain_busy for turn in turns) / images,
    )


def run(root: Path | None = None, size: int = 256, images: int = 256) -> Measured:
    """`measure` on `root`, or on bundled portraits that are written as such files first."""
    if root is not None:
        return measure(root, size, images)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "faces"
        write_face_files(made)
        return measure(made, size, images)
