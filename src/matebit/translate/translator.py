"""A checkpoint that translates pictures of any origin: `matebit.load(path).translate(photo, exemplar)`."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from PIL import Image

from matebit.config.data import ConditionsConfig
from matebit.config.model import ModelConfig
from matebit.contracts.condition_kinds import CONDITIONS
from matebit.contracts.label_sets import in_own_colours, labels_of_channels
from matebit.contracts.parsing import LabelSet
from matebit.data import batches as raw
from matebit.data.conditions.view import condition_view
from matebit.errors import MatebitError
from matebit.fetch.hub import MODEL_FILE, SCHEME, fetch_model
from matebit.io.images import read_rgb, upright_rgb
from matebit.model.checkpoint import load_with_metadata, save_generator
from matebit.model.generator import Generator
from matebit.model.translation import Translation
from matebit.translate import structure
from matebit.translate.distances import Distances
from matebit.translate.enlarge import checked_factor, enlarged
from matebit.translate.framing import Fit, Frame, frame_of
from matebit.translate.label_maps import Maps
from matebit.translate.recorded import Recorded, recorded_in, write_config
from matebit.translate.structure import Framed
from matebit.weights.shipped import shipped_checkpoint

if TYPE_CHECKING:
    from matebit.data.align_faces import FaceAligner

logger = logging.getLogger("matebit")

LARGEST = 1024
Picture = Image.Image | np.ndarray | Path | str


@dataclass(frozen=True)
class Matched:
    """What the last block matched, on its token grid.

    `warped` uint8 (h,w,3): the exemplar moved into place; `confidence` float32 (h,w) in [0,1]; `argmax`
    and `soft` float32 (2,h,w): x and y in [0,1] on the exemplar, of the best token and the mean over all.
    """

    warped: np.ndarray
    confidence: np.ndarray
    argmax: np.ndarray
    soft: np.ndarray


@dataclass(frozen=True)
class Exemplar:
    """An exemplar as the network sees it: `pixels` uint8 (S,S,3).

    `condition` uint8 (C,S,S), of the networks that read it.
    """

    pixels: np.ndarray
    condition: np.ndarray | None


@dataclass(frozen=True)
class Translated:
    """A translation; arrays are squares of the network's size.

    `image` uint8 (S,S,3); `frame` where the photo's part lies in it; `condition` uint8 (C,S,S);
    `exemplar` uint8 (S,S,3); `matched` is None for a network without transformer blocks.
    """

    image: np.ndarray
    frame: Frame
    condition: np.ndarray
    exemplar: np.ndarray
    matched: Matched | None

    def picture(self) -> Image.Image:
        """The result in the photo's own shape."""
        return Image.fromarray(self.frame.cut_out(self.image))


def pixels_of(picture: Picture) -> np.ndarray:
    """A picture of any mode, or an image file, as uint8 (H,W,3) RGB, upright."""
    if isinstance(picture, Image.Image):
        return upright_rgb(picture)
    if isinstance(picture, np.ndarray):
        return upright_rgb(Image.fromarray(picture))
    return read_rgb(Path(picture))


