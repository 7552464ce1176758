"""A tiny world with known answers: discs on a ground.

Shape comes from the condition, colours from the exemplar.

`DiscWorld` is a truth oracle; `write_experiment` writes `results/NAME` of an experiment on it as
the stages would, without running any of them.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from matebit.config.controls import CONTROLS
from matebit.config.data import ConditionsConfig, DataConfig, PairsConfig
from matebit.config.features import FeatureConfig
from matebit.config.metrics import MetricsConfig
from matebit.contracts.catalogue import CONDITION_COLUMNS, INDEX_COLUMNS
from matebit.contracts.faces import PALETTE
from matebit.contracts.pairs import PAIR_COLUMNS
from matebit.contracts.translated import TRANSLATED_COLUMNS
from matebit.data.conditions.edges import extract_edges
from matebit.io.arrays import write_arrays
from matebit.io.files import sha256_of_file, write_bytes, write_json, write_text
from matebit.io.images import write_png
from matebit.io.tables import write_table
from matebit.pipeline.layout import Layout

SIDE = 32
GRID = 8


def _number(name: str) -> int:
    return int(name.lstrip("abcdefghijklmnopqrstuvwxyz"))


class DiscWorld:
    """Items are called `test0`, `train3`; everything follows from the id."""

    def disc(self, name: str) -> tuple[float, float, float]:
        """Centre x, y and radius in [0,1]."""
        random = np.random.default_rng([7, _number(name), name.startswith("test")])
        return tuple(random.uniform([0.35, 0.35, 0.18], [0.65, 0.65, 0.32]))

    def colours(self, name: str) -> np.ndarray:
        """(2,3): ground and disc."""
        random = np.random.default_rng([11, _number(name), name.startswith("test")])
        return random.uniform(40, 215, (2, 3))

    def parsing(self, name: str, size: int = SIDE) -> np.ndarray:
        """1 on the disc, 0 elsewhere."""
        x, y, radius = self.disc(name)
        place = (np.arange(size) + 0.5) / size
        return ((place[None] - x) ** 2 + (place[:, None] - y) ** 2 <= radius**2).astype(np.uint8)

    def answer(self, condition_id: str, exemplar_id: str, size: int) -> np.ndarray:
        """Disc of the one, colours of the other, with the stripes of the exemplar's number."""
        labels = self.parsing(condition_id, size)
        stripes = 12 * np.sin(np.arange(size) * (0.6 + 0.2 * (_number(exemplar_id) % 4)))
        pixels = self.colours(exemplar_id)[labels] + stripes[:, None, None] * labels[..., None]
        return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)

    def labels(self, condition_id: str, exemplar_id: str, size: int) -> np.ndarray:
        """The disc of the one."""
        return self.parsing(condition_id, size)

    def matches(self, condition_id: str, exemplar_id: str, grid: int) -> tuple[np.ndarray, np.ndarray]:
        """The map of one disc onto the other, for cells inside the first."""
        x, y, radius = self.disc(condition_id)
        x2, y2, radius2 = self.disc(exemplar_id)
        place = (np.arange(grid) + 0.5) / grid
        across, down = np.meshgrid(place, place)
        matched = np.stack(
            [x2 + (across - x) * radius2 / radius, y2 + (down - y) * radius2 / radius], axis=-1
        )
        return matched, self.parsing(condition_id, grid) > 0


def make_params(**metrics: object) -> SimpleNamespace:
    """Parameters of the world, with changes to the section `metrics`."""
    swd = {"patches": 16, "directions": 16, "repeats": 2, "smallest": 16}
    return SimpleNamespace(
        name="discs", seed=1, threads=1,
        data=DataConfig(source="portraits", load_size=SIDE, crop_size=SIDE),
        conditions=ConditionsConfig(), pairs=PairsConfig(method="color_layout", top=2),
        features=FeatureConfig(weights="random", width=0.125),
        code="0" * 16,
        metrics=MetricsConfig.model_validate({"batch": 4, "swd": swd, **metrics}),
    )  # fmt: skip


def _write_data(layout: Layout, world: DiscWorld, names: list[str]) -> None:
    rows, conditions = [], []
    for name in names:
        split = "test" if name.startswith("test") else "train"
        image = world.answer(name, name, SIDE)
        write_png(layout.data / f"images/{name}.png", image)
        write_png(layout.conditions / f"parsing/{name}.png", world.parsing(name), list(PALETTE))
        edges = extract_edges(image)
        write_png(layout.conditions / f"edges/{name}.png", edges)
        write_png(layout.conditions / f"condition/{name}.png", np.concatenate([edges, edges]))
        file = f"images/{name}.png"
        rows.append(
            dict(zip(INDEX_COLUMNS, [name, split, file, sha256_of_file(layout.data / file), SIDE,
            SIDE,
                                     f"style{_number(name)}", name, name], strict=True))
        )  # fmt: skip
        folders = {f"{kind}": f"{kind}/{name}.png" for kind in ("condition", "parsing", "edges")}
        conditions.append({"id": name, "split": split, **folders} | {
            f"{kind}_sha256": "0" * 64 for kind in folders
        })  # fmt: skip
    write_table(layout.data / "index.csv", sorted(rows, key=lambda row: row["id"]), INDEX_COLUMNS)
    write_table(
        layout.conditions / "index.csv",
        sorted(conditions, key=lambda row: row["id"]),
        CONDITION_COLUMNS,
    )
    rejected = [{"id": "test99", "file": "broken<b>.jpg", "reason": "cannot be read as an image"}]
    write_table(layout.data / "rejected.csv", rejected, ["id", "file", "reason"])
    write_table(layout.conditions / "rejected.csv", [], ["id", "file", "reason"])


