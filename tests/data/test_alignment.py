"""Faces brought to the frame of CelebA-HQ: known faces, turned, scaled and shifted, and faulty landmarks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pydantic import ValidationError
from small_sets import Sections, contents, sections

from matebit.config.data import DataConfig
from matebit.config.sources import PortraitsConfig
from matebit.contracts.faces import LABELS
from matebit.contracts.structure import Record
from matebit.data import align_faces, extract_conditions, import_images
from matebit.data.alignment import alignment_of
from matebit.data.sources.folder import FolderSource
from matebit.drawn.portraits.drawing import geometry, render
from matebit.drawn.portraits.landmarks import landmarks
from matebit.drawn.portraits.sets import portrait_set
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage
from matebit.pipeline.layout import Layout

SIZE = 256


def frame_points(eyes: float = 0.11, mouth: float = 0.24) -> np.ndarray:
    """68 landmarks, parts of the frame: where a straight face lies in it by definition.

    The frame's side is the larger of 4 distances of the eyes and 3.6 from them to the mouth; its middle
    lies a tenth of the way down.
    """
    side = max(4 * 2 * eyes, 3.6 * mouth)
    eyes, mouth = eyes / side, mouth / side
    points = np.full((68, 2), 0.5)
    level = 0.5 - 0.1 * mouth
    rng = np.random.default_rng(0)
    for place, first in ((0.5 - eyes, 36), (0.5 + eyes, 42)):
        around = rng.normal(scale=0.01, size=(6, 2))
        points[first : first + 6] = np.add((place, level), around - around.mean(axis=0))
    points[48], points[54] = (0.45, level + mouth - 0.01), (0.55, level + mouth + 0.01)
    return points


def moved(points: np.ndarray, angle: float, scale: float, shift: tuple[float, float]) -> np.ndarray:
    """Parts of the frame as px of a picture."""
    cos, sin = np.cos(angle), np.sin(angle)
    return points @ (scale * np.array([[cos, -sin], [sin, cos]])).T + shift


@pytest.mark.parametrize(("eyes", "mouth"), [(0.11, 0.24), (0.11, 0.15)], ids=["long", "wide"])
@pytest.mark.parametrize("angle", [0, 0.5, -2.0, np.pi])
@pytest.mark.parametrize("scale", [40.0, 300.0, 900.0])
def test_a_moved_face_comes_back(eyes: float, mouth: float, angle: float, scale: float) -> None:
    expected, size = frame_points(eyes, mouth), (1500, 1300)
    shift = np.array([740, 660]) - moved(np.array([[0.5, 0.5]]), angle, scale, (0, 0))[0]
    known = moved(expected, angle, scale, tuple(shift))
    alignment = alignment_of(known / size, size, "x")
    back = alignment.points(known / size) * SIZE
    np.testing.assert_allclose(back, expected * SIZE, atol=0.01)


def dots(points: np.ndarray, size: tuple[int, int], radius: float) -> np.ndarray:
    """A picture with a soft bright dot at each place, and the rest dark."""
    rows, columns = np.mgrid[: size[1], : size[0]] + 0.5
    bright = np.zeros(size[::-1])
    for x, y in points:
        bright = np.maximum(bright, np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * radius**2)))
    return np.repeat(np.rint(bright * 255).astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize("scale", [150.0, 420.0, 900.0])
@pytest.mark.parametrize("resample", ["bicubic", "bilinear"])
def test_its_pixels_come_with_it(scale: float, resample) -> None:
    """The middles of dots at the eyes and the mouth, within half a px; labels the same."""
    expected, size = frame_points(), (1300, 1100)
    shift = np.array([640, 540]) - moved(np.array([[0.5, 0.5]]), 0.6, scale, (0, 0))[0]
    known = moved(expected, 0.6, scale, tuple(shift))
    alignment = alignment_of(known / size, size, "x")
    parts = (slice(36, 42), slice(42, 48), [48, 54])
    for part in parts:
        place, goal = known[part].mean(axis=0), expected[part].mean(axis=0) * SIZE
        picture = dots(place[None], size, radius=scale / 40)
        seen = alignment.image(picture, SIZE, resample)[..., 0].astype(float)
        seen[seen < 64] = 0  # bicubic rings
        rows, columns = np.mgrid[:SIZE, :SIZE] + 0.5
        middle = [(seen * columns).sum() / seen.sum(), (seen * rows).sum() / seen.sum()]
        np.testing.assert_allclose(middle, goal, atol=0.5)
        # A label map of half its picture's size, to half of its own pixels.
        map_of = (cv2.resize(picture[..., 0], (650, 550)) > 64).astype(np.uint8)
        found = np.argwhere(alignment.labels(map_of, SIZE) == 1)[:, ::-1] + 0.5
        np.testing.assert_allclose(found.mean(axis=0), goal, atol=max(0.5, SIZE / scale))


def test_what_lies_outside_is_mirrored() -> None:
    points = moved(frame_points(), 0, 200, (-60, 0))
    picture = np.arange(200, dtype=np.uint8)[None, :, None].repeat(200, axis=0).repeat(3, axis=2)
    seen = alignment_of(points / 200, (200, 200), "x").image(picture, 200, "bilinear")[100, :, 0].astype(int)
    np.testing.assert_allclose(seen[:60], np.arange(60, 0, -1), atol=2)
    np.testing.assert_allclose(seen[60:], np.arange(140), atol=2)


def face_set(root: Path, turned: tuple[float, ...] = (0.3, -0.4)) -> tuple[Path, list[tuple]]:
    """Drawn portraits, turned, in larger pictures, with label maps and landmarks.

    And what they must come back to: the straight ones in their frame, with their labels.
    """
    specs = portrait_set(PortraitsConfig(train=8, test=4, styles_train=2, styles_test=1), 5)
    rows, frames = [], []
    for name, spec, angle in zip("ab", specs, turned, strict=False):
        side, size = 256, (420, 460)
        image, labels = render(spec.shape, spec.style, side).image, geometry(spec.shape, side).labels
        cos, sin = np.cos(angle), np.sin(angle)
        linear = np.array([[cos, -sin], [sin, cos]]) * 0.9
        shift = np.array([210, 230]) - linear @ (side / 2, side / 2)
        # Places of pixels' middles, as OpenCV counts them.
        matrix = np.column_stack([linear, shift + linear.sum(axis=1) / 2 - 0.5])
        larger = cv2.warpAffine(image, matrix, size, flags=cv2.INTER_CUBIC, borderValue=(90, 120, 60))
        known = cv2.warpAffine(labels, matrix, size, flags=cv2.INTER_NEAREST)
        for folder, pixels in (("photos", larger), ("labels", known)):
            (root / folder).mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(root / folder / f"{name}.png")
        points = landmarks(spec.shape) * side
        straight = alignment_of(points / side, (side, side), "x")
        frames.append((straight.image(image, 64, "bicubic"), straight.labels(labels, 64)))
        placed = points @ linear.T + shift
        rows += [{"id": f"{name}.png", "point": n, "x": x, "y": y} for n, (x, y) in enumerate(placed)]
    pd.DataFrame(rows).to_csv(root / "points.csv", index=False)
    return root, frames


def aligned_sections(root: Path, **folder) -> Sections:
    known = {
        "images": ["photos/*.png"],
        "label_maps": "labels/{stem}.png",
        "face_labels": True,
        "landmarks": "points.csv",
        "test_items": "b",
    }
    data = {"source": "folder", "root": str(root), "align": "landmarks", "max_rejected_share": 0.5}
    sizes = {"load_size": 64, "crop_size": 64}
    return sections({**data, **sizes, "folder": {**known, **folder}}, kind="parsing")


def test_turned_portraits_come_back_with_their_labels(tmp_path: Path) -> None:
    root, frames = face_set(tmp_path / "set")
    params, layout = aligned_sections(root), Layout("x", tmp_path)
    import_images.run(params, layout)
    extract_conditions.run(params, layout)
    table = pd.read_csv(layout.data / "alignment.csv")
    assert table.columns.tolist() == ["id", "a", "b", "c", "d", "e", "f", "landmarks"]
    assert table.id.tolist() == ["a", "b"]
    assert table.landmarks.tolist() == ["points.csv"] * 2
    points = pd.read_csv(layout.conditions / "landmarks.csv")
    given = pd.read_csv(root / "points.csv")
    for id, (image, labels) in zip("ab", frames, strict=True):
        picture = np.asarray(Image.open(layout.data / f"images/{id}.png"))
        middle = slice(12, 52)  # beyond it the turned picture's own border is seen
        difference = picture[middle, middle].astype(int) - image[middle, middle]
        assert np.abs(difference).mean() < 6
        found = np.asarray(Image.open(layout.conditions / f"parsing/{id}.png"))
        assert (found == labels)[middle, middle].mean() > 0.9
        own = points[points.id == id][["x", "y"]].to_numpy()
        # The recorded numbers take the given points to those of the conditions.
        row = table[table.id == id].iloc[0]
        x, y = (given[given.id == f"{id}.png"][["x", "y"]].to_numpy() / (420, 460)).T
        np.testing.assert_allclose(own[:, 0], row.a * x + row.b * y + row.c, atol=1e-6)
        np.testing.assert_allclose(own[:, 1], row.d * x + row.e * y + row.f, atol=1e-6)
    before = contents(layout.data) | contents(layout.conditions)
    import_images.run(params, layout)
    extract_conditions.run(params, layout)
    assert contents(layout.data) | contents(layout.conditions) == before


def test_part_masks_come_along(tmp_path: Path) -> None:
    root, _ = face_set(tmp_path / "set")
    whole = FolderSource(aligned_sections(root).data, 0)
    for path in (root / "labels").iterdir():
        labels = np.asarray(Image.open(path))
        (root / "masks").mkdir(exist_ok=True)
        for label in np.unique(labels[labels > 0]):
            mask = Image.fromarray(((labels == label) * 255).astype(np.uint8))
            mask.save(root / f"masks/{path.stem}_{LABELS[label]}.png")
    parts = {"label_maps": None, "face_labels": False, "part_masks": "masks/{stem}_{part}.png"}
    masked = FolderSource(aligned_sections(root, **parts).data, 0)
    for item in whole.items():
        aligned = type(item)(item.id, item.split, item.origin, alignment=whole.own_alignment(item))
        by_map, by_masks = whole.parsing(aligned, 64), masked.parsing(aligned, 64)
        assert by_map is not None
        assert by_masks is not None
        np.testing.assert_array_equal(by_map.labels, by_masks.labels)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda table: table[table.id != "a.png"], "has no landmarks in points.csv"),
        (lambda table: table.drop(index=12), "has 67 landmarks"),
        (lambda table: table.assign(point=table.point.replace(12, 11)), "numbered from 0"),
        (lambda table: table.assign(x=table.x.astype(object).where(table.index != 12, "nan")), "no finite"),
        (lambda table: table.assign(y=table.y.where(table.index != 12, np.inf)), "no finite"),
        (lambda table: table.assign(x=table.x / 420, y=table.y / 460), "span no face"),
        (lambda table: table.assign(x=100.0, y=100.0), "span no face"),
        (lambda table: table.assign(x=table.x + 400), "outside the picture of 420 x 460 px"),
        (lambda table: table.assign(x=420 - table.x), "mirrored"),
    ],
    ids=["none", "67", "twice", "nan", "inf", "parts", "one-place", "outside", "mirrored"],
)
def test_a_faulty_face_is_rejected(tmp_path: Path, spoil, words: str) -> None:
    root, _ = face_set(tmp_path / "set", (0.0, 0.0))
    table = pd.read_csv(root / "points.csv")
    only_a = table.id == "a.png"
    spoilt = spoil(table[only_a].copy())
    pd.concat([spoilt, table[~only_a]]).to_csv(root / "points.csv", index=False)
    params, layout = aligned_sections(root), Layout("x", tmp_path)
    with pytest.raises(MatebitError, match="no train image"):
        import_images.run(params, layout)
    [reason] = pd.read_csv(layout.data / "rejected.csv").reason
    assert words in reason
    assert "photos/a.png" in reason
    assert "\n" not in reason


def test_a_file_that_is_no_table_is_named(tmp_path: Path) -> None:
    root, _ = face_set(tmp_path / "set")
    params, layout = aligned_sections(root), Layout("x", tmp_path)
    for text, words in (
        (b"id,point,x\na,0,1\n", "lacks the column 'y'"),
        (b"\xff\xfe", "cannot be read"),
        (None, ""),
    ):
        path = root / "points.csv"
        path.unlink() if text is None else path.write_bytes(text)
        with pytest.raises(MatebitError, match=rf"data\.folder\.landmarks: .*points\.csv.*{words}"):
            import_images.run(params, layout)


def test_what_cannot_be_aligned_is_refused_with_one_sentence() -> None:
    with pytest.raises(ValidationError, match="CelebA-HQ are aligned already"):
        DataConfig(source="celebamask", root="x", align="face_alignment")
    with pytest.raises(ValidationError, match=r"needs folder\.landmarks"):
        DataConfig(source="folder", root="x", align="landmarks")
    with pytest.raises(BrokenImage, match="span no face"):
        alignment_of(np.zeros((68, 2)), (10, 10), "x")


class KnownFinder:
    """Stands for the network: the points of `points.csv` by the picture's name, in parts of the picture."""

    record = Record("landmarks", "known", "finder 1", "none.pth", "0" * 64, "none")

    def __init__(self, root: Path) -> None:
        self._points = pd.read_csv(root / "points.csv")
        self.shapes: list[tuple[int, ...]] = []

    def __call__(self, image: np.ndarray, origin: str) -> np.ndarray:
        self.shapes.append(image.shape)
        own = self._points[self._points.id == Path(origin).name]
        if own.empty:
            raise BrokenImage(f"{origin} shows no face")
        return own[["x", "y"]].to_numpy() / (420, 460)


