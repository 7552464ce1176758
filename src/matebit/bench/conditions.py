"""How fast face-edge conditions are computed from files, and how fast training reads them back."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from matebit.bench.face_files import write_face_files
from matebit.bench.plain_face_edges import plain_face_edges
from matebit.data.conditions.face_edges import face_edges
from matebit.data.conditions.inputs import Structure
from matebit.data.config import ConditionsConfig, DataConfig, LoaderConfig, PairsConfig
from matebit.data.faces import EDGE_PARTS
from matebit.data.sources.base import Item
from matebit.data.sources.celebamask import CelebAMaskSource
from matebit.data.workers import cores, processes
from matebit.errors import MatebitError
from matebit.features.config import FeatureConfig
from matebit.pipeline.layout import Layout


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
    source, config = CelebAMaskSource(_config(Path(root), size), 0), ConditionsConfig()

    def work(item: Item) -> np.ndarray:
        image = source.image(item, size, "bilinear")
        return face_edges(Structure(item.origin, image, source.parsing(item, size)), config)

    return work


def _rate(results: Iterable[object], count: int) -> float:
    """Results a second."""
    start = time.perf_counter()
    for _ in results:
        pass
    return count / (time.perf_counter() - start)


def _processor_time(results: Iterable[object], count: int) -> float:
    """Seconds of this process's processor time a result."""
    start = time.process_time()
    for _ in results:
        pass
    return (time.process_time() - start) / count


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
        return 1 / _processor_time((items[k] for k in range(count)), count)


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
    plain_seconds = _processor_time(map(plainly, items), len(items))
    ours_seconds = _processor_time(map(compute, items), len(items))
    plain = _rate(map(plainly, jobs), images)
    count = cores()
    with processes(computing, (str(root), size), count) as compute_all:
        # Starting a process takes seconds, once; eight images for each one start them all.
        _rate(compute_all(jobs[: 8 * count]), 1)
        ours = _rate(compute_all(jobs), images)
    loader = _loader_rate(root, size, images)
    return Measured(count, images, size, ours, plain, loader, ours_seconds, plain_seconds)


def run(root: Path | None = None, size: int = 256, images: int = 128) -> Measured:
    """`measure` on `root`, or on bundled portraits that are written as such files first."""
    if root is not None:
        return measure(root, size, images)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "faces"
        write_face_files(made)
        return measure(made, size, images)
