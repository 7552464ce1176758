"""The training set: the k-th example is a function of the seed and of k alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from matebit.contracts.catalogue import Entry, read_catalogue
from matebit.contracts.condition_kinds import channel_forms
from matebit.contracts.pairs import Ranked, read_pairs
from matebit.contracts.pictures import Pictures
from matebit.data.batches import Batch, Sample, collate
from matebit.data.conditions.varied import LinesAnew
from matebit.data.exemplars import draw_exemplar
from matebit.data.known_matches import CELL, draw_colours, draw_map, recoloured
from matebit.data.sampling import (
    Window,
    colours_rng,
    draw_window,
    draw_zoomed,
    item_of,
    item_rng,
    known_match_rng,
    lines_rng,
)
from matebit.errors import MatebitError
from matebit.pipeline.layout import Layout

if TYPE_CHECKING:
    from matebit.config.stage_params import TrainedOnParams


class TrainingSet(Dataset):
    """Training examples without any state: resuming at image k needs nothing but k.

    Condition and truth share one crop and flip; exemplar and exemplar condition share another.
    """

    def __init__(self, params: TrainedOnParams, layout: Layout, seed: int) -> None:
        entries = read_catalogue(layout)
        self._train = [entry for entry in entries if entry.split == "train"]
        self._by_id = {entry.id: entry for entry in entries}
        if not self._train:
            raise MatebitError(f"{layout.conditions / 'index.csv'} has no training image")
        self._pairs = read_pairs(layout)
        self._pictures = Pictures(layout, params.data.loader.cache_megabytes)
        self._config, self._rules, self._seed = params.data, params.pairs, seed
        anew = params.data.zoom > 1 or params.conditions.vary > 0
        self._lines = LinesAnew(params.conditions) if anew else None
        self._forms = channel_forms(params.conditions) if params.pairs.known_matches else ()

    def __len__(self) -> int:
        """Images in an epoch."""
        return len(self._train)

    def __getitem__(self, k: int) -> Sample:
        """The k-th training example overall, counted through all epochs."""
        entry = self._train[item_of(self._seed, k, len(self._train))]
        rng = item_rng(self._seed, k)
        zoom = self._config.zoom
        own = self._window(rng, entry, zoom)
        ranked = self._pairs.get(entry.id, Ranked())
        exemplar_id, self_ref = draw_exemplar(entry.id, ranked, self._rules, rng)
        exemplar = self._by_id[exemplar_id]
        # an exemplar that shows less than the picture lacks the colours that are asked for
        other = self._window(rng, exemplar, (1 + zoom) / 2)
        lines = lines_rng(self._seed, k)
        truth, condition = self._cut(entry, own, lines)
        picture, exemplar_condition = self._cut(exemplar, other, lines)
        sample = Sample(
            item=entry.id,
            exemplar_item=exemplar_id,
            self_ref=self_ref,
            condition=condition,
            truth=truth,
            exemplar=picture,
            exemplar_condition=exemplar_condition,
        )
        return self._recoloured(self._with_known_match(sample, k), k)

    def _with_known_match(self, sample: Sample, k: int) -> Sample:
        """A share of the examples see themselves under a known map."""
        if not self._rules.known_matches:
            return sample
        rng = known_match_rng(self._seed, k)
        size = self._config.crop_size
        if rng.random() >= self._rules.known_matches:
            return replace(sample, flow=np.full((2, size // CELL, size // CELL), np.nan, np.float32))
        known = draw_map(rng, self._config.flip, self._rules.known_bend)
        return replace(
            sample,
            exemplar_item=sample.item,
            self_ref=True,
            exemplar=known.exemplar(sample.truth),
            exemplar_condition=known.condition(sample.condition, self._forms),
            flow=known.flow(size),
        )

    def _recoloured(self, sample: Sample, k: int) -> Sample:
        """Truth and exemplar of a self reference in other colours, the same for both."""
        if not self._rules.colour_jitter or not sample.self_ref:
            return sample
        colours = draw_colours(colours_rng(self._seed, k), self._rules.colour_jitter)
        return replace(
            sample,
            truth=recoloured(sample.truth, colours),
            exemplar=recoloured(sample.exemplar, colours),
        )

    def _window(self, rng: np.random.Generator, entry: Entry, zoom: float) -> Window:
        if self._config.zoom > 1:
            return draw_zoomed(rng, entry.size, zoom, self._config.flip)
        return draw_window(rng, entry.size, self._config.crop_size, self._config.flip)

    def _cut(self, entry: Entry, window: Window, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """The window of an image and its condition: that of the stage before, or lines drawn anew."""
        picture = window.picture(self._pictures.image(entry), self._config.crop_size)
        if self._lines is None:
            return picture, window.cut(self._pictures.condition(entry))
        return picture, self._lines(picture, rng)

    def batches(
        self, first_image: int, total: int, batch: int, rank: int = 0, ranks: int = 1, pinned: bool = False
    ) -> Iterator[Batch]:
        """Batches of images `first_image` to `total` - 1; the last may be smaller.

        `batch` is counted over all ranks; this rank gets every `ranks`-th image of each batch. With
        `data.loader.workers` they are read ahead in processes, `pinned` in memory from which a GPU
        copies while it computes; the batches are the same.
        """
        places = [
            list(range(start + rank, min(start + batch, total), ranks))
            for start in range(first_image, total, batch)
        ]
        workers = self._config.loader.workers
        loader = DataLoader(
            self,
            batch_sampler=places,
            collate_fn=collate,
            num_workers=workers,
            multiprocessing_context="spawn" if workers else None,
            prefetch_factor=4 if workers else None,
            pin_memory=pinned,
            # Its own generator: the loader draws a number that it has no use for here, and must not
            # take it from the generator of training.
            generator=torch.Generator(),
        )
        return iter(loader)
