"""The controls: images whose quality is known beforehand, made without a network."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np

from matebit.config.controls import CONTROLS_RUN
from matebit.contracts.catalogue import Entry, read_catalogue
from matebit.contracts.pairs import Ranked, read_pairs
from matebit.contracts.parsing import IGNORED
from matebit.contracts.pictures import Pictures
from matebit.data.exemplars import test_exemplar
from matebit.data.sources.registry import open_source
from matebit.io.tables import write_table
from matebit.logs import track
from matebit.pipeline.layout import Layout
from matebit.translate.outputs import Outputs

if TYPE_CHECKING:
    from matebit.config.stage_params import TranslateParams

_LABELS = 256


def label_colours(entries: list[Entry], pictures: Pictures) -> np.ndarray:
    """Mean colour of each parsing label over the training images: uint8 (256,3).

    A label that training never shows, and what has no class, has the mean of all.
    """
    sums, counts = np.zeros((_LABELS, 3)), np.zeros(_LABELS)
    for entry in entries:
        labels = pictures.parsing_at(entry, entry.size)
        if labels is None:
            continue
        flat = labels.ravel()
        counts += np.bincount(flat, minlength=_LABELS)
        for channel, plane in enumerate(pictures.image(entry)):
            sums[:, channel] += np.bincount(flat, weights=plane.ravel(), minlength=_LABELS)
    overall = sums.sum(axis=0) / max(counts.sum(), 1)
    counts[IGNORED] = 0
    means = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], overall)
    return np.rint(means).astype(np.uint8)


def make_controls(params: TranslateParams, layout: Layout) -> None:
    """Write the images of `truth`, `exemplar` and, where parsing is known, `label_mean`.

    truth: the true answer of a bundled set, else the test image itself. exemplar: the exemplar as it is.
    label_mean: no exemplar and no training, the mean training colour of each label painted into the map.
    """
    entries = read_catalogue(layout)
    by_id = {entry.id: entry for entry in entries}
    tests = [entry for entry in entries if entry.split == "test"]
    pairs, pictures = read_pairs(layout), Pictures(layout)
    oracle = open_source(params.data, params.seed).truth
    size, rank = params.data.crop_size, params.pairs.rank
    ranks = params.translate.all_ranks(rank)
    parsed = all(entry.parsing for entry in entries)
    names = ["truth", "exemplar", *(["label_mean"] if parsed else [])]
    folder = layout.run(*CONTROLS_RUN).translate
    shutil.rmtree(folder, ignore_errors=True)
    outputs = {name: Outputs(layout.run(name, 0).translate, rank) for name in names}
    colours = None
    if parsed:
        colours = label_colours([entry for entry in entries if entry.split == "train"], pictures)
    for entry in track(tests, "making the controls", len(tests), "images"):
        own = pictures.image_at(entry, size).transpose(1, 2, 0)
        for one in ranks:
            exemplar = by_id[test_exemplar(entry.id, pairs.get(entry.id, Ranked()), one)]
            pixels = {
                "truth": oracle.answer(entry.id, exemplar.id, size) if oracle else own,
                "exemplar": pictures.image_at(exemplar, size).transpose(1, 2, 0),
            }
            if colours is not None:
                pixels["label_mean"] = colours[pictures.parsing_at(entry, size)]
            for name, picture in pixels.items():
                outputs[name].image(entry.id, exemplar.id, picture, one)
    for output in outputs.values():
        output.finish()
    # What the engines wait for: which controls there are.
    rows = [{"control": name, "images": len(tests)} for name in names]
    write_table(folder / "index.csv", rows, ["control", "images"])
