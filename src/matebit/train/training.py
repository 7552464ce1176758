"""One training: the loop around the step, its state, log, sample sheets and results."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import torch

from matebit.contracts.label_sets import labels_of
from matebit.contracts.training import CURVES_FILE, SUMMARY_FILE
from matebit.data import batches as raw
from matebit.data.conditions.view import condition_view
from matebit.data.seen import NEEDED_BY, seen_in_training
from matebit.data.test_set import TestSet
from matebit.data.training_set import TrainingSet
from matebit.errors import MatebitError
from matebit.features.build import build_features
from matebit.features.described import Describer
from matebit.features.location import feature_weights
from matebit.io.files import sha256_of_file, write_bytes, write_json
from matebit.logs import Progress
from matebit.model.build import build_generator
from matebit.model.checkpoint import load, refuse_misfits, save_generator
from matebit.model.translation import Translation
from matebit.pipeline.layout import Layout, RunFolders
from matebit.train.batch import TrainingBatch
from matebit.train.device import set_up_device
from matebit.train.interrupt import Interrupted, StopRequest
from matebit.train.progress import Averages, Curves, sample_sheet
from matebit.train.ranks import ALONE, Ranks
from matebit.train.state import StateFolder, fingerprint
from matebit.train.step import NotFinite, TrainingStep
from matebit.weights.shipped import start_checkpoint

if TYPE_CHECKING:
    from matebit.config.stage_params import TrainParams

logger = logging.getLogger("matebit")

_SHOWN = 6  # rows of a sample sheet


class Training:
    """One run of one method and seed, from its last state to the end; the first rank writes."""

    def __init__(
        self, params: TrainParams, layout: Layout, method: str, seed: int, ranks: Ranks = ALONE
    ) -> None:
        self.sections = params.methods[method]
        self.config = self.sections.train
        self.folders: RunFolders = layout.run(method, seed)
        self.method, self.seed, self.ranks = method, seed, ranks
        local_rank = int(os.environ["LOCAL_RANK"]) if ranks.count > 1 else 0
        self.device = set_up_device(self.config.device, params.threads, local_rank)
        self.state = StateFolder(self.folders.state, self.config.keep)
        if ranks.first:
            self.state.begin(fingerprint(params, layout, method, seed))
        ranks.wait()
        self.images = TrainingSet(params, layout, seed)
        test = TestSet(params, layout)
        self.shown = self._shown(test)
        kind, palette = params.conditions.kind, labels_of(params.data).palette
        self._view = partial(condition_view, kind=kind, palette=palette)
        # opened here, so that absent weights are said before hours of training
        self._seen = partial(seen_in_training, params, Describer(NEEDED_BY), self.images, test)
        features = build_features(params.features, feature_weights(params.features))
        start = None if self.config.start is None else self._start(self.config.start)
        self.step = TrainingStep(
            self.sections,
            features if self.sections.losses.perceptual else None,
            seed,
            self.device,
            ranks,
            start,
        )
        self.curves = Curves(self.folders.state / CURVES_FILE)
        self.averages = Averages()
        self.images_seen = self.steps = 0
        self.provenance = {
            "method": method,
            "seed": seed,
            "data": params.data.model_dump(mode="json", include={"source", "load_size", "crop_size"}),
            "conditions": params.conditions.model_dump(mode="json"),
            "label_maps": params.data.folder.coding.model_dump(mode="json", exclude_defaults=True),
            "data_index_sha256": sha256_of_file(layout.data / "index.csv"),
            "pairs_sha256": sha256_of_file(layout.pairs / "pairs.csv"),
            "images": self.config.images,
        }
        if self.config.start_sha256 is not None:
            self.provenance["start_sha256"] = self.config.start_sha256

    def _start(self, start: str) -> dict[str, torch.Tensor]:
        """The generator's tensors that the training begins with; says where its network was another one."""
        path, _ = start_checkpoint(start, self.config.start_sha256)
        began = load(path)
        expected = build_generator(self.sections.model).state_dict()
        try:
            refuse_misfits(path, began.state_dict(), expected)
        except MatebitError as error:
            raise MatebitError(
                f"train.start: {error}; give `model` and the condition as {path} has them"
            ) from None
        here = self.sections.model.model_dump()
        for key, there in began.config.model_dump().items():
            if here[key] != there:
                words = (path, key, there, here[key])
                logger.warning("train.start: %s was trained with model.%s: %s, this is %s", *words)
        return began.state_dict()

    def _on_device(self, batch: raw.Batch) -> TrainingBatch:
        def sent(values: torch.Tensor) -> torch.Tensor:
            return values.to(self.device, non_blocking=True)

        reads = self.sections.model.condition_in_exemplar
        exemplar_condition = raw.condition_to_network(sent(batch.exemplar_condition)) if reads else None
        return TrainingBatch(
            condition=raw.condition_to_network(sent(batch.condition)),
            truth=raw.image_to_network(sent(batch.truth)),
            exemplar=raw.image_to_network(sent(batch.exemplar)),
            exemplar_condition=exemplar_condition,
            self_ref=sent(batch.self_ref).float(),
            ids=batch.items,
            flow=None if batch.flow is None else sent(batch.flow),
        )

    def _shown(self, test: TestSet) -> TrainingBatch:
        """The items of the sample sheets: a few, spread over the test set."""
        count = min(_SHOWN, len(test))
        chosen = [test[index * len(test) // count] for index in range(count)]
        return self._on_device(raw.collate(chosen))

    def run(self) -> None:
        """Train to the end; on SIGTERM or Ctrl-C save the state and raise `Interrupted`."""
        self._resume()
        with (
            StopRequest() as stop,
            Progress(
                f"training {self.method}, seed {self.seed}", self.config.images, "images", self.images_seen
            ) as bar,
        ):
            for batch in self._batches():
                self._one(batch, bar)
                number = self.ranks.largest(stop.number or 0, self.device)
                if number and self.images_seen < self.config.images:
                    self._save()
                    raise Interrupted(number)
        if self.ranks.first:
            self._finish()
        self.ranks.wait()

    def _batches(self) -> Iterator[raw.Batch]:
        return self.images.batches(
            self.images_seen,
            self.config.images,
            self.config.batch,
            rank=self.ranks.rank,
            ranks=self.ranks.count,
            pinned=self.device.type == "cuda",
        )

    def _one(self, raw_batch: raw.Batch, bar: Progress) -> None:
        try:
            losses, translation = self.step(self._on_device(raw_batch), self.images_seen, self.steps)
        except NotFinite as error:
            kept = self.state.states()
            raise MatebitError(
                f"training {self.method} stopped at image {self.images_seen} (step {self.steps}): the loss "
                f"{error.loss} is {error.value} on the batch {', '.join(error.ids)}; "
                + (f"the last good state is {kept[-1]}" if kept else "no state was saved yet")
                + "; lower the learning rates or that loss's weight"
            ) from error
        before = self.images_seen
        self.images_seen += len(raw_batch.items) * self.ranks.count
        self.steps += 1
        self.averages.add(losses)
        if self._passed(self.config.sample_every, before) or self.images_seen >= self.config.images:
            self._sample()
        if self._passed(self.config.log_every, before) or self.images_seen >= self.config.images:
            self._log(translation)
        if self._passed(self.config.checkpoint_every, before) or self.images_seen >= self.config.images:
            self._save()
        bar.advance(self.images_seen - before, f"G {sum(losses.values()):.2f}")

    def _passed(self, every: int, before: int) -> bool:
        """Did this step cross a multiple of `every` images?"""
        return before // every != self.images_seen // every

    def _log(self, translation: Translation) -> None:
        values = self.averages.take()
        for block, mask in enumerate(translation.mask_statistics()):
            values |= {
                f"mask/block{block}/mean": mask.mean,
                f"mask/block{block}/max": mask.max,
                f"mask/block{block}/share_above_0.01": mask.share_above_001,
            }
        if self.step.uses_contrast:
            values["style_queue_fill"] = self.step.queue.fill
        if self.ranks.first:
            self.curves.add(self.steps, self.images_seen, values)

    def _sample(self) -> None:
        if self.ranks.first:
            path = self.folders.state / "samples" / f"{self.images_seen:09d}.png"
            error = sample_sheet(path, self.step.averaged(), self.shown, self._view)
            # Among the means, so that it enters the log's next line though that may be a later step's.
            self.averages.add({"validation/mae": error})

    def _save(self) -> None:
        if not self.ranks.first:
            return
        self.state.save(
            self.images_seen,
            {
                "seen": self.images_seen,
                "steps": self.steps,
                "averages": self.averages.state_dict(),
                "step": self.step.state_dict(),
            },
        )

    def _resume(self) -> None:
        state = self.state.load()
        if state is not None:
            self.images_seen, self.steps = state["seen"], state["steps"]
            self.averages.load_state_dict(state["averages"])
            self.step.load_state_dict(state["step"])
            logger.info("going on from image %d", self.images_seen)
        self.ranks.wait()  # the first would rotate the states away
        if not self.ranks.first:
            return
        self.curves.cut(self.steps)
        for sheet in (self.folders.state / "samples").glob("*.png"):
            if int(sheet.stem) > self.images_seen:
                sheet.unlink()

    def _finish(self) -> None:
        """Put the results in place, the checkpoint last; then the state has done its work."""
        target = self.folders.train
        shutil.rmtree(target / "samples", ignore_errors=True)
        for sheet in sorted((self.folders.state / "samples").iterdir()):
            write_bytes(target / "samples" / sheet.name, sheet.read_bytes())
        write_bytes(target / CURVES_FILE, self.curves.path.read_bytes())
        write_json(target / SUMMARY_FILE, self._summary())
        said = {**self.provenance, "seen": self._seen().as_json()}
        save_generator(self.folders.checkpoint, self.step.averaged(), self.sections.model, said)
        self.state.clear()

    def _summary(self) -> dict[str, Any]:
        began = self.step.contrast_began
        if self.step.uses_contrast:
            logger.info("the contrastive style loss first acted at image %s", began)
        return {
            "images": self.images_seen,
            "steps": self.steps,
            "style_contrast_began_at_image": began,
            "style_queue_length": self.step.queue.length,
            "style_queue_fill": self.step.queue.fill,
            "parameters_generator": sum(p.numel() for p in self.step.generator.parameters()),
            "parameters_discriminator": sum(p.numel() for p in self.step.discriminator.parameters()),
        }