def write_translated(
    folder: Path,
    images: dict[tuple[str, str, int], np.ndarray],
    matches: dict[str, dict] | None = None,
) -> None:
    """One method's translated images, and its matches by condition."""
    rows = []
    for (name, exemplar, rank), image in images.items():
        file = f"images/{name}.png" if rank == 1 else f"images/{name}_rank{rank}.png"
        write_png(folder / file, image)
        rows.append([name, exemplar, rank, file, sha256_of_file(folder / file)])
    table = [dict(zip(TRANSLATED_COLUMNS, row, strict=True)) for row in sorted(rows)]
    write_table(folder / "index.csv", table, TRANSLATED_COLUMNS)
    for name, arrays in (matches or {}).items():
        write_arrays(folder / f"matches/{name}.npz", **arrays)
        for block in range(len(arrays["unmatched"])):
            plane = np.rint(255 * (1 - arrays["unmatched"][block])).astype(np.uint8)
            write_png(folder / f"confidence/{name}_block{block}.png", plane)
            warp = np.repeat(plane[..., None], 3, axis=2)
            write_png(folder / f"warp/{name}_block{block}.png", warp)


def _noisy(image: np.ndarray, deviation: float, random: np.random.Generator) -> np.ndarray:
    return np.clip(image + random.normal(0, deviation, image.shape), 0, 255).astype(np.uint8)


def _matches(world: DiscWorld, name: str, exemplar: str, error: float, random: np.random.Generator) -> dict:
    true, valid = world.matches(name, exemplar, GRID)
    blocks = []
    for share in (2.0, 1.0):
        found = true.transpose(2, 0, 1) + random.normal(0, share * error, (2, GRID, GRID))
        blocks.append(np.clip(found, 0, 1))
    confidence = np.clip(valid * 0.9 + random.normal(0.05, 0.02, (2, GRID, GRID)), 0, 1)
    argmax = np.array(blocks, dtype=np.float32)
    return {
        "argmax": argmax,
        "soft": 0.5 * argmax + 0.25,
        "unmatched": (1 - confidence).astype(np.float32),
    }


def write_experiment(
    base: Path, seeds: tuple[int, ...] = (1,), count: int = 6, name: str = "discs"
) -> Layout:
    """`results/NAME`: methods `matebit` (near the truth), `vanilla` (far from it), and the controls."""
    world, layout = DiscWorld(), Layout(name, base)
    tests = [f"test{number}" for number in range(count)]
    trains = [f"train{number}" for number in range(count)]
    _write_data(layout, world, tests + trains)
    worn = {test: trains[(place + 1) % count] for place, test in enumerate(tests)}
    pairs = [[test, worn[test], 1, 0.5, "test", 0] for test in tests]
    write_table(
        layout.pairs / "pairs.csv",
        [dict(zip(PAIR_COLUMNS, row, strict=True)) for row in pairs],
        PAIR_COLUMNS,
    )
    made = {(test, worn[test], 1): world.answer(test, worn[test], SIDE) for test in tests}
    for method, deviation, error in (("matebit", 8.0, 0.03), ("vanilla", 40.0, 0.2)):
        for seed in seeds:
            random = np.random.default_rng([seed, int(deviation)])
            run = layout.run(method, seed)
            write_translated(
                run.translate,
                {key: _noisy(image, deviation, random) for key, image in made.items()},
                {test: _matches(world, test, worn[test], error, random) for test in tests},
            )
            _write_training(run.train, deviation)
    mean = np.mean([world.colours(train) for train in trains], axis=0)
    for control in CONTROLS:
        pixels = {
            "truth": lambda key: made[key],
            "exemplar": lambda key: world.answer(key[1], key[1], SIDE),
            "label_mean": lambda key: np.rint(mean[world.parsing(key[0])]).astype(np.uint8),
        }[control]
        write_translated(layout.run(control, 0).translate, {key: pixels(key) for key in made})
    return layout


def _write_training(folder: Path, level: float) -> None:
    write_bytes(folder / "model.safetensors", f"weights {level}".encode())
    lines = [
        {"step": step, "images": 8 * step, "G": level / (1 + step / 20), "D": 1.0 + 0.01 * step,
         "perc": level / (2 + step / 10),
            "mask/block0/mean": 1e-9 * level / step}
        for step in range(1, 60)
    ]  # fmt: skip
    write_text(folder / "curves.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    write_json(folder / "summary.json", {"images": 480, "steps": 59, "style_contrast_first_step": 12})
