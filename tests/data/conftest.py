"""Small datasets: bundled portraits, and a made-up folder in the layout of CelebAMask-HQ."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_sets import FEW_PORTRAITS, Sections, portrait_sections, run_all

from matebit.config.sources import PortraitsConfig
from matebit.contracts.faces import LABELS
from matebit.drawn.portraits.drawing import geometry, render
from matebit.drawn.portraits.sets import portrait_set
from matebit.pipeline.layout import Layout


@pytest.fixture(scope="session")
def portraits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sections, Layout]:
    """The stages' results for a few bundled portraits; not to be changed."""
    params, layout = portrait_sections(), Layout("portraits", tmp_path_factory.mktemp("portraits"))
    run_all(params, layout)
    return params, layout


@pytest.fixture(scope="session")
def _drawn() -> list[tuple[np.ndarray, np.ndarray]]:
    specs = portrait_set(PortraitsConfig(**FEW_PORTRAITS), 5)
    return [(render(spec.shape, spec.style, 64).image, geometry(spec.shape, 32).labels) for spec in specs[:6]]


@pytest.fixture
def celeba(tmp_path: Path, _drawn: list) -> Path:
    """Six images, 1996 to 2001, with part masks of half their size; the last two are for test."""
    root = tmp_path / "celeba"
    (root / "CelebA-HQ-img").mkdir(parents=True)
    for number, (image, labels) in enumerate(_drawn, start=1996):
        Image.fromarray(image).save(root / f"CelebA-HQ-img/{number}.jpg", quality=95)
        folder = root / "CelebAMask-HQ-mask-anno" / str(number // 2000)
        folder.mkdir(parents=True, exist_ok=True)
        for label in np.unique(labels[labels > 0]):
            mask = np.repeat(((labels == label) * 255).astype(np.uint8)[..., None], 3, axis=2)
            Image.fromarray(mask).save(folder / f"{number:05d}_{LABELS[label]}.png")
    (root / "val.txt").write_text("2000\nCelebA-HQ-img\\2001.jpg")
    return root
