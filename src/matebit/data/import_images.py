"""The stage `data`: every image of the source, checked, resized and written once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from matebit.config.data import DataConfig
from matebit.contracts.catalogue import INDEX_COLUMNS
from matebit.contracts.structure import ALIGNMENT_COLUMNS
from matebit.data.align_faces import open_aligner
from matebit.data.journal import Journal, code_digest, remove_strangers, still_whole, work_key, write_rejected
from matebit.data.near_duplicates import (
    DUPLICATE_COLUMNS,
    VERSION,
    Double,
    crop_hashes,
    find_doubles,
    separate,
)
from matebit.data.sources.base import Item, Source
from matebit.data.sources.registry import open_source
from matebit.data.workers import work_through
from matebit.errors import MatebitError
from matebit.io.files import flush_all
from matebit.io.images import BrokenImage, save_png
from matebit.io.tables import write_table
from matebit.pipeline.layout import Layout

if TYPE_CHECKING:
    from matebit.config.stage_params import DataParams

logger = logging.getLogger("matebit.data")

Job = tuple[Item, dict]


def import_work(config: DataConfig, seed: int, folder: Path) -> Callable[[Job], dict]:
    """The function that writes one image: `(item, earlier record) -> record`, see `Journal`."""
    source, aligner = open_source(config, seed), open_aligner(config, seed)
    compared = may_hold_duplicates(config, source)
    aligned = aligner.landmarks if aligner else ""
    basis = f"{code_digest(__name__, config)} {aligned} {VERSION if compared else ''}"

    def work(job: Job) -> dict:
        item, earlier = job
        size = config.load_size if item.split == "train" else config.crop_size
        try:
            source.check(item)
            key = work_key(basis, repr(item), source.fingerprint(item), str(size))
            if still_whole(earlier, key, folder):
                return earlier
            record: dict = {"id": item.id, "key": key, "size": size}
            if aligner:
                alignment = aligner.align(item)
                item = replace(item, alignment=alignment)
                record["alignment"] = {**asdict(alignment), "landmarks": aligner.landmarks}
            name = f"images/{item.id}.png"
            pixels = source.image(item, size)
            digest = save_png(folder / name, pixels)
            if compared:
                record["hashes"] = crop_hashes(pixels)
        except BrokenImage as broken:
            return {"id": item.id, "rejected": str(broken)}
        return {**record, "files": {name: digest}}

    return work


def may_hold_duplicates(config: DataConfig, source: Source) -> bool:
    """Whether pictures are compared: of a bundled set it is known what each shows."""
    return config.near_duplicates != "keep" and not source.drawn


def _chosen(items: list[Item], config: DataConfig) -> list[Item]:
    """The items of both splits, as many as the params allow."""
    kept: list[Item] = []
    for split, limit in (("train", config.limit_train), ("test", config.limit_test)):
        kept += [item for item in items if item.split == split][:limit]
    return sorted(kept, key=lambda item: item.id)


def _why_empty(config: DataConfig, split: str, rejected: list[dict], folder: Path) -> str:
    """Which key or file to look at where a split has no image."""
    if rejected:
        return f"{folder / 'rejected.csv'} says why"
    name = config.train_list if split == "train" else config.test_list
    if config.root is None or (Path(config.root) / name).exists() or config.source != "folder":
        return f"see data.{split}_list: {name}"
    if config.folder.test_items:
        fits = "no" if split == "test" else "every"
        return f"data.folder.test_items ({config.folder.test_items!r}) fits {fits} id"
    if split == "test":
        return f"set data.folder.test_share or test_items, or write a list {name}"
    return "data.folder.test_share holds all of them out; lower it or add images"


def _doubles(config: DataConfig, layout: Layout, rows: list[dict], hashes: list[list[str]]) -> list[Double]:
    """What shows the same among the rows of `index.csv`; a search that was killed goes on."""
    pictures = (f"{row['file']} {row['sha256']}" for row in rows)
    key = work_key(code_digest(__name__, config), VERSION, *pictures)
    with Journal(layout.state / "duplicates.jsonl", key) as journal:
        return find_doubles(layout.data, [row["file"] for row in rows], hashes, config.workers, journal)


def run(params: DataParams, layout: Layout) -> None:
    """Write the pictures, what became of each of them, and `data/index.csv` last.

    `data/images/ID.png`, `data/alignment.csv`, `data/rejected.csv` and `data/duplicates.csv`.

    Raises `MatebitError` where the source's folder is not as it should be, where too many images
    are broken, and where a split is left empty.
    """
    config, folder = params.data, layout.data
    source = open_source(config, params.seed)
    items = _chosen(source.items(), config)
    # Here too, so that absent weights are said once and at once, and not by every process.
    open_aligner(config, params.seed)
    (folder / "index.csv").unlink(missing_ok=True)
    rows, rejected, aligned = [], [], []
    hashes: list[list[str]] = []
    told: list[dict] = []
    with Journal(layout.state / "data.jsonl") as journal:
        jobs = [(item, journal.records.get(item.id, {})) for item in items]
        arguments = (config, params.seed, folder)
        records = work_through(import_work, arguments, jobs, config.workers, "images")
        for item, record in zip(items, records, strict=True):
            if "rejected" in record:
                rejected.append({"id": item.id, "file": item.origin, "reason": record["rejected"]})
                continue
            journal.note(record)
            if "alignment" in record:
                aligned.append({"id": item.id, **record["alignment"]})
            [(name, digest)] = record["files"].items()
            hashes.append(record.get("hashes", []))
            rows.append(
                {
                    "id": item.id, "split": item.split, "file": name, "sha256": digest,
                    "width": record["size"], "height": record["size"], "style": item.style,
                    "group": item.group, "origin": item.origin,
                }
            )  # fmt: skip
    write_rejected(folder / "rejected.csv", rejected, len(items), config.max_rejected_share)
    if may_hold_duplicates(config, source):
        doubles = _doubles(config, layout, rows, hashes)
        rows, told = separate(rows, doubles, config.near_duplicates == "drop")
        if told:
            logger.info("%d images show what another one shows; %s", len(told), folder / "duplicates.csv")
    for split in ("train", "test"):
        if not any(row["split"] == split for row in rows):
            where = f"data.root: {config.root}" if config.root else f"data.source: {config.source}"
            why = _why_empty(config, split, rejected, folder)
            doubles_out = (
                f"; {folder / 'duplicates.csv'} says which doubles are left out (data.near_duplicates)"
            )
            raise MatebitError(f"{where} gives no {split} image; {why}{doubles_out if told else ''}")
    write_table(folder / "duplicates.csv", told, DUPLICATE_COLUMNS)
    remove_strangers(folder / "images", {f"{row['id']}.png" for row in rows})
    write_table(folder / "alignment.csv", aligned, ALIGNMENT_COLUMNS)
    flush_all(folder)
    write_table(folder / "index.csv", rows, INDEX_COLUMNS)
