"""BiSeNet (Yu et al., ECCV 2018) with a ResNet-18, under the key names of the published face parsers."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.models import resnet18


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
