"""A body's joints by torchvision's keypoint R-CNN, in the order of OpenPose."""

from __future__ import annotations

import numpy as np
import torch
import torchvision
from torchvision.models.detection import keypointrcnn_resnet50_fpn

from matebit.config.conditions import ExtractorsConfig
from matebit.contracts.bodies import JOINTS, BodyPose
from matebit.contracts.structure import Record
from matebit.data.extractors.state import extracting, load_weights
from matebit.io.files import sha256_of_file
from matebit.io.images import BrokenImage
from matebit.weights.location import required

WEIGHTS = "keypointrcnn_resnet50_fpn_coco-fc266e95.pth"

# The 17 joints of COCO, in its order.
COCO_JOINTS = (
    "nose", "l_eye", "r_eye", "l_ear", "r_ear", "l_shoulder", "r_shoulder", "l_elbow", "r_elbow",
    "l_wrist", "r_wrist", "l_hip", "r_hip", "l_knee", "r_knee", "l_ankle", "r_ankle",
)  # fmt: skip
_SHOULDERS = ("l_shoulder", "r_shoulder")


def openpose_joints(points: np.ndarray, present: np.ndarray, size: tuple[int, int]) -> BodyPose:
    """COCO's joints (17,2) as OpenPose-18: the neck, which COCO lacks, is midway between the shoulders."""
    coco = [COCO_JOINTS.index(name) if name in COCO_JOINTS else 0 for name in JOINTS]
    places, there = points[coco].astype(np.float64), present[coco].copy()
    neck, shoulders = JOINTS.index("neck"), [COCO_JOINTS.index(name) for name in _SHOULDERS]
    places[neck], there[neck] = points[shoulders].mean(axis=0), present[shoulders].all()
    return BodyPose(places, there, size)


class JointFinder:
    """The person that the network is surest of."""

    side = None

    def __init__(self, config: ExtractorsConfig) -> None:
        path = required("keypoint-rcnn", "conditions.extractors.pose: keypoint_rcnn")
        self._config = config
        self._network = keypointrcnn_resnet50_fpn(weights=None, weights_backbone=None)
        load_weights(self._network, path)
        self.record = Record(
            "pose", "keypoint_rcnn", f"torchvision {torchvision.__version__}", WEIGHTS,
            sha256_of_file(path), "BSD-3-Clause; trained on COCO",
        )  # fmt: skip

    def __call__(self, image: np.ndarray, origin: str) -> BodyPose:
        """The joints in px of the image. Raises `BrokenImage` where nobody is found."""
        picture = torch.from_numpy(image.transpose(2, 0, 1).copy()).float() / 255
        with extracting():
            [found] = self._network([picture])
        return self._surest({name: value.numpy() for name, value in found.items()}, image.shape, origin)

    def _surest(self, found: dict[str, np.ndarray], shape: tuple[int, ...], origin: str) -> BodyPose:
        scores = found["scores"]
        if not len(scores) or scores.max() < self._config.min_person_score:
            raise BrokenImage(
                f"{origin} shows no person that conditions.extractors.pose is sure of; remove it or add "
                "keypoint files"
            )
        person = int(scores.argmax())
        present = found["keypoints_scores"][person] >= self._config.min_joint_score
        if not present.any():
            raise BrokenImage(f"{origin} shows a person without a joint that is sure; remove it")
        return openpose_joints(found["keypoints"][person, :, :2], present, (shape[1], shape[0]))
