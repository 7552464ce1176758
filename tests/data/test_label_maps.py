"""Label maps as people have them: beside the picture, with pixels of no class, masks, JPEG's colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pydantic import ValidationError
from small_sets import Sections, run_all, sections
from test_folder_source import COLOURS, picture, rejected, source

from matebit.config.data import ConditionsConfig, DataConfig
from matebit.contracts.label_sets import labels_of
from matebit.contracts.parsing import CLASSES, IGNORED, Parsing
from matebit.data import extract_conditions, import_images
from matebit.data.conditions.inputs import Structure
from matebit.data.conditions.labels import one_hot_labels
from matebit.data.conditions.view import condition_view
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage
from matebit.metrics.relevance import region_cosine
from matebit.pipeline.layout import Layout

SIZE = 32
MASK = [[0, 0, 0], [255, 255, 255]]


def areas(seed: int = 0, labels: int = 3) -> np.ndarray:
    """A label map of 4 x 4 areas of 8 px."""
    drawn = np.random.default_rng(seed).integers(0, labels, (4, 4))
    return np.repeat(np.repeat(drawn, 8, axis=0), 8, axis=1).astype(np.uint8)


def side_by_side(root: Path, picture_left: bool = True, end: str = "png") -> dict[str, tuple]:
    """Files in train, val and test with a photograph and its coloured map; both halves by id."""
    halves = {}
    for number, folder in enumerate(("train", "train", "val", "test")):
        photograph = np.random.default_rng(number).integers(0, 256, (SIZE, SIZE, 3)).astype(np.uint8)
        labels = areas(number)
        pair = [photograph, np.array(COLOURS, dtype=np.uint8)[labels]]
        path = root / folder / f"{number}.{end}"
        path.parent.mkdir(parents=True, exist_ok=True)
        joined = np.concatenate(pair if picture_left else pair[::-1], axis=1)
        Image.fromarray(joined).save(path, **({"quality": 75} if end == "jpg" else {}))
        halves[f"{folder}-{number}"] = photograph, labels
    return halves


def pix2pix(root: Path, **folder) -> Sections:
    known = {
        "images": ["*/*"], "side_by_side": "picture_left", "colours": COLOURS,
        "test_folders": ["val", "test"],
    }  # fmt: skip
    data = {"source": "folder", "root": str(root), "workers": 1, "max_rejected_share": 0.5, "load_size": SIZE}
    params = sections(data | {"folder": known | folder}, kind="labels")
    object.__setattr__(params, "conditions", ConditionsConfig(kind="labels", classes=3))
    return params


@pytest.mark.parametrize("left", [True, False])
def test_halves_are_picture_and_map(tmp_path: Path, left: bool):
    halves = side_by_side(tmp_path, left)
    side = "picture_left" if left else "picture_right"
    found = source(tmp_path, images=["*/*"], side_by_side=side, colours=COLOURS, test_folders=["val"])
    assert {item.id: item.split for item in found.items()} == {
        "train-0": "train", "train-1": "train", "val-2": "test", "test-3": "train"
    }  # fmt: skip
    for item in found.items():
        photograph, labels = halves[item.id]
        np.testing.assert_array_equal(found.image(item, SIZE), photograph)
        np.testing.assert_array_equal(found.parsing(item, SIZE).labels, labels)


def test_jpeg_halves_through_the_stages(tmp_path: Path):
    """The labels that JPEG's errors leave are those that were saved, but for a few at the borders."""
    halves = side_by_side(tmp_path / "set", end="jpg")
    params, layout = pix2pix(tmp_path / "set", unclear_share=0.4), Layout("x", tmp_path)
    run_all(params, layout)
    assert pd.read_csv(layout.data / "rejected.csv").empty
    index = pd.read_csv(layout.data / "index.csv").set_index("id")
    assert index.split.to_dict() == {
        "train-0": "train", "train-1": "train", "val-2": "test", "test-3": "test"
    }  # fmt: skip
    for id, (_, labels) in halves.items():
        read = np.asarray(Image.open(layout.conditions / f"parsing/{id}.png"))
        assert (read == labels).mean() > 0.93


def test_halves_of_unequal_size_are_rejected_alone(tmp_path: Path):
    side_by_side(tmp_path / "set")
    picture(tmp_path / "set/train/1.png", (63, 32))
    layout = Layout("x", tmp_path)
    import_images.run(pix2pix(tmp_path / "set"), layout)
    assert "63 px wide" in rejected(layout, "data")["train-1"]
    assert len(pd.read_csv(layout.data / "index.csv")) == 3


def test_a_jpeg_map_without_its_table_is_said(tmp_path: Path):
    side_by_side(tmp_path, end="jpg")
    found = source(tmp_path, images=["*/*"], side_by_side="picture_left")
    with pytest.raises(BrokenImage, match=r"is a JPEG.*data\.folder\.colours"):
        found.parsing(found.items()[0], SIZE)


def test_a_folder_of_tests_that_is_not_there_is_said(tmp_path: Path):
    side_by_side(tmp_path)
    with pytest.raises(MatebitError, match=r"test_folders: held-out.*no image"):
        source(tmp_path, images=["*/*"], test_folders=["held-out"]).items()


def written_map(root: Path, values: np.ndarray, **how) -> None:
    """A picture with a map of these values, or of this image."""
    picture(root / "a.jpg", (SIZE, SIZE))
    (root / "maps").mkdir(exist_ok=True)
    Image.fromarray(values).save(root / f"maps/a.{how.pop('end', 'png')}", **how)


