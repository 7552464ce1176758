"""The stage `conditions`: condition, parsing map and edges of every image, its landmarks and joints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from matebit.config.data import ConditionsConfig, DataConfig
from matebit.contracts.bodies import JOINTS, BodyPose
from matebit.contracts.catalogue import CONDITION_COLUMNS, INDEX_COLUMNS, KINDS_OF_FILE
from matebit.contracts.faces import parsing_of_labels
from matebit.contracts.structure import (
    ALIGNMENT_COLUMNS,
    ALIGNMENT_NUMBERS,
    EXTRACTOR_COLUMNS,
    KEYPOINT_COLUMNS,
    LANDMARK_COLUMNS,
)
from matebit.data.alignment import Alignment
from matebit.data.conditions.edges import extract_edges
from matebit.data.conditions.inputs import Structure
from matebit.data.conditions.registry import load_extractor, network_records
from matebit.data.extractors.registry import Extractor, load_extractors
from matebit.data.journal import Journal, code_digest, remove_strangers, still_whole, work_key, write_rejected
from matebit.data.sources.base import Item
from matebit.data.sources.registry import open_source
from matebit.data.workers import work_through
from matebit.errors import MatebitError
from matebit.io.files import flush_all, sha256_of_bytes, write_bytes
from matebit.io.images import BrokenImage, load_png, png_bytes, resize_nearest, save_png
from matebit.io.tables import read_table, write_table
from matebit.pipeline.layout import Layout

if TYPE_CHECKING:
    from matebit.config.stage_params import ConditionsParams


@dataclass(frozen=True)
class Job:
    """One image: its item, size in px, the digest of its picture, and what an earlier run noted."""

    item: Item
    size: int
    picture: str
    earlier: dict


def condition_work(
    data: DataConfig, config: ConditionsConfig, seed: int, layout: Layout
) -> Callable[[Job], dict]:
    """The function that extracts one image: `job -> record`, see `Journal`."""
    source, folder = open_source(data, seed), layout.conditions
    extract, extractors = load_extractor(config), load_extractors(config.extractors)
    networks = [*extractors.records, *network_records(config)]
    basis = f"{code_digest(__name__, data, config)} {config.model_dump_json()} {networks}"

    def structure_of(item: Item, size: int, image: np.ndarray) -> Structure:
        parsing, pose = source.parsing(item, size), source.body_pose(item)
        if parsing is None and extractors.parsing is not None:
            found = extractors.parsing(wanted(extractors.parsing, item, size, image), item.origin)
            parsing = parsing_of_labels(resize_nearest(found.labels, size))
        if pose is None and extractors.pose is not None:
            pose = extractors.pose(wanted(extractors.pose, item, size, image), item.origin)
        return Structure(item.origin, image, parsing, pose)

    def wanted(extractor: Extractor, item: Item, size: int, image: np.ndarray) -> np.ndarray:
        side = extractor.side or size
        return image if side == size else source.image(item, side, "bilinear")

    def work(job: Job) -> dict:
        item, size = job.item, job.size
        picture = load_png(layout.data / f"images/{item.id}.png", grey=False)
        try:
            key = work_key(basis, repr(item), source.fingerprint(item), job.picture, str(size))
            if still_whole(job.earlier, key, folder):
                return job.earlier
            image = picture if source.drawn else source.image(item, size, "bilinear")
            structure = structure_of(item, size, image)
            condition = extract(structure, config)
            landmarks = source.landmarks(item)
            if landmarks is None and extractors.landmarks is not None:
                landmarks = extractors.landmarks(wanted(extractors.landmarks, item, size, image), item.origin)
        except BrokenImage as broken:
            return {"id": item.id, "rejected": str(broken)}
        planes = {
            f"condition/{item.id}.png": condition.reshape(-1, size),
            f"edges/{item.id}.png": extract_edges(picture, config.canny_sigma),
        }
        digests = {name: save_png(folder / name, plane) for name, plane in planes.items()}
        if structure.known_parsing is not None:
            parsing = structure.known_parsing
            indexed = png_bytes(parsing.labels, list(parsing.label_set.palette))
            name = f"parsing/{item.id}.png"
            write_bytes(folder / name, indexed, flush=False)
            digests[name] = sha256_of_bytes(indexed)
        points = None if landmarks is None else landmarks.tolist()
        joints = None if structure.known_pose is None else _joints(structure.known_pose)
        return {"id": item.id, "key": key, "files": digests, "landmarks": points, "joints": joints}

    return work


def _joints(pose: BodyPose) -> list[list]:
    """Name, x and y of the joints that were found, as parts of the picture's width and height."""
    places = (pose.points / pose.size).tolist()
    return [[name, x, y] for name, (x, y), found in zip(JOINTS, places, pose.present, strict=True) if found]


