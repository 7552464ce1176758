"""What each measured value is called, which way is better, and the tables of a method's values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from matebit.io.tables import read_table

if TYPE_CHECKING:
    import pandas as pd


Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True)
class Info:
    """How a value is shown: its short title, which way is better, digits after the point."""

    title: str
    better: Better
    digits: int
    meaning: str

    @property
    def arrow(self) -> str:
        """↑, ↓ or nothing."""
        return {"higher": "↑", "lower": "↓", "neither": ""}[self.better]


_KINDS: dict[str, Info] = {
    "mae": Info("MAE", "lower", 2, "mean absolute error to the true answer, 0 to 255"),
    "ssim": Info("SSIM", "higher", 3, "structural similarity to the true answer, at most 1"),
    "psnr": Info("PSNR", "higher", 2, "peak signal-to-noise ratio to the true answer, dB"),
    "chroma": Info("Chroma", "lower", 2, "distance in a, b of CIE Lab to the true answer, a pixel"),
    "feature_distance": Info("Features", "lower", 3, "distance of perceptual features to the true answer's"),
    "lpips": Info("LPIPS", "lower", 3, "LPIPS, as published, to the true answer"),
    "semantic": Info("Semantic", "higher", 3, "deep-feature cosine to the ground truth, at most 1"),
    "texture": Info("Texture", "higher", 3, "second-level cosine to the exemplar, label by label, at most 1"),
    "colour": Info("Colour", "higher", 3, "first-level cosine to the exemplar, label by label, at most 1"),
    "edge_f1": Info("Edge F1", "higher", 3, "edges of the result against the edges asked for, 0 to 1"),
    "miou": Info("mIoU", "higher", 3, "labels parsed in the result against those of the true answer, 0 to 1"),
    "iou": Info("IoU", "higher", 3, "of one image: mean over the labels in its map or found in it"),
    "joint_pck": Info("Joints", "higher", 3, "share of the asked joints found again in the result"),
    "pck": Info("PCK", "higher", 3, "share of cells matched to the right place of the exemplar"),
    "epe": Info("EPE", "lower", 3, "mean distance of the match from the true one, in image sides"),
    "confidence": Info(
        "Conf. AUC", "higher", 3, "confidence as a detector of cells without a true match; chance: 0.5"
    ),
    "swd": Info("SWD", "lower", 1, "sliced Wasserstein distance to the real test images, x1000"),
    "diversity": Info("Diversity", "higher", 3, "perceptual distance between results of one condition"),
    "fd_lite0": Info("FD-Lite0", "lower", 2, "Fréchet distance of Lite0 features to the real test images"),
    "kid_lite0": Info(
        "KID-Lite0", "lower", 2, "kernel distance of Lite0 features to the real test images, x1000"
    ),
    "fid": Info("FID", "lower", 2, "Fréchet distance to the real test images"),
    "kid": Info("KID", "lower", 2, "kernel distance to the real test images, x1000"),
    "inception_score": Info("IS", "higher", 2, "inception score"),
    "parameters": Info("Parameters (M)", "neither", 2, "numbers of the translation network, in millions"),
    "flops": Info("GFLOP", "neither", 2, "floating-point operations of translating one image, 1e9"),
    "training_images": Info("Training images (k)", "neither", 1, "images shown in training, thousands"),
}

# The order of a table's columns; others follow by name.
ORDER = tuple(_KINDS)


def kind_of(metric: str) -> str:
    """`pck@0.1/argmax/block2` -> `pck`."""
    return metric.split("/", 1)[0].split("@", 1)[0]


def is_headline(metric: str) -> bool:
    """Whether the value stands in the comparison table; those of one block or one level do not."""
    return "/" not in metric


# What the comparison shows first, and how much of it; where a dataset lacks some, the next of `ORDER` follow.
HEADLINE = ("ssim", "chroma", "feature_distance", "texture", "miou", "pck@0.1", "epe", "fd_lite0")
_COST = ("parameters", "flops", "training_images")


def headline(metrics: Iterable[str]) -> list[str]:
    """At most eight of `metrics`, in the order of a table: those that tell most."""
    known = [metric for metric in metrics if is_headline(metric) and kind_of(metric) not in _COST]
    first = sorted(known, key=lambda m: (HEADLINE.index(m) if m in HEADLINE else len(HEADLINE), *sort_key(m)))
    return sorted(first[: len(HEADLINE)], key=sort_key)


def describe(metric: str) -> Info:
    """How the value `metric` is shown; an unknown name is shown as it is."""
    known = _KINDS.get(kind_of(metric))
    if known is None:
        return Info(metric, "neither", 3, metric)
    head, *rest = metric.split("/")
    share = head.partition("@")[2]
    title = f"{known.title}@{share}" if share else known.title
    return Info(" ".join([title, *rest]), known.better, known.digits, known.meaning)


def sort_key(metric: str) -> tuple[int, str]:
    """Sorts metrics in the order of a table."""
    kind = kind_of(metric)
    return (ORDER.index(kind) if kind in ORDER else len(ORDER), metric)


VALUES_FILE, IMAGES_FILE = "values.csv", "images.csv"
VALUE_COLUMNS = ["method", "seed", "metric", "value", "n", "features", "protocol"]
IMAGE_COLUMNS = ["method", "seed", "id", "metric", "value"]


def read_values(folder: Path) -> pd.DataFrame:
    """`values.csv` of the folder. Raises `MatebitError` where it is absent or lacks a column."""
    return read_table(folder / VALUES_FILE, VALUE_COLUMNS, numbers=["seed", "value", "n"])


def read_image_values(folder: Path) -> pd.DataFrame:
    """`images.csv` of the folder. Raises `MatebitError` where it is absent or lacks a column."""
    return read_table(folder / IMAGES_FILE, IMAGE_COLUMNS, numbers=["seed", "value"])