class Translator:
    """A generator together with what its condition is made of.

    Called with tensors it is the generator (`docs/model.md`); `translate` takes pictures.
    """

    def __init__(self, generator: Generator, recorded: Recorded, source: str) -> None:
        self.generator, self.recorded, self.source = generator, recorded, source

    def __call__(self, *tensors: Any, **options: Any) -> Translation:
        """Translate tensors; see `Generator.forward`."""
        return self.generator(*tensors, **options)

    @property
    def config(self) -> ModelConfig:
        """The network's configuration."""
        return self.generator.config

    @property
    def conditions(self) -> ConditionsConfig:
        """What the condition is and its settings. A `MatebitError` where the checkpoint does not say."""
        if self.recorded.conditions is None:
            raise MatebitError(
                f"{self.source} does not say which condition it was trained on, so none can be made of a "
                f"picture: name its kind (--kind, or matebit.load(path, kind=...)): {', '.join(CONDITIONS)}"
            )
        return self.recorded.conditions

    @property
    def labels(self) -> LabelSet:
        """The labels of the maps that its condition is made of, if it is made of one."""
        known = labels_of_channels(self.conditions, self.config.require_condition_channels())
        return in_own_colours(known, self.recorded.coding.colours)

    @property
    def maps(self) -> Maps:
        """How files of such maps are read."""
        return Maps(self.labels, self.recorded.coding)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.generator.parameters()).device

    def to(self, device: torch.device | str) -> Self:
        """Move the weights."""
        self.generator.to(device)
        return self

    @classmethod
    def from_pretrained(cls, name: Path | str, *, revision: str | None = None, **options: Any) -> Translator:
        """`load` as the field calls it: a folder, or OWNER/NAME on a Hugging Face Hub.

        `revision`: a branch, tag or commit there. `options`: those of `load`.
        """
        if Path(name).exists():
            return load(name, **options)
        at = f"@{revision}" if revision else ""
        return load(f"{SCHEME}{str(name).removeprefix(SCHEME)}{at}", **options)

    def save_pretrained(self, folder: Path | str) -> Path:
        """Write weights (safetensors, the configuration inside) and `config.json` to a folder; returns it."""
        folder = Path(folder)
        save_generator(folder / MODEL_FILE, self.generator, self.config, self.recorded.as_extra())
        write_config(folder / MODEL_FILE)
        return folder

    @cached_property
    def face_aligner(self) -> FaceAligner:
        """What brings faces to the frame of CelebA-HQ. A `MatebitError` where its network's parts lack."""
        # Here, because it brings along what takes seconds to load.
        from matebit.translate.faces import open_face_aligner

        return open_face_aligner()

    def side(self, size: int | None = None) -> int:
        """Side in px of what the network is given: `size`, or that of its training. Refuses misfits."""
        step = self.config.size_step
        if size is None:
            return self.config.crop_size
        if size % step or not 2 * step <= size <= LARGEST:
            raise MatebitError(
                f"size {size} does not fit this network: take a multiple of {step}, {2 * step} to {LARGEST}"
            )
        return size

    def translate(
        self,
        photo: Picture,
        exemplar: Picture,
        *,
        size: int | None = None,
        fit: Fit = "pad",
        masks: Path | None = None,
        exemplar_masks: Path | None = None,
        align: bool = False,
        enlarge: int = 1,
    ) -> Image.Image:
        """The photo in the style of the exemplar; Pillow images, arrays or paths in, a Pillow image out.

        `size`: side in px of the square that the network sees, by default that of its training. `fit`:
        `pad` keeps the whole photo and its shape, `crop` takes its middle square. `masks`: the photo's
        parts or label map, for checkpoints of face_edges, parsing and labels; `exemplar_masks`: the
        exemplar's, where the network reads its condition too. `align`: its face alone, brought to the frame
        of CelebA-HQ, see `face_aligner`. `enlarge`: the result so many times as large, its colours laid
        along the photo's lines. What lies far from the checkpoint's training is said in the log.
        """
        checked_factor(enlarge)
        name = photo if isinstance(photo, (str, Path)) else "the photo"
        pixels, side = pixels_of(photo), self.side(size)
        alignment = self.face_aligner.align(pixels, str(name)) if align else None
        framed = structure.of_photo(
            pixels, self.conditions, side, fit, str(name), masks, self.maps, alignment
        )
        other = exemplar if isinstance(exemplar, (str, Path)) else "the exemplar"
        shown = self.exemplar(pixels_of(exemplar), side, framed.frame.fit, str(other), exemplar_masks)
        for said in self.far(framed, shown, str(name), str(other)):
            logger.warning("%s", said)
        found = self.examine(framed, shown)
        return Image.fromarray(enlarged(found.image, framed, enlarge))

    @torch.inference_mode()
    def examine(self, framed: Framed, exemplar: Exemplar | np.ndarray) -> Translated:
        """Translate a framed condition with an exemplar, uint8 (H,W,3), and tell what was matched."""
        frame = framed.frame
        if isinstance(exemplar, np.ndarray):
            exemplar = self.exemplar(exemplar, frame.size, frame.fit)
        shown, own = exemplar.pixels, exemplar.condition
        found = self.generator(
            raw.condition_to_network(self._tensor(framed.condition)),
            raw.image_to_network(self._tensor(shown.transpose(2, 0, 1))),
            None if own is None else raw.condition_to_network(self._tensor(own)),
            matches=True,
        )
        matched = None
        if found.warped:
            matched = Matched(
                warped=_pixels(found.warped[-1]),
                confidence=_numbers(found.confidence[-1])[0],
                argmax=_numbers(found.matches[-1].argmax),
                soft=_numbers(found.matches[-1].soft),
            )
        return Translated(_pixels(found.image), frame, framed.condition, shown, matched)

    def exemplar(
        self,
        pixels: np.ndarray,
        size: int,
        fit: Fit,
        name: str = "the exemplar",
        masks: Path | None = None,
    ) -> Exemplar:
        """An exemplar, uint8 (H,W,3), as the network sees it at `size` px; `masks`: as of a photo.

        Raises `MatebitError` where the network reads its condition, which needs masks, and there are none.
        """
        frame = frame_of(pixels, size, fit)
        own = None
        if self.config.condition_in_exemplar:
            maps, option = self.maps, "--exemplar-masks"
            own = structure.of_photo(
                pixels, self.conditions, size, fit, name, masks, maps, option=option
            ).condition
        return Exemplar(frame.place(pixels, Image.Resampling.BICUBIC), own)

    @cached_property
    def _distances(self) -> Distances | None:
        return None if self.recorded.seen is None else Distances(self.recorded.seen)

    def far(self, framed: Framed, exemplar: Exemplar, photo: str, other: str) -> list[str]:
        """Sentences about what lies far from the training: the condition, the exemplar, both or neither.

        `photo`, `other`: what the sentences call them.
        """
        return [said for said in (self.far_photo(framed, photo), self.far_exemplar(exemplar, other)) if said]

    def far_photo(self, framed: Framed, name: str) -> str | None:
        """A sentence where the condition lies far from what the checkpoint was trained on."""
        if self._distances is None:
            return None
        view = condition_view(framed.condition, self.conditions.kind, self.labels.palette)
        what = "lines" if CONDITIONS[self.conditions.kind].lines else self.conditions.kind.replace("_", " ")
        return self._distances.of_condition(view, f"the {what} of {name}")

    def far_exemplar(self, exemplar: Exemplar, name: str) -> str | None:
        """A sentence where the exemplar lies far from those of the training."""
        if self._distances is None:
            return None
        return self._distances.of_exemplar(exemplar.pixels, f"{name} as an exemplar")

    def _tensor(self, pixels: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(pixels))[None].to(self.device)


