"""The stage `segmenter`: train the network that parses translated images, where the params ask for one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from matebit.contracts.catalogue import Entry, read_catalogue
from matebit.contracts.parsing import IGNORED
from matebit.contracts.pictures import Pictures
from matebit.errors import MatebitError
from matebit.io.files import write_json
from matebit.metrics.agreement import LABELS, confusion, mean_iou
from matebit.pipeline.layout import Layout

if TYPE_CHECKING:
    from matebit.config.stage_params import SegmenterParams

logger = logging.getLogger("matebit.metrics")


def _reason_for_none(params: SegmenterParams, entries: list[Entry]) -> str | None:
    """Why no network is trained; None if one is."""
    if "miou" not in params.metrics.names or params.metrics.miou.parser != "trained":
        return "metrics.miou does not ask for one"
    if not all(entry.parsing for entry in entries):
        return "not every image has a parsing map"
    return None


def _labels(pictures: Pictures, entry: Entry, size: int) -> np.ndarray:
    labels = pictures.parsing_at(entry, size)
    if labels is None:
        raise TypeError(f"{entry.id} has no parsing map")
    return labels


def run(params: SegmenterParams, layout: Layout) -> None:
    """Write `model.safetensors`, and `summary.json` last; or only the latter, which then says why.

    The summary's `held_out_miou` is measured on the test split's own images, whose maps it never saw.
    """
    import torch

    from matebit.metrics.segmenter.network import MODEL, SUMMARY, save_segmenter, trained_parser
    from matebit.metrics.segmenter.training import train

    folder, config = layout.segmenter, params.metrics.miou
    for name in (SUMMARY, MODEL):
        (folder / name).unlink(missing_ok=True)
    entries = read_catalogue(layout)
    reason = _reason_for_none(params, entries)
    if reason is not None:
        logger.info("no segmenter is trained: %s", reason)
        write_json(folder / SUMMARY, {"trained": False, "reason": reason})
        return
    torch.set_num_threads(params.threads)
    pictures = Pictures(layout, params.data.loader.cache_megabytes)
    training, tests = ([entry for entry in entries if entry.split == split] for split in ("train", "test"))

    def example(number: int) -> tuple[np.ndarray, np.ndarray]:
        entry, size = training[number], params.data.crop_size
        return pictures.image_at(entry, size), _labels(pictures, entry, size)

    maps = (_labels(pictures, entry, params.data.crop_size) for entry in training)
    pixels = sum((np.bincount(plane.ravel(), minlength=LABELS) for plane in maps), start=np.zeros(LABELS))
    pixels[IGNORED] = 0
    if not pixels.any():
        raise MatebitError("no pixel of a training image has a class; see data.folder.ignore_label")
    labels = 1 + int(np.flatnonzero(pixels).max())
    network = train(example, len(training), pixels[:labels] / pixels.sum(), config)
    save_segmenter(folder / MODEL, network, labels, config.width)
    parser = trained_parser(folder, 0.0)
    counts = confusion([], [])
    for entry in tests:
        found = parser(pictures.image(entry).transpose(1, 2, 0))
        counts = counts + confusion(found, _labels(pictures, entry, entry.size))
    held_out = mean_iou(counts)
    logger.info("segmenter: mIoU %.3f on %d held-out images", held_out, len(tests))
    summary = {
        "trained": True,
        "held_out_miou": held_out,
        "held_out_images": len(tests),
        "training_images": len(training),
        "labels": labels,
        "parameters": sum(value.numel() for value in network.parameters()),
    }
    write_json(folder / SUMMARY, summary)
