"""A face's parsing map by the BiSeNet that facexlib and others publish."""

from __future__ import annotations

import numpy as np
import torch

from matebit.config.extractors import ExtractorsConfig
from matebit.contracts.faces import LABELS, parsing_of_labels
from matebit.contracts.parsing import Parsing
from matebit.contracts.structure import Record
from matebit.data.extractors.bisenet_network import BiSeNet
from matebit.data.extractors.state import extracting, load_weights
from matebit.io.files import sha256_of_file
from matebit.io.images import BrokenImage
from matebit.weights.location import required

WEIGHTS = "parsing_bisenet.pth"

# The network numbers the labels in an order of its own.
NETWORK_LABELS = (
    "background", "skin", "l_brow", "r_brow", "l_eye", "r_eye", "eye_g", "l_ear", "r_ear", "ear_r",
    "nose", "mouth", "u_lip", "l_lip", "neck", "neck_l", "cloth", "hair", "hat",
)  # fmt: skip
_OURS = np.array([LABELS.index(name) for name in NETWORK_LABELS], dtype=np.uint8)
_MEAN, _SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet, as it was trained


class FaceParser:
    """The most likely label of every pixel."""

    side = 512

    def __init__(self, config: ExtractorsConfig) -> None:
        path = required("face-parsing", "conditions.extractors.parsing: bisenet")
        self._config = config
        self._network = BiSeNet(len(LABELS))
        load_weights(self._network, path)
        self.record = Record(
            "parsing", "bisenet", f"torch {torch.__version__}", WEIGHTS, sha256_of_file(path),
            "MIT (facexlib); trained on CelebAMask-HQ, for non-commercial research",
        )  # fmt: skip

    def __call__(self, image: np.ndarray, origin: str) -> Parsing:
        """Labels and parts at the image's size. Raises `BrokenImage` where there is hardly any skin."""
        picture = (torch.from_numpy(image.copy()).float() / 255 - torch.tensor(_MEAN)) / torch.tensor(_SPREAD)
        with extracting():
            scores = self._network(picture.permute(2, 0, 1)[None])
        labels = _OURS[scores[0].argmax(dim=0).numpy()]
        share = float((labels == LABELS.index("skin")).mean())
        if share < self._config.min_face_share:
            raise BrokenImage(
                f"{origin} shows no face (skin on {share:.1%} of it, conditions.extractors.min_face_share: "
                f"{self._config.min_face_share}); remove it or add its label map"
            )
        return parsing_of_labels(labels)