def _pixels(images: torch.Tensor) -> np.ndarray:
    """The first of (B,3,H,W) in [-1,1] as uint8 (H,W,3)."""
    return raw.image_from_network(images)[0].permute(1, 2, 0).cpu().numpy()


def _numbers(values: torch.Tensor) -> np.ndarray:
    """The first of a batch as float32."""
    return values[0].float().cpu().numpy()


def _file_of(path: Path | str | None) -> Path:
    """The checkpoint file that `load` was given the name of."""
    if path is None:
        return shipped_checkpoint()
    if isinstance(path, str) and path.startswith(SCHEME):
        return fetch_model(path) / MODEL_FILE
    return Path(path) / MODEL_FILE if Path(path).is_dir() else Path(path)


def load(
    path: Path | str | None = None, *, resize_position: bool | None = None, kind: str | None = None
) -> Translator:
    """The translator of a checkpoint, in evaluation mode, on the CPU.

    `path`: a file, a folder of `save_pretrained` or `matebit pull`, `hf://OWNER/NAME` or
    `hf://OWNER/NAME@REVISION` on a Hugging Face Hub; without one it is the checkpoint that comes with the
    program. `resize_position` overrides what the checkpoint says about running at another size. `kind`: the
    kind of its condition, for a checkpoint that does not say (an imported one). Raises `MatebitError`.
    """
    source = str(path) if path is not None else str(shipped_checkpoint())
    path = _file_of(path)
    generator, extra = load_with_metadata(path, resize_position=resize_position)
    recorded = recorded_in(path, extra, kind, generator.config.require_condition_channels())
    return Translator(generator, recorded, source)
