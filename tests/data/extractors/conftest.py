"""A folder of weight files of the published form with random values."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torchvision.models.detection import keypointrcnn_resnet50_fpn

from matebit.data.extractors import bisenet, keypoint_rcnn
from matebit.data.extractors.bisenet import BiSeNet


@pytest.fixture(scope="session")
def weight_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        torch.save(BiSeNet(19).state_dict(), folder / bisenet.WEIGHTS)
        joints = keypointrcnn_resnet50_fpn(weights=None, weights_backbone=None)
        torch.save(joints.state_dict(), folder / keypoint_rcnn.WEIGHTS)
    return folder


@pytest.fixture
def weights(weight_files: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MATEBIT_WEIGHTS", str(weight_files))
    return weight_files