def read_map(root: Path, end: str = "png", **folder) -> np.ndarray:
    found = source(root, images=["*"], label_maps=f"maps/{{stem}}.{end}", **folder)
    return found.parsing(found.items()[0], SIZE).labels


@pytest.mark.parametrize("marked", [255, 2])
def test_ignored_pixels_have_no_class(tmp_path: Path, marked: int):
    labels = areas(4)
    written = np.where(labels == 2, np.uint8(marked), labels)
    written_map(tmp_path, written)
    read = read_map(tmp_path, ignore_label=marked)
    np.testing.assert_array_equal(read, np.where(labels == 2, IGNORED, labels))
    condition = one_hot_labels(
        Structure("a.jpg", np.zeros((SIZE, SIZE, 3), np.uint8), Parsing(read, CLASSES)),
        ConditionsConfig(kind="labels", classes=2),
    )
    assert (condition.max(axis=0) == np.where(labels == 2, 0, 255)).all()
    view = condition_view(condition, "labels", CLASSES.palette)
    assert (view[labels == 2] == 255).all()
    assert (view[labels == 0] == 0).all()


def test_ignored_colours_have_no_class(tmp_path: Path):
    labels = areas(4)
    written_map(tmp_path, np.array(COLOURS, dtype=np.uint8)[labels])
    read = read_map(tmp_path, colours=COLOURS, ignore_label=1)
    np.testing.assert_array_equal(read, np.where(labels == 1, IGNORED, labels))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.where(areas(4) == 2, 255, areas(4)).astype(np.uint8), r"label 255.*ignore_label: 255"),
        ((areas(4, 2) * 255).astype(np.uint8), r"masks.*colours: \[\[0, 0, 0\], \[255, 255, 255\]\]"),
    ],
    ids=["label", "mask"],
)
def test_the_sentence_names_the_key_that_would_do(tmp_path: Path, values: np.ndarray, words: str):
    written_map(tmp_path, values)
    with pytest.raises(BrokenImage, match=words):
        read_map(tmp_path)


@pytest.mark.parametrize("end", ["png", "jpg"])
def test_masks_of_0_and_255(tmp_path: Path, end: str):
    written_map(tmp_path, areas(4, 2) * np.uint8(255), end=end)
    np.testing.assert_array_equal(read_map(tmp_path, end, colours=MASK), areas(4, 2))


def test_rgb_with_equal_channels_is_read_by_its_values(tmp_path: Path):
    for mode in ("RGB", "RGBA"):
        grey = Image.fromarray(areas(4)).convert(mode)
        written_map(tmp_path, np.asarray(grey))
        np.testing.assert_array_equal(read_map(tmp_path), areas(4))


def test_views_show_a_table_in_its_own_colours():
    config = DataConfig(source="folder", folder={"label_maps": "m/{stem}.png", "colours": COLOURS})
    assert labels_of(config).palette[:9] == (0, 0, 0, 255, 255, 255, 255, 0, 0)
    assert len(labels_of(config).palette) == 768


def test_relevance_leaves_pixels_without_class_out():
    import torch

    torch.manual_seed(1)
    features, other = torch.rand(2, 5, 8, 8)
    labels = np.zeros((8, 8), dtype=np.uint8)
    labels[:, 4:] = IGNORED
    halves = [maps[:, :, :4] for maps in (features, other)]
    alone = region_cosine(halves[0], labels[:, :4], halves[1], labels[:, :4])
    assert region_cosine(features, labels, other, labels) == pytest.approx(alone)
    none = np.full((8, 8), IGNORED, dtype=np.uint8)
    assert np.isnan(region_cosine(features, none, other, none))


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ({"side_by_side": "picture_left", "label_maps": "m/{stem}.png"}, "exclude"),
        ({"ignore_label": 255}, "needs label_maps"),
        ({"label_maps": "m/{stem}.png", "colours": COLOURS, "ignore_label": 255}, "no place in colours"),
        ({"test_items": "a", "test_folders": ["val"]}, "exclude"),
        ({"side_by_side": "above"}, "picture_left"),
    ],
)
def test_layouts_that_cannot_be_are_refused(folder: dict, words: str):
    with pytest.raises(ValidationError, match=words):
        DataConfig(source="folder", folder=folder)


def test_an_image_whose_labels_are_all_ignored_trains_no_segmenter(tmp_path: Path):
    """A batch of such images is no NaN."""
    from matebit.config.segmenter import MiouConfig
    from matebit.metrics.segmenter.training import label_loss, train

    config = MiouConfig(images=8, batch=4, width=4)
    maps = [np.full((16, 16), IGNORED, np.uint8), np.zeros((16, 16), np.uint8)]
    pixels = np.random.default_rng(0).integers(0, 256, (3, 16, 16)).astype(np.uint8)
    for known in maps:
        loss = label_loss(np.array([0.5, 0.5]))
        network = train(lambda number, known=known: (pixels, known), 4, 2, loss, config, "segmenter")
        assert all(value.isfinite().all() for value in network.parameters())


def test_conditions_of_a_folder_with_an_ignore_label(tmp_path: Path):
    side_by_side(tmp_path / "set")
    params, layout = pix2pix(tmp_path / "set", ignore_label=2), Layout("x", tmp_path)
    import_images.run(params, layout)
    extract_conditions.run(params, layout)
    for path in (layout.conditions / "parsing").glob("*.png"):
        assert set(np.unique(np.asarray(Image.open(path)))) <= {0, 1, IGNORED}
