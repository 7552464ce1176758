"""A face's parsing map by the BiSeNet that facexlib and others publish."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.models import resnet18

from matebit.config.conditions import ExtractorsConfig
from matebit.contracts.faces import LABELS, parsing_of_labels
from matebit.contracts.parsing import Parsing
from matebit.contracts.structure import Record
from matebit.data.extractors.state import extracting, load_weights
from matebit.io.files import sha256_of_file
from matebit.io.images import BrokenImage
from matebit.weights.location import required


class ConvBNReLU(nn.Module):
    """Convolution, batch norm, ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(B,inputs,H,W) to (B,outputs,H,W)."""
        return F.relu(self.bn(self.conv(x)))


class Output(nn.Module):
    """From features to the scores of the labels."""

    def __init__(self, inputs: int, middle: int, labels: int) -> None:
        super().__init__()
        self.conv = ConvBNReLU(inputs, middle, 3)
        self.conv_out = nn.Conv2d(middle, labels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B,inputs,H,W) to (B,labels,H,W)."""
        return self.conv_out(self.conv(x))


class AttentionRefinement(nn.Module):
    """Channels weighted by their mean over the picture."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = ConvBNReLU(inputs, outputs, 3)
        self.conv_atten = nn.Conv2d(outputs, outputs, 1, bias=False)
        self.bn_atten = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(B,inputs,H,W) to (B,outputs,H,W)."""
        x = self.conv(x)
        return x * torch.sigmoid(self.bn_atten(self.conv_atten(F.adaptive_avg_pool2d(x, 1))))


class ContextPath(nn.Module):
    """The ResNet's features at 1/8, and its deeper ones brought up to that."""

    def __init__(self) -> None:
        super().__init__()
        self.resnet = resnet18(weights=None)
        del self.resnet.fc
        self.arm16 = AttentionRefinement(256, 128)
        self.arm32 = AttentionRefinement(512, 128)
        self.conv_head32 = ConvBNReLU(128, 128, 3)
        self.conv_head16 = ConvBNReLU(128, 128, 3)
        self.conv_avg = ConvBNReLU(512, 128, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B,3,H,W) to two of (B,128,H/8,W/8)."""
        net = self.resnet
        x = net.maxpool(F.relu(net.bn1(net.conv1(x))))
        eighth = net.layer2(net.layer1(x))
        sixteenth = net.layer3(eighth)
        deepest = net.layer4(sixteenth)
        deep = self.arm32(deepest) + self.conv_avg(F.adaptive_avg_pool2d(deepest, 1))
        deep = self.conv_head32(F.interpolate(deep, sixteenth.shape[2:]))
        middle = self.arm16(sixteenth) + deep
        return eighth, self.conv_head16(F.interpolate(middle, eighth.shape[2:]))


class FeatureFusion(nn.Module):
    """Both features together, channels weighted by their mean over the picture."""

    def __init__(self) -> None:
        super().__init__()
        self.convblk = ConvBNReLU(256, 256, 1)
        self.conv1 = nn.Conv2d(256, 64, 1, bias=False)
        self.conv2 = nn.Conv2d(64, 256, 1, bias=False)

    def forward(self, spatial: Tensor, context: Tensor) -> Tensor:
        """Two of (B,128,H,W) to (B,256,H,W)."""
        x = self.convblk(torch.cat([spatial, context], dim=1))
        weights = F.relu(self.conv1(F.adaptive_avg_pool2d(x, 1)))
        return x + x * torch.sigmoid(self.conv2(weights))


class BiSeNet(nn.Module):
    """Scores of the labels of every pixel."""

    def __init__(self, labels: int) -> None:
        super().__init__()
        self.cp = ContextPath()
        self.ffm = FeatureFusion()
        self.conv_out = Output(256, 256, labels)
        # Of use in training alone; the files hold them.
        self.conv_out16 = Output(128, 64, labels)
        self.conv_out32 = Output(128, 64, labels)

    def forward(self, x: Tensor) -> Tensor:
        """(B,3,H,W), scaled as for ImageNet, to (B,labels,H,W)."""
        scores = self.conv_out(self.ffm(*self.cp(x)))
        return F.interpolate(scores, x.shape[2:], mode="bilinear", align_corners=True)


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