def test_found_landmarks_align_as_given_ones_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, _ = face_set(tmp_path / "set")
    given, found = Layout("given", tmp_path), Layout("found", tmp_path)
    params = aligned_sections(root)
    import_images.run(params, given)
    finder = KnownFinder(root)
    monkeypatch.setattr(align_faces, "load_one", lambda *_: finder)
    finding = params.data.model_copy(update={"align": "face_alignment", "workers": 1})
    import_images.run(replace(params, data=finding), found)
    numbers = [
        pd.read_csv(layout.data / "alignment.csv").drop(columns="landmarks") for layout in (given, found)
    ]
    pd.testing.assert_frame_equal(*numbers)
    assert set(pd.read_csv(found.data / "alignment.csv").landmarks) == {"finder 1, none.pth"}
    for id in "ab":
        assert (found.data / f"images/{id}.png").read_bytes() == (
            given.data / f"images/{id}.png"
        ).read_bytes()
    assert finder.shapes == [(460, 420, 3)] * 2


def test_a_large_picture_is_searched_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, _ = face_set(tmp_path / "set")
    finder = KnownFinder(root)
    monkeypatch.setattr(align_faces, "load_one", lambda *_: finder)
    monkeypatch.setattr(align_faces, "_SEARCHED_SIDE", 230)
    config = aligned_sections(root).data.model_copy(update={"align": "face_alignment"})
    aligner = align_faces.open_aligner(config, 0)
    assert aligner is not None
    [item, _] = FolderSource(config, 0).items()
    aligner.align(item)
    assert finder.shapes == [(230, 210, 3)]
