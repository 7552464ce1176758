"""The stage `segmenter`: train the networks that read translated images, where the params ask for any."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np

from matebit.contracts.bodies import JOINTS, BodyPose
from matebit.contracts.catalogue import Entry, read_catalogue
from matebit.contracts.parsing import IGNORED
from matebit.contracts.pictures import Pictures
from matebit.contracts.structure import read_joints
from matebit.errors import MatebitError
from matebit.io.files import write_json
from matebit.metrics.agreement import LABELS, confusion, mean_iou
from matebit.pipeline.layout import Layout

if TYPE_CHECKING:
    from matebit.config.segmenter import JointsConfig, MiouConfig
    from matebit.config.stage_params import SegmenterParams

logger = logging.getLogger("matebit.metrics")

HELD_OUT_WITHIN = 0.1
"""Image sides within which a held-out joint counts as found."""


class _Split:
    """The pictures of an experiment at the size that is trained on, and its two splits."""

    def __init__(self, params: SegmenterParams, layout: Layout, entries: list[Entry]) -> None:
        self.size = params.data.crop_size
        self.pictures = Pictures(layout, params.data.loader.cache_megabytes)
        self.training, self.tests = (
            [entry for entry in entries if entry.split == split] for split in ("train", "test")
        )

    def labels(self, entry: Entry, size: int) -> np.ndarray:
        labels = self.pictures.parsing_at(entry, size)
        if labels is None:
            raise TypeError(f"{entry.id} has no parsing map")
        return labels


def _parser(split: _Split, config: MiouConfig, layout: Layout) -> dict[str, Any]:
    """Train the parser; returns what the summary says, `held_out_miou` from maps that it never saw."""
    from matebit.metrics.segmenter.network import MODEL, save_segmenter, trained_parser
    from matebit.metrics.segmenter.training import label_loss, train

    def example(number: int) -> tuple[np.ndarray, np.ndarray]:
        entry = split.training[number]
        return split.pictures.image_at(entry, split.size), split.labels(entry, split.size)

    maps = (split.labels(entry, split.size) for entry in split.training)
    pixels = sum((np.bincount(plane.ravel(), minlength=LABELS) for plane in maps), start=np.zeros(LABELS))
    pixels[IGNORED] = 0
    if not pixels.any():
        raise MatebitError("no pixel of a training image has a class; see data.folder.ignore_label")
    labels = 1 + int(np.flatnonzero(pixels).max())
    loss = label_loss(pixels[:labels] / pixels.sum())
    network = train(example, len(split.training), labels, loss, config, "segmenter")
    save_segmenter(layout.segmenter / MODEL, network, labels, config.width)
    parser = trained_parser(layout.segmenter, 0.0)
    counts = confusion([], [])
    for entry in split.tests:
        found = parser(split.pictures.image(entry).transpose(1, 2, 0))
        counts = counts + confusion(found, split.labels(entry, entry.size))
    held_out = mean_iou(counts)
    logger.info("segmenter: mIoU %.3f on %d held-out images", held_out, len(split.tests))
    return {
        "trained": True,
        "held_out_miou": held_out,
        "held_out_images": len(split.tests),
        "training_images": len(split.training),
        "labels": labels,
        "parameters": sum(value.numel() for value in network.parameters()),
    }


def _places(pose: BodyPose, size: int) -> np.ndarray:
    """(18,) the pixel of each joint as row * size + column; `NOWHERE` where there is none in the picture."""
    from matebit.metrics.segmenter.training import NOWHERE

    x, y = np.floor(pose.points / pose.size * size).astype(int).T
    inside = pose.present & (x >= 0) & (x < size) & (y >= 0) & (y < size)
    return np.where(inside, y * size + x, NOWHERE)


def _joint_finder(
    split: _Split, config: JointsConfig, layout: Layout, poses: dict[str, BodyPose]
) -> dict[str, Any]:
    """Train the joint finder; `held_out_joints`: the share found in the test split's own images."""
    from matebit.metrics.segmenter.network import JOINTS_MODEL, save_segmenter, trained_joint_finder
    from matebit.metrics.segmenter.training import joint_loss, train
    from matebit.metrics.structure import shares_found

    def example(number: int) -> tuple[np.ndarray, np.ndarray]:
        entry = split.training[number]
        return split.pictures.image_at(entry, split.size), _places(poses[entry.id], split.size)

    network = train(example, len(split.training), len(JOINTS), joint_loss, config, "joint finder")
    save_segmenter(layout.segmenter / JOINTS_MODEL, network, len(JOINTS), config.width)
    finder = trained_joint_finder(layout.segmenter, 0.0)
    shares = []
    for entry in split.tests:
        found = finder(split.pictures.image(entry).transpose(1, 2, 0), entry.id)
        asked = poses[entry.id]
        shares += shares_found(found, asked.points / asked.size, asked.present, [HELD_OUT_WITHIN])
    held_out = float(np.nanmean(shares))
    logger.info("joint finder: %.3f of the joints of %d held-out images", held_out, len(split.tests))
    return {
        "trained": True,
        "held_out_joints": held_out,
        "within": HELD_OUT_WITHIN,
        "parameters": sum(value.numel() for value in network.parameters()),
    }


def _untrained(reason: str, what: str) -> dict[str, Any]:
    logger.info("no %s is trained: %s", what, reason)
    return {"trained": False, "reason": reason}


def run(params: SegmenterParams, layout: Layout) -> None:
    """Write `model.safetensors` and `joints.safetensors`, and `summary.json` last.

    Of what is not asked for, or cannot be trained, the summary alone says why.
    """
    import torch

    from matebit.metrics.segmenter.network import JOINTS_MODEL, MODEL, SUMMARY

    for name in (SUMMARY, MODEL, JOINTS_MODEL):
        (layout.segmenter / name).unlink(missing_ok=True)
    entries, config = read_catalogue(layout), params.metrics
    torch.set_num_threads(params.threads)
    split = _Split(params, layout, entries)
    if "miou" not in config.names or config.miou.parser != "trained":
        summary = _untrained("metrics.miou does not ask for one", "segmenter")
    elif not all(entry.parsing for entry in entries):
        summary = _untrained("not every image has a parsing map", "segmenter")
    else:
        summary = _parser(split, config.miou, layout)
    if "joint_pck" in config.names and config.joints.finder == "trained":
        poses = read_joints(layout)
        if {entry.id for entry in entries} <= set(poses):
            summary["joints"] = _joint_finder(split, config.joints, layout, poses)
        else:
            summary["joints"] = _untrained("not every image has joints", "joint finder")
    write_json(layout.segmenter / SUMMARY, summary)
