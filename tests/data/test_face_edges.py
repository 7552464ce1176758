"""The 15 channels against a slow computation that shares no code with the package."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage
from skimage import feature
from small_sets import portrait_sections, sections

from matebit.config.data import ConditionsConfig, DataConfig
from matebit.contracts.bodies import BodyPose
from matebit.contracts.faces import parsing_of_labels
from matebit.data import extract_conditions, import_images
from matebit.data.conditions.distances import distance_map
from matebit.data.conditions.edges import boundary, canny, extract_edges
from matebit.data.conditions.face_edges import face_edges
from matebit.data.conditions.inputs import Structure
from matebit.io.images import load_png
from matebit.pipeline.layout import Layout

PARTS = (
    "skin", "l_brow", "r_brow", "l_eye", "r_eye", "l_ear", "r_ear", "nose", "u_lip", "mouth",
    "l_lip", "eye_g", "hair",
)  # fmt: skip


def slow_border(mask: np.ndarray) -> np.ndarray:
    """Pixels of which an upper, lower, left or right neighbour differs."""
    padded = np.pad(mask, 1, mode="edge")
    middle = padded[1:-1, 1:-1]
    neighbours = (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:])
    return np.any([middle != other for other in neighbours], axis=0)


def slow_channels(grey: np.ndarray, masks: dict[str, np.ndarray]) -> np.ndarray:
    """R11 as it is written, one part after the other; `masks` are bool by part name."""
    borders, keep = np.zeros(grey.shape, bool), np.ones(grey.shape, bool)
    distances = []
    for part in PARTS:
        mask = masks.get(part, np.zeros(grey.shape, bool))
        border = slow_border(mask)
        borders |= border
        keep[mask] = part == "hair"
        if border.any():
            steps = ndimage.distance_transform_cdt(~border, metric="taxicab")
            distances.append(np.clip(steps / 3, 0, 255).astype(np.uint8))
        else:
            distances.append(np.full(grey.shape, 255, np.uint8))
    everything = borders | (feature.canny(grey) & keep)
    return np.stack([everything * 255, *distances, borders * 255]).astype(np.uint8)


def masks_of_labels(labels: np.ndarray) -> dict[str, np.ndarray]:
    """Part masks by CelebAMask-HQ's numbers; skin lies under all that is on it."""
    numbers = dict(
        l_brow=6, r_brow=7, l_eye=4, r_eye=5, l_ear=8, r_ear=9, nose=2, u_lip=11, mouth=10,
        l_lip=12, eye_g=3, hair=13,
    )  # fmt: skip
    masks = {part: labels == number for part, number in numbers.items()}
    return masks | {"skin": np.isin(labels, [1, 2, 3, 4, 5, 6, 7, 10, 11, 12])}


def close_enough(found: np.ndarray, expected: np.ndarray) -> None:
    """Edges to the last bit, distances to one level of 255."""
    assert found.shape == expected.shape
    for channel in (0, -1):
        np.testing.assert_array_equal(found[channel], expected[channel])
    assert np.abs(found.astype(int) - expected).max() <= 1


def test_drawn_portraits_have_the_slow_channels(portraits) -> None:
    _, layout = portraits
    for path in sorted((layout.conditions / "condition").iterdir()):
        picture = np.asarray(Image.open(layout.data / "images" / path.name))
        labels = np.asarray(Image.open(layout.conditions / "parsing" / path.name))
        found = np.asarray(Image.open(path)).reshape(15, *labels.shape)
        grey = np.asarray(Image.fromarray(picture).convert("L"))
        close_enough(found, slow_channels(grey, masks_of_labels(labels)))


def test_real_faces_have_the_slow_channels(shared_data: Path, tmp_path: Path) -> None:
    root = shared_data / "celebahq-sample"
    params = sections({"source": "celebamask", "root": str(root), "load_size": 286, "crop_size": 256})
    layout = Layout("real", tmp_path)
    import_images.run(params, layout)
    extract_conditions.run(params, layout)
    photographs = sorted((root / "CelebA-HQ-img").iterdir())
    assert len(photographs) == 8
    for path in photographs:
        found = load_png(layout.conditions / f"condition/{path.stem}.png", grey=True)
        size = found.shape[1]
        image = Image.open(path).resize((size, size), Image.Resampling.BILINEAR)
        number, masks = int(path.stem), {}
        for part in PARTS:
            file = root / f"CelebAMask-HQ-mask-anno/{number // 2000}/{number:05d}_{part}.png"
            if file.exists():
                mask = Image.open(file).convert("L").resize((size, size), Image.Resampling.NEAREST)
                masks[part] = np.asarray(mask) == 255
        expected = slow_channels(np.asarray(image.convert("L")), masks)
        close_enough(found.reshape(15, size, size), expected)


