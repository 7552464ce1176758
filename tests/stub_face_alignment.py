"""The interface of face-alignment 1.5.0 that is used here, with answers of the test's choice."""

from __future__ import annotations

import sys
from enum import IntEnum
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from torch import nn

from matebit.data.extractors import face_alignment


class FAN(nn.Module):
    def __init__(self, num_modules: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 7)
        self.num_modules = num_modules


class LandmarksType(IntEnum):
    TWO_D = 1


class FaceAlignment:
    """`found` holds a box (left, top, right, bottom) and points (68,2) in px for each face."""

    found: ClassVar[list[tuple[tuple[float, ...], np.ndarray]]] = []
    seen: ClassVar[list[tuple[int, ...]]] = []

    def __init__(
        self,
        landmarks_type: LandmarksType,
        network_size: int = 4,
        device: str = "cuda",
        dtype: torch.dtype = torch.float32,
        flip_input: bool = True,
        face_detector: str = "sfd",
        face_detector_kwargs: dict[str, Any] | None = None,
        compile: bool = True,
    ) -> None:
        assert (landmarks_type, device, face_detector, compile) == (LandmarksType.TWO_D, "cpu", "sfd", False)
        torch.load((face_detector_kwargs or {})["path_to_detector"], weights_only=True)
        self.face_alignment_net = self._load_native(f"2DFAN-{network_size}", network_size, device, dtype)

    def _load_native(self, *which: Any) -> nn.Module:
        raise AssertionError("the library would download its network")

    def get_landmarks_from_image(
        self, image: np.ndarray, detected_faces: None = None, return_bboxes: bool = False
    ) -> tuple[list[np.ndarray] | None, None, list[np.ndarray] | None]:
        self.seen.append(image.shape)
        assert return_bboxes
        if not self.found:
            return None, None, None
        boxes, points = zip(*self.found, strict=True)
        return list(points), None, [np.array([*box, 0.9]) for box in boxes]


def install(monkeypatch: pytest.MonkeyPatch, version: str = "1.5.0") -> type[FaceAlignment]:
    """Put the stub in the place of the library; returns its class of finders, which finds nothing yet."""
    module = ModuleType("face_alignment")
    module.__spec__ = ModuleSpec("face_alignment", None)  # as of an installed package
    module.__version__ = version  # type: ignore[attr-defined]
    finder = type("FaceAlignment", (FaceAlignment,), {"found": [], "seen": []})
    module.FaceAlignment, module.LandmarksType = finder, LandmarksType  # type: ignore[attr-defined]
    module.models = ModuleType("face_alignment.models")  # type: ignore[attr-defined]
    module.models.FAN = FAN  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "face_alignment", module)
    return finder


def weights_below(base: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of weights that the program uses from now on, with files of the stub's form."""
    folder = base / "weights"
    folder.mkdir()
    monkeypatch.setenv("MATEBIT_WEIGHTS", str(folder))
    write_weights(folder)
    return folder


def write_weights(folder: Path) -> None:
    """Files of the stub's form under the names of the published ones."""
    torch.save(FAN(4).state_dict(), folder / face_alignment.NETWORK)
    torch.save({"conv1_1.weight": torch.zeros(1)}, folder / face_alignment.DETECTOR)
