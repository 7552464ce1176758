"""A checkpoint that translates pictures of any origin: `matebit.load(path).translate(photo, exemplar)`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from PIL import Image
from pydantic import ValidationError

from matebit.config.data import ConditionsConfig
from matebit.config.model import ModelConfig
from matebit.contracts.parsing import LabelSet
from matebit.data import batches as raw
from matebit.data.conditions.registry import CONDITIONS, possible_channels
from matebit.data.label_sets import labels_of_channels
from matebit.errors import MatebitError
from matebit.fetch.hub import MODEL_FILE, SCHEME, fetch_model
from matebit.io.images import read_rgb, upright_rgb
from matebit.model.checkpoint import load_with_metadata, save_generator
from matebit.model.generator import Generator
from matebit.model.translation import Translation
from matebit.translate import structure
from matebit.translate.enlarge import checked_factor, enlarged
from matebit.translate.framing import Fit, Frame, frame_of
from matebit.translate.model_files import write_config
from matebit.translate.shipped import shipped_checkpoint
from matebit.translate.structure import Framed

if TYPE_CHECKING:
    from matebit.data.align_faces import FaceAligner

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

    def __init__(self, generator: Generator, conditions: ConditionsConfig | None, source: str) -> None:
        self.generator, self._conditions, self.source = generator, conditions, source

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
        if self._conditions is None:
            raise MatebitError(
                f"{self.source} does not say which condition it was trained on, so none can be made of a "
                f"picture: name its kind (--kind, or matebit.load(path, kind=...)): {', '.join(CONDITIONS)}"
            )
        return self._conditions

    @property
    def labels(self) -> LabelSet:
        """The labels of the maps that its condition is made of, if it is made of one."""
        return labels_of_channels(self.conditions, self.config.require_condition_channels())

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
        known = {} if self._conditions is None else {"conditions": self._conditions.model_dump(mode="json")}
        save_generator(folder / MODEL_FILE, self.generator, self.config, known)
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
        align: bool = False,
        enlarge: int = 1,
    ) -> Image.Image:
        """The photo in the style of the exemplar; Pillow images, arrays or paths in, a Pillow image out.

        `size`: side in px of the square that the network sees, by default that of its training. `fit`:
        `pad` keeps the whole photo and its shape, `crop` takes its middle square. `masks`: the photo's
        parts or label map, for checkpoints of face_edges, parsing and labels. `align`: its face alone,
        brought to the frame of CelebA-HQ, see `face_aligner`. `enlarge`: the result so many times as large,
        its colours laid along the photo's lines.
        """
        checked_factor(enlarge)
        name = photo if isinstance(photo, (str, Path)) else "the photo"
        pixels, side = pixels_of(photo), self.side(size)
        alignment = self.face_aligner.align(pixels, str(name)) if align else None
        framed = structure.of_photo(
            pixels, self.conditions, side, fit, str(name), masks, self.labels, alignment
        )
        found = self.examine(framed, pixels_of(exemplar))
        return Image.fromarray(enlarged(found.image, framed, enlarge))

    @torch.inference_mode()
    def examine(self, framed: Framed, exemplar: np.ndarray) -> Translated:
        """Translate a framed condition with an exemplar, uint8 (H,W,3), and tell what was matched."""
        frame = framed.frame
        shown = frame_of(exemplar, frame.size, frame.fit).place(exemplar, Image.Resampling.BICUBIC)
        found = self.generator(
            raw.condition_to_network(self._tensor(framed.condition)),
            raw.image_to_network(self._tensor(shown.transpose(2, 0, 1))),
            self._exemplar_condition(exemplar, frame),
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

    def _tensor(self, pixels: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(pixels))[None].to(self.device)

    def _exemplar_condition(self, exemplar: np.ndarray, frame: Frame) -> torch.Tensor | None:
        if not self.config.condition_in_exemplar:
            return None
        own = structure.of_photo(exemplar, self.conditions, frame.size, frame.fit, "the exemplar")
        return raw.condition_to_network(self._tensor(own.condition))


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
    recorded = extra.get("conditions")
    if recorded is not None and kind is not None and recorded.get("kind") != kind:
        raise MatebitError(
            f"{path} was trained on the kind {recorded.get('kind')!r} of condition, not {kind!r}"
        )
    if recorded is None and kind is not None:
        recorded = {"kind": kind}
    try:
        conditions = None if recorded is None else ConditionsConfig(**recorded)
    except (ValidationError, TypeError) as error:
        raise MatebitError(
            f"the condition {recorded!r} of {path} is none that this version knows: its kinds are "
            f"{', '.join(CONDITIONS)}"
        ) from error
    expected = generator.config.require_condition_channels()
    if conditions is not None and expected not in possible_channels(conditions):
        raise MatebitError(
            f"{path} reads conditions of {expected} channels, but {conditions.kind!r} has "
            f"{' or '.join(map(str, possible_channels(conditions)))}: name another kind"
        )
    return Translator(generator, conditions, source)
