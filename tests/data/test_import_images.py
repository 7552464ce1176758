"""Images of every broken kind, one by one, through the stages."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from small_sets import sections

from matebit.data import extract_conditions, import_images
from matebit.errors import MatebitError
from matebit.io.images import resize_nearest
from matebit.pipeline.layout import Layout

BROKEN = "1997"


def image_path(root: Path, number: str = BROKEN) -> Path:
    return root / f"CelebA-HQ-img/{number}.jpg"


def mask_path(root: Path, part: str = "skin") -> Path:
    return root / f"CelebAMask-HQ-mask-anno/0/{int(BROKEN):05d}_{part}.png"


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def bomb(path: Path) -> None:
    """A PNG that says it has 30,000 x 30,000 px."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    path.write_bytes(png)


def resize(path: Path) -> None:
    Image.open(path).resize((32, 20)).save(path)


def flip_bytes(path: Path) -> None:
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 8] = bytes(255 - value for value in data[middle : middle + 8])
    path.write_bytes(bytes(data))


def celeba_sections(root: Path, share: float = 0.3, **data):
    return sections(
        {"source": "celebamask", "root": str(root), "max_rejected_share": share, "workers": 1} | data
    )


def rejected(folder: Path) -> dict[str, str]:
    table = pd.read_csv(folder / "rejected.csv", dtype=str)
    return dict(zip(table.id, table.reason, strict=True))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda root: truncate(image_path(root)), "cannot be read"),
        (lambda root: image_path(root).write_bytes(b""), "cannot be read"),
        (lambda root: image_path(root).write_text("not an image"), "cannot be read"),
        (lambda root: bomb(image_path(root)), "pixels"),
        (
            lambda root: [path.unlink() for path in mask_path(root).parent.glob("01997_*")],
            "no mask",
        ),
    ],
    ids=["truncated", "empty", "text", "bomb", "no-mask"],
)
def test_broken_image_is_listed_and_the_rest_goes_on(
    celeba: Path, tmp_path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    spoil(celeba)
    layout = Layout("x", tmp_path)
    import_images.run(celeba_sections(celeba), layout)
    reasons = rejected(layout.data)
    assert list(reasons) == [BROKEN]
    assert words in reasons[BROKEN]
    assert BROKEN in reasons[BROKEN]
    assert "\n" not in reasons[BROKEN]
    kept = pd.read_csv(layout.data / "index.csv", dtype=str)
    assert kept.id.tolist() == ["1996", "1998", "1999", "2000", "2001"]
    assert not (layout.data / f"images/{BROKEN}.png").exists()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda root: truncate(mask_path(root)), "cannot be read"),
        (lambda root: flip_bytes(mask_path(root)), "cannot be read"),
        (lambda root: mask_path(root).write_bytes(b""), "cannot be read"),
        (lambda root: bomb(mask_path(root)), "pixels"),
        (lambda root: resize(mask_path(root, "nose")), "32 x 20"),
    ],
    ids=["truncated", "damaged", "empty", "bomb", "other-shape"],
)
def test_broken_mask_is_listed_by_the_conditions_stage(
    celeba: Path, tmp_path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    layout, params = Layout("x", tmp_path), celeba_sections(celeba)
    import_images.run(params, layout)
    spoil(celeba)
    extract_conditions.run(params, layout)
    reasons = rejected(layout.conditions)
    assert list(reasons) == [BROKEN]
    assert words in reasons[BROKEN]
    assert len(pd.read_csv(layout.conditions / "index.csv")) == 5
    assert not (layout.conditions / f"condition/{BROKEN}.png").exists()


def imported(celeba: Path, tmp_path: Path) -> np.ndarray:
    layout = Layout("x", tmp_path)
    import_images.run(celeba_sections(celeba, load_size=64), layout)
    assert rejected(layout.data) == {}
    return np.asarray(Image.open(layout.data / f"images/{BROKEN}.png"))


@pytest.mark.parametrize("mode", ["P", "CMYK", "L", "I;16", "RGBA"])
def test_unusual_modes_are_converted(celeba: Path, tmp_path: Path, mode: str) -> None:
    path = image_path(celeba)
    image = Image.open(path)
    if mode == "I;16":
        grey = np.asarray(image.convert("L"), dtype=np.uint16) * 257
        changed, expected = Image.fromarray(grey), image.convert("L")
    else:
        changed = image.convert(mode)
        expected = changed
    path.unlink()
    if mode == "CMYK":
        changed.save(path, quality=100)
        expected = Image.open(path)
    else:
        path = path.with_suffix(".png")
        changed.save(path)
    expected = np.asarray(expected.convert("RGB"))
    np.testing.assert_array_equal(imported(celeba, tmp_path), expected)


def test_exif_rotated_image_is_put_upright(celeba: Path, tmp_path: Path) -> None:
    path = image_path(celeba)
    upright = np.asarray(Image.open(path))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it turned 90 degrees clockwise
    path.unlink()
    Image.fromarray(np.rot90(upright)).save(path.with_suffix(".png"), exif=exif)
    np.testing.assert_array_equal(imported(celeba, tmp_path), upright)


def test_training_images_have_load_size_and_test_images_crop_size(celeba: Path, tmp_path: Path) -> None:
    layout = Layout("x", tmp_path)
    import_images.run(celeba_sections(celeba), layout)
    for row in pd.read_csv(layout.data / "index.csv", dtype=str).itertuples():
        assert row.split == ("test" if row.id >= "2000" else "train")
        side = 32 if row.split == "test" else 40
        expected = Image.open(image_path(celeba, row.id)).resize((side, side), Image.Resampling.BICUBIC)
        picture = np.asarray(Image.open(layout.data / row.file))
        np.testing.assert_array_equal(picture, np.asarray(expected))


@settings(max_examples=60, deadline=None, print_blob=True)
@given(height=st.integers(1, 600), width=st.integers(1, 600), size=st.integers(1, 600))
def test_nearest_takes_the_pixels_of_pillow(height: int, width: int, size: int) -> None:
    rows, columns = np.mgrid[:height, :width]
    plane = ((rows * 31 + columns * 7) % 251).astype(np.uint8)
    expected = Image.fromarray(plane).resize((size, size), Image.Resampling.NEAREST)
    np.testing.assert_array_equal(resize_nearest(plane, size), np.asarray(expected))


def fails(params, layout: Layout, *words: str) -> None:
    with pytest.raises(MatebitError) as caught:
        import_images.run(params, layout)
    sentence = str(caught.value)
    assert all(word in sentence for word in words), sentence
    assert "\n" not in sentence
    assert not (layout.data / "index.csv").exists()


def test_too_many_broken_images_stop_the_stage(celeba: Path, tmp_path: Path) -> None:
    for number in ("1996", "1997"):
        image_path(celeba, number).write_bytes(b"")
    fails(celeba_sections(celeba), Layout("x", tmp_path), "2 of 6", "data.max_rejected_share: 0.3")


def test_missing_folder_and_unset_root_are_named(tmp_path: Path) -> None:
    layout = Layout("x", tmp_path)
    fails(celeba_sections(tmp_path / "absent"), layout, "data.root", "absent")
    fails(sections({"source": "celebamask"}), layout, "data.root is not set")
    (tmp_path / "empty").mkdir()
    fails(celeba_sections(tmp_path / "empty"), layout, "CelebA-HQ-img", "data.root")


def test_empty_split_is_named(celeba: Path, tmp_path: Path) -> None:
    (celeba / "val.txt").unlink()
    fails(celeba_sections(celeba), Layout("x", tmp_path), "no test image", "data.test_list")


def test_list_naming_an_absent_file_rejects_that_item(celeba: Path, tmp_path: Path) -> None:
    (celeba / "train.txt").write_text("1996.jpg\n1998.jpg\n1234.jpg")
    layout = Layout("x", tmp_path)
    import_images.run(celeba_sections(celeba), layout)
    assert list(rejected(layout.data)) == ["1234"]
    assert pd.read_csv(layout.data / "index.csv").id.tolist() == [1996, 1998, 2000, 2001]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\secret.jpg", "C:\\x.jpg"])
def test_list_cannot_lead_out_of_the_folder(celeba: Path, tmp_path: Path, name: str) -> None:
    (celeba / "val.txt").write_text(f"2000\n{name}\n")
    fails(celeba_sections(celeba), Layout("x", tmp_path), "val.txt, line 2", "no file inside")


def test_item_in_both_lists_is_named(celeba: Path, tmp_path: Path) -> None:
    (celeba / "train.txt").write_text("1996\n2000\n")
    fails(celeba_sections(celeba), Layout("x", tmp_path), "2000", "train.txt", "val.txt")


def test_label_maps_give_the_same_labels_as_part_masks(celeba: Path, tmp_path: Path) -> None:
    layouts = []
    params = celeba_sections(celeba)
    for name in ("masks", "maps"):
        layouts.append(Layout(name, tmp_path))
        import_images.run(params, layouts[-1])
        extract_conditions.run(params, layouts[-1])
        (celeba / "maps").mkdir(exist_ok=True)
        full = celeba_sections(celeba, load_size=32)
        sized = Layout("sized", tmp_path)
        import_images.run(full, sized)
        extract_conditions.run(full, sized)
        for path in (sized.conditions / "parsing").iterdir():
            Image.fromarray(np.asarray(Image.open(path))).save(celeba / "maps" / path.name)
        params = celeba_sections(celeba, label_maps="maps")
    by_masks, by_maps = (
        {path.name: np.asarray(Image.open(path)) for path in (layout.conditions / "parsing").iterdir()}
        for layout in layouts
    )
    assert by_masks.keys() == by_maps.keys()
    for name, labels in by_masks.items():
        np.testing.assert_array_equal(by_maps[name], labels)
