"""The networks that read translated images, and the files that hold them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn.functional import interpolate, max_pool2d, pad, pixel_shuffle, pixel_unshuffle

from matebit.contracts.bodies import BodyPose
from matebit.errors import MatebitError
from matebit.io.files import sha256_of_file, write_bytes

_MULTIPLE = 8  # of the sides inside: groups of two, halved twice


def _convolutions(inputs: int, outputs: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels in (inputs, outputs):
        layers += [nn.Conv2d(channels, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
    return nn.Sequential(*layers)


class Segmenter(nn.Module):
    """Scores of `labels` labels at each pixel, by `width` channels and twice and four times as many below.

    With a joint for each label, scores of where that joint is.
    """

    def __init__(self, labels: int, width: int) -> None:
        super().__init__()
        self.fine = _convolutions(12, width)
        self.middle = _convolutions(width, 2 * width)
        self.coarse = _convolutions(2 * width, 4 * width)
        self.up_middle = _convolutions(6 * width, 2 * width)
        self.up_fine = _convolutions(3 * width, width)
        self.scores = nn.Conv2d(width, 4 * labels, 1)

    def forward(self, images: Tensor) -> Tensor:
        """(B,labels,H,W) from images (B,3,H,W) in [-1,1] of any size."""
        height, width = images.shape[2:]
        added = (0, -width % _MULTIPLE, 0, -height % _MULTIPLE)
        fine = self.fine(pixel_unshuffle(pad(images, added, mode="replicate"), 2))
        middle = self.middle(max_pool2d(fine, 2))
        coarse = self.coarse(max_pool2d(middle, 2))
        middle = self.up_middle(torch.cat([interpolate(coarse, scale_factor=2.0), middle], dim=1))
        fine = self.up_fine(torch.cat([interpolate(middle, scale_factor=2.0), fine], dim=1))
        return pixel_shuffle(self.scores(fine), 2)[:, :, :height, :width]


MODEL, JOINTS_MODEL, SUMMARY = "model.safetensors", "joints.safetensors", "summary.json"
_METADATA = "segmenter"


def save_segmenter(path: Path, network: Segmenter, labels: int, width: int) -> None:
    """Write the network with its shape, atomically, the same bytes each time."""
    tensors = {name: value.contiguous() for name, value in network.state_dict().items()}
    shape = json.dumps({"labels": labels, "width": width}, sort_keys=True)
    write_bytes(path, save(tensors, {_METADATA: shape}))


def load_segmenter(path: Path) -> Segmenter:
    """The network, ready for use. Raises `MatebitError` where the file is absent or broken."""
    try:
        with safe_open(path, "pt") as file:
            shape = json.loads(file.metadata()[_METADATA])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        network = Segmenter(shape["labels"], shape["width"])
        network.load_state_dict(tensors)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise MatebitError(f"{path} cannot be read ({error}); run `matebit segmenter` again") from error
    return network.eval().requires_grad_(False)


def _scores(network: Segmenter, image: np.ndarray) -> Tensor:
    """(labels,H,W) for an image (H,W,3) uint8; one at a time: another batch may round otherwise."""
    pixels = torch.from_numpy(image.transpose(2, 0, 1).copy())[None] / 127.5 - 1
    with torch.inference_mode():
        return network(pixels)[0]


@dataclass(frozen=True)
class TrainedParser:
    """Parses by a segmenter; `label` names it, its weights and how well it parses."""

    network: Segmenter
    label: str

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Labels (H,W) uint8 of an image (H,W,3) uint8."""
        return _scores(self.network, image).argmax(dim=0).to(torch.uint8).numpy()


def trained_parser(folder: Path, held_out_miou: float) -> TrainedParser:
    """The parser of the folder in which the stage has trained one."""
    path = folder / MODEL
    label = f"segmenter, held-out mIoU {held_out_miou:.3f}, weights sha256 {sha256_of_file(path)[:12]}"
    return TrainedParser(load_segmenter(path), label)


@dataclass(frozen=True)
class TrainedJointFinder:
    """Says of every joint where it is most likely; `label` names the network and how well it finds joints."""

    network: Segmenter
    label: str

    def __call__(self, image: np.ndarray, origin: str) -> BodyPose:
        """The joints of an image (H,W,3) uint8 in px, at the middles of pixels; all count as present."""
        scores = _scores(self.network, image)
        height, width = scores.shape[1:]
        places = scores.flatten(1).argmax(dim=1).numpy()
        points = np.stack([places % width, places // width], axis=1) + 0.5
        return BodyPose(points, np.ones(len(points), dtype=bool), (width, height))


def trained_joint_finder(folder: Path, found: float) -> TrainedJointFinder:
    """The finder of the folder in which the stage has trained one; `found`: see `held_out_joints`."""
    path = folder / JOINTS_MODEL
    label = f"joint finder, {found:.3f} of held-out joints, weights sha256 {sha256_of_file(path)[:12]}"
    return TrainedJointFinder(load_segmenter(path), label)