def _row(item: Item, record: dict) -> dict:
    row = {"id": item.id, "split": item.split}
    for kind in KINDS_OF_FILE:
        name = f"{kind}/{item.id}.png"
        found = name in record["files"]
        row[kind] = name if found else ""
        row[f"{kind}_sha256"] = record["files"].get(name, "")
    return row


def _landmark_rows(record: dict) -> list[dict]:
    points = record["landmarks"] or ()
    return [{"id": record["id"], "point": n, "x": x, "y": y} for n, (x, y) in enumerate(points)]


def _keypoint_rows(record: dict) -> list[dict]:
    return [{"id": record["id"], "joint": name, "x": x, "y": y} for name, x, y in record["joints"] or ()]


def _jobs(layout: Layout, journal: Journal) -> list[Job]:
    index = read_table(layout.data / "index.csv", INDEX_COLUMNS, numbers=["width", "height"])
    table = read_table(layout.data / "alignment.csv", ALIGNMENT_COLUMNS, numbers=ALIGNMENT_NUMBERS)
    numbers = table[ALIGNMENT_NUMBERS].itertuples(index=False)
    aligned = {id: Alignment(*map(float, row)) for id, row in zip(table.id, numbers, strict=True)}
    return [
        Job(
            Item(row.id, row.split, row.origin, row.style, row.group, aligned.get(row.id)),
            row.width, row.sha256, journal.records.get(row.id, {}),
        )
        for row in index.itertuples()
    ]  # fmt: skip


def run(params: ConditionsParams, layout: Layout) -> None:
    """Write the conditions of every image of `data/index.csv`, and `conditions/index.csv` last.

    Raises `MatebitError` where more images are rejected than `data.max_rejected_share` allows and
    where a split is left empty.
    """
    folder = layout.conditions
    # Here too, so that absent weights are said once and at once, and not by every process.
    config = params.conditions
    used = [*load_extractors(config.extractors).records, *network_records(config)]
    (folder / "index.csv").unlink(missing_ok=True)
    rows, rejected, landmarks, keypoints = [], [], [], []
    with Journal(layout.state / "conditions.jsonl") as journal:
        jobs = _jobs(layout, journal)
        arguments = (params.data, params.conditions, params.seed, layout)
        records = work_through(condition_work, arguments, jobs, params.data.workers, "conditions")
        for job, record in zip(jobs, records, strict=True):
            if "rejected" in record:
                reason = record["rejected"]
                rejected.append({"id": job.item.id, "file": job.item.origin, "reason": reason})
                continue
            journal.note(record)
            rows.append(_row(job.item, record))
            landmarks += _landmark_rows(record)
            keypoints += _keypoint_rows(record)
    write_rejected(folder / "rejected.csv", rejected, len(jobs), params.data.max_rejected_share)
    for split in ("train", "test"):
        if not any(row["split"] == split for row in rows):
            raise MatebitError(f"no {split} image has a condition; {folder / 'rejected.csv'} says why")
    for kind in KINDS_OF_FILE:
        remove_strangers(folder / kind, {f"{row['id']}.png" for row in rows if row[kind]})
    write_table(folder / "landmarks.csv", landmarks, LANDMARK_COLUMNS)
    write_table(folder / "keypoints.csv", keypoints, KEYPOINT_COLUMNS)
    write_table(folder / "extractors.csv", [asdict(record) for record in used], EXTRACTOR_COLUMNS)
    flush_all(folder)
    write_table(folder / "index.csv", rows, CONDITION_COLUMNS)
