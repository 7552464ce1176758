"""Label maps in colours, and those of exemplars, for a checkpoint that was trained on such maps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import matebit
from matebit.cli.app import app
from matebit.config.data import ConditionsConfig
from matebit.config.model import ModelConfig
from matebit.config.sources import FolderConfig
from matebit.errors import MatebitError
from matebit.io.images import read_rgb, write_png
from matebit.model.build import build_generator
from matebit.model.checkpoint import save_generator
from matebit.translate.structure import of_file

COLOURS = [[0, 0, 222], [255, 159, 0], [32, 255, 224]]
SIDE = 32
LABELS = np.repeat(np.repeat(np.arange(16, dtype=np.uint8).reshape(4, 4) % 3, 8, axis=0), 8, axis=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """model.safetensors, trained on maps side by side; photo.png, e.png and maps in several forms."""
    root = tmp_path_factory.mktemp("maps")
    coding = FolderConfig(side_by_side="picture_left", colours=COLOURS, unclear_share=0.4).coding
    config = ModelConfig(
        ngf=4, ndf=4, num_d=1, blocks=1, token_stride=4, crop_size=SIDE, style_gain=4.0, init_gain=0.3,
        condition_channels=3, condition_in_exemplar=True,
    )  # fmt: skip
    extra = {
        "conditions": ConditionsConfig(kind="labels", classes=3).model_dump(mode="json"),
        "label_maps": coding.model_dump(mode="json", exclude_defaults=True),
    }
    save_generator(root / "model.safetensors", build_generator(config), config, extra)
    for number, name in enumerate(("photo", "e")):
        pixels = np.random.default_rng(number).integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)
        write_png(root / f"{name}.png", pixels)
    coloured = np.array(COLOURS, dtype=np.uint8)[LABELS]
    Image.fromarray(coloured).save(root / "coloured.png")
    Image.fromarray(coloured).resize((256, 256), Image.Resampling.NEAREST).save(
        root / "large.jpg", quality=85
    )
    write_png(root / "indexed.png", LABELS, [value for colour in COLOURS for value in colour])
    (root / "of_exemplars").mkdir()
    Image.fromarray(coloured[:, ::-1]).save(root / "of_exemplars/e.png")
    return root


def test_every_form_gives_the_same_condition(folder: Path) -> None:
    translator = matebit.load(folder / "model.safetensors")
    assert translator.labels.palette[:9] == tuple(np.ravel(COLOURS))
    for name in ("coloured.png", "large.jpg", "indexed.png"):
        framed = of_file(folder / name, translator.conditions, SIDE, "pad", translator.maps)
        np.testing.assert_array_equal(framed.condition.argmax(axis=0), LABELS, err_msg=name)


def run(folder: Path, *words: str | Path) -> bytes:
    """The picture that the command writes; its errors are raised."""
    out = folder / "out.png"
    out.unlink(missing_ok=True)
    asked = (
        "--checkpoint",
        folder / "model.safetensors",
        "--exemplar",
        folder / "e.png",
        "--out",
        out,
        *words,
    )
    result = CliRunner().invoke(app, ["translate", *map(str, asked)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return out.read_bytes()


def test_maps_of_photo_and_exemplar(folder: Path) -> None:
    photo = ("--photo", folder / "photo.png", "--masks", folder / "large.jpg")
    other = run(folder, *photo, "--exemplar-masks", folder / "coloured.png")
    by_file = run(folder, *photo, "--exemplar-masks", folder / "of_exemplars/e.png")
    drawn = run(folder, "--condition", folder / "coloured.png", "--exemplar-masks", folder / "of_exemplars")
    by_folder = run(folder, *photo, "--exemplar-masks", folder / "of_exemplars")
    assert by_folder == by_file == drawn != other
    translator = matebit.load(folder / "model.safetensors")
    picture = translator.translate(
        folder / "photo.png",
        folder / "e.png",
        masks=folder / "large.jpg",
        exemplar_masks=folder / "of_exemplars",
    )
    np.testing.assert_array_equal(np.asarray(picture), read_rgb(folder / "out.png"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--exemplar-masks"),
        (("--exemplar-masks", "none"), "does not exist"),
        (("--exemplar-masks", "e.png"), r"e\.png have no colour of data\.folder\.colours"),
    ],
    ids=["lacking", "absent", "colours"],
)
def test_what_lacks_is_said(folder: Path, words: tuple[str, ...], said: str) -> None:
    given = [word if word.startswith("-") else folder / word for word in words]
    with pytest.raises(MatebitError, match=said) as caught:
        run(folder, "--condition", folder / "coloured.png", *given)
    assert "\n" not in str(caught.value)
    assert not (folder / "out.png").exists()
