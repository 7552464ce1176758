"""HED edges with a weight file of the published form, whose values the test makes."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from small_sets import Sections, contents, sections
from torch.nn import functional as F

from matebit.config.data import ConditionsConfig
from matebit.data import extract_conditions, import_images
from matebit.data.conditions import hed
from matebit.data.conditions.hed import HED
from matebit.data.conditions.inputs import Structure
from matebit.data.conditions.lines import lines_and_distance
from matebit.data.conditions.registry import load_extractor
from matebit.errors import MatebitError
from matebit.io.files import sha256_of_file
from matebit.pipeline.layout import Layout
from matebit.weights.registry import weight_named

CONFIG = ConditionsConfig(kind="hed")
# Of the published file: the stage's convolutions, from 3 channels on.
WIDTHS = ((64, 64), (128, 128), (256,) * 3, (512,) * 3, (512,) * 3)


def published_form(seed: int = 0) -> dict[str, torch.Tensor]:
    """Tensors under the names and with the shapes of `ControlNetHED.pth`, in half precision as there."""
    generator = torch.Generator().manual_seed(seed)
    tensors, inputs = {"norm": torch.tensor([122.0, 117.0, 104.0]).reshape(1, 3, 1, 1)}, 3
    for block, widths in enumerate(WIDTHS, start=1):
        for number, outputs in enumerate(widths):
            name = f"block{block}.convs.{number}"
            spread = (2 / (9 * inputs)) ** 0.5
            tensors[f"{name}.weight"] = torch.randn(outputs, inputs, 3, 3, generator=generator) * spread
            tensors[f"{name}.bias"] = torch.randn(outputs, generator=generator) * 0.1
            inputs = outputs
        tensors[f"block{block}.projection.weight"] = torch.randn(1, inputs, 1, 1, generator=generator) * 0.003
        tensors[f"block{block}.projection.bias"] = torch.zeros(1)
    return {name: tensor.half() for name, tensor in tensors.items()}


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "weights" / hed.WEIGHTS
    path.parent.mkdir()
    monkeypatch.setenv("MATEBIT_WEIGHTS", str(path.parent))
    torch.save(published_form(), path)
    return path


def photo(size: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    return cv2.GaussianBlur(rng.integers(0, 256, (size, size, 3)).astype(np.uint8), (0, 0), 3)


def described(image: np.ndarray, tensors: dict[str, torch.Tensor]) -> np.ndarray:
    """The network step by step from its tensors, resized by another library, edges in [0,1]."""
    tensors = {name: tensor.float() for name, tensor in tensors.items()}
    x = torch.from_numpy(image.astype(np.float32)).permute(2, 0, 1)[None] - tensors["norm"]
    sides = []
    for block, widths in enumerate(WIDTHS, start=1):
        if block > 1:
            x = F.max_pool2d(x, kernel_size=2, stride=2)
        for number in range(len(widths)):
            name = f"block{block}.convs.{number}"
            x = F.conv2d(x, tensors[f"{name}.weight"], tensors[f"{name}.bias"], padding=1).clamp_min(0)
        name = f"block{block}.projection"
        side = F.conv2d(x, tensors[f"{name}.weight"], tensors[f"{name}.bias"])[0, 0].numpy()
        sides.append(cv2.resize(side, image.shape[1::-1], interpolation=cv2.INTER_LINEAR))
    return 1 / (1 + np.exp(-np.mean(sides, axis=0, dtype=np.float64)))


def test_a_file_of_the_published_form_gives_the_edges_described(weights: Path) -> None:
    image = photo(48)
    lines, distance = load_extractor(CONFIG)(Structure("x", image), CONFIG)
    expected = described(image, published_form())
    assert expected.std() > 0.02, "these values see something"
    np.testing.assert_allclose(lines, expected * 255, atol=0.51)
    np.testing.assert_array_equal(distance, lines_and_distance(lines, CONFIG.distance_reach)[1])


def test_threads_are_given_back(weights: Path) -> None:
    torch.set_num_threads(2)
    load_extractor(CONFIG)(Structure("x", photo(16)), CONFIG)
    assert torch.get_num_threads() == 2


def plain_set(root: Path) -> Sections:
    root.mkdir()
    for name in "ab":
        Image.fromarray(photo(40)).save(root / f"{name}.png")
    return sections({"source": "folder", "root": str(root), "folder": {"test_items": "b"}}, kind="hed")


def test_stage_writes_two_channels_and_records_the_network(weights: Path, tmp_path: Path) -> None:
    params, layout = plain_set(tmp_path / "set"), Layout("x", tmp_path)
    import_images.run(params, layout)
    extract_conditions.run(params, layout)
    with Image.open(layout.conditions / "condition/b.png") as stacked:
        assert stacked.size == (32, 64)
    [row] = pd.read_csv(layout.conditions / "extractors.csv").itertuples()
    assert (row.finds, row.extractor, row.weights) == ("edges", "hed", hed.WEIGHTS)
    assert row.weights_sha256 == sha256_of_file(weights)
    before = contents(layout.conditions)
    extract_conditions.run(params, layout)
    assert contents(layout.conditions) == before


def test_absent_and_unfit_weights_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weights: Path
) -> None:
    params, layout = plain_set(tmp_path / "set"), Layout("x", tmp_path)
    import_images.run(params, layout)
    folder = tmp_path / "others"
    folder.mkdir()
    monkeypatch.setenv("MATEBIT_WEIGHTS", str(folder))
    tensors = published_form()
    spoilt = {
        "cannot be read as network weights": b"<html>quota exceeded</html>",
        "1 keys absent, 0 unknown": {key: value for key, value in tensors.items() if key != "norm"},
        "0 keys absent, 1 unknown": tensors | {"block6.projection.bias": torch.zeros(1)},
        "1 of another shape; the first: block1.projection.bias": tensors
        | {"block1.projection.bias": torch.zeros(2)},
    }
    with pytest.raises(MatebitError, match=r"conditions\.kind: hed needs .*ControlNetHED.*weights fetch hed"):
        extract_conditions.run(params, layout)
    for words, content in spoilt.items():
        if isinstance(content, bytes):
            (folder / hed.WEIGHTS).write_bytes(content)
        else:
            torch.save(content, folder / hed.WEIGHTS)
        with pytest.raises(MatebitError, match=words):
            extract_conditions.run(params, layout)


def test_the_file_holds_what_the_table_says() -> None:
    """As many bytes as the published file has, but for the names in it: 2 for a number."""
    numbers = sum(value.numel() for value in published_form().values())
    assert 0 < weight_named("hed").size - 2 * numbers < 20_000
    assert set(HED().state_dict()) == set(published_form())