@settings(max_examples=25, deadline=None, print_blob=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    height=st.integers(3, 60),
    width=st.integers(3, 60),
    levels=st.sampled_from([2, 4, 16, 256]),
    sigma=st.sampled_from([0.5, 1.0, 2.3]),
)
def test_canny_is_that_of_skimage(seed, height, width, levels, sigma) -> None:
    # Few levels make flat regions and exact ties.
    grey = np.random.default_rng(seed).integers(0, levels, (height, width)) * (255 // (levels - 1))
    grey = grey.astype(np.uint8)
    np.testing.assert_array_equal(canny(grey, sigma), feature.canny(grey, sigma))


@settings(max_examples=25, deadline=None, print_blob=True)
@given(seed=st.integers(0, 2**32 - 1), side=st.integers(2, 24), share=st.floats(0.001, 0.5))
def test_distance_map_is_a_third_of_the_city_blocks(seed, side, share) -> None:
    edge = (np.random.default_rng(seed).random((side, side)) < share).astype(np.uint8)
    if not edge.any():
        assert (distance_map(edge) == 255).all()
        return
    ys, xs = np.nonzero(edge)
    for y in range(side):
        for x in range(side):
            blocks = min(abs(ys - y) + abs(xs - x))
            assert distance_map(edge)[y, x] == min(blocks // 3, 255)


def test_distances_beyond_the_range_are_cut_off() -> None:
    edge = np.zeros((2, 1000), np.uint8)
    edge[:, 0] = 1
    assert distance_map(edge)[0].tolist() == [min(x // 3, 255) for x in range(1000)]


def test_boundary_marks_both_sides_and_nothing_at_the_frame() -> None:
    mask = np.zeros((4, 4), np.uint8)
    mask[:, :2] = 1
    assert boundary(mask).tolist() == [[0, 1, 1, 0]] * 4
    assert not boundary(np.ones((4, 4), np.uint8)).any()


def test_missing_part_is_white_and_canny_is_hidden_inside_parts() -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    labels = np.full((64, 64), 1, np.uint8)
    labels[:, :20] = 13
    condition = face_edges(Structure("x", noise, parsing_of_labels(labels)), ConditionsConfig())
    assert (condition[1 + PARTS.index("nose")] == 255).all()
    inside_skin = condition[0][:, 22:]
    assert not inside_skin.any()
    assert condition[0][:, :19].any()
    assert not condition[14][:, :19].any()


def test_edges_of_any_image_are_binary_and_depend_on_pixels_alone() -> None:
    image = np.random.default_rng(1).integers(0, 256, (50, 40, 3), dtype=np.uint8)
    edges = extract_edges(image)
    assert edges.shape == (50, 40)
    assert set(np.unique(edges)) == {0, 255}
    np.testing.assert_array_equal(edges, extract_edges(image.copy()))


def test_stored_edges_are_those_of_the_stored_picture(portraits) -> None:
    _, layout = portraits
    for path in (layout.conditions / "edges").iterdir():
        picture = load_png(layout.data / "images" / path.name, grey=False)
        np.testing.assert_array_equal(load_png(path, grey=True), extract_edges(picture))


def test_parsing_condition_is_one_hot(tmp_path: Path) -> None:
    params = portrait_sections(load_size=32)
    params = sections(params.data.model_dump(), kind="parsing")
    layout = Layout("parsing", tmp_path)
    import_images.run(params, layout)
    extract_conditions.run(params, layout)
    for path in (layout.conditions / "condition").iterdir():
        channels = load_png(path, grey=True).reshape(19, 32, 32)
        labels = np.asarray(Image.open(layout.conditions / "parsing" / path.name))
        assert (channels.astype(int).sum(axis=0) == 255).all()
        np.testing.assert_array_equal(channels.argmax(axis=0), labels)


@pytest.mark.parametrize("kind", ["face_edges", "parsing", "pose"])
def test_channels_are_as_declared(kind: str) -> None:
    from matebit.contracts.condition_kinds import condition_channels
    from matebit.data.conditions.registry import load_extractor

    config = ConditionsConfig(kind=kind)
    labels = np.zeros((32, 32), np.uint8)
    pose = BodyPose(np.full((18, 2), 9.0), np.ones(18, bool), (32, 32))
    structure = Structure("x", np.zeros((32, 32, 3), np.uint8), parsing_of_labels(labels), pose)
    channels = condition_channels(config, DataConfig())
    assert load_extractor(config)(structure, config).shape == (channels, 32, 32)
