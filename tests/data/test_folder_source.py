"""A plain folder: what is found, how it is called, split and labelled."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pydantic import ValidationError
from small_sets import run_all, sections

from matebit.config.data import DataConfig, PairsConfig
from matebit.contracts.faces import LABELS
from matebit.data import extract_conditions, import_images
from matebit.data.export_lists import export_lists
from matebit.data.sources.folder import FolderSource
from matebit.data.sources.label_files import labels_of_colours
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage
from matebit.pipeline.layout import Layout

COLOURS = [[0, 0, 0], [255, 255, 255], [255, 0, 0]]


def picture(path: Path, size: tuple[int, int] = (24, 18), seed: int = 0, **how) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)
    Image.fromarray(pixels).save(path, **how)
    return path


def source(root: Path, **folder) -> FolderSource:
    return FolderSource(DataConfig(source="folder", root=str(root), folder=folder), 0)


def ids(found: FolderSource) -> list[str]:
    return [item.id for item in found.items()]


def test_images_of_every_form_at_any_depth_and_nothing_else(tmp_path: Path):
    for name in (
        "a.jpg",
        "b/c.PNG",
        "b/d e.webp",
        "b/.hidden.png",
        "__MACOSX/a.jpg",
        ".git/x.png",
        "墨/山.bmp",
    ):
        picture(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no image")
    assert ids(source(tmp_path)) == ["a", "b-c", "b-d_e", "墨-山"]
    assert ids(source(tmp_path, images=["b/*"])) == ["c", "d_e"]


def test_names_in_lists_find_their_images(tmp_path: Path):
    for name in ("one/a.jpg", "one/b.jpg", "two/a.jpg"):
        picture(tmp_path / name)
    found = source(tmp_path)
    assert found.id_of("one/a.jpg") == "one-a"
    assert found.id_of("two/a") == "two-a"
    assert found.id_of("b.jpg") == found.id_of("b") == "one-b"
    assert found.id_of("absent/x.jpg") == "absent-x"


def test_two_images_of_one_name_and_an_empty_folder_are_said(tmp_path: Path):
    with pytest.raises(MatebitError, match="no image that fits"):
        source(tmp_path).items()
    picture(tmp_path / "a.jpg")
    picture(tmp_path / "a.png")
    with pytest.raises(MatebitError, match=r"a\.jpg and a\.png"):
        source(tmp_path).items()


def test_splits_by_list_by_name_and_by_share(tmp_path: Path):
    for number in range(200):
        picture(tmp_path / f"w{number // 2}-{number % 2}.png", (2, 2))

    def tests(**folder) -> set[str]:
        return {item.id for item in source(tmp_path, **folder).items() if item.split == "test"}

    assert tests() == set()
    assert tests(test_items=r"w9-\d") == {"w9-0", "w9-1"}
    by_share = tests(test_share=0.2, group=r"^(w\d+)")
    assert 20 <= len(by_share) <= 60
    # Both images of a group are on the same side.
    assert {id[:-1] + other for id in by_share for other in "01"} == by_share
    picture(tmp_path / "new.png", (2, 2))
    assert tests(test_share=0.2, group=r"^(w\d+)") - {"new"} == by_share
    (tmp_path / "val.txt").write_text("w1-0.png\nabsent.png")
    assert tests(test_share=0.2) == {"w1-0", "absent"}


def test_groups_come_from_names(tmp_path: Path):
    picture(tmp_path / "images/11713-00.png")
    picture(tmp_path / "images/other.png")
    items = source(tmp_path, images=["images/*.png"], group=r"^(\d+)-").items()
    assert [(item.id, item.group) for item in items] == [("11713-00", "11713"), ("other", "")]


def test_impure_colours_take_the_nearest_and_far_ones_their_neighbours(tmp_path: Path):
    rng = np.random.default_rng(3)
    truth = np.repeat(np.repeat(rng.integers(0, 3, (6, 6)), 8, axis=0), 8, axis=1).astype(np.uint8)
    noisy = np.clip(np.array(COLOURS)[truth] + rng.integers(-30, 31, (48, 48, 3)), 0, 255).astype(np.uint8)
    labels = labels_of_colours(noisy, COLOURS, 60, 0, tmp_path)
    np.testing.assert_array_equal(labels, truth)
    # One pixel in the middle of each block is of no colour of the table.
    spoiled = noisy.copy()
    spoiled[4::8, 4::8] = (0, 160, 160)
    np.testing.assert_array_equal(labels_of_colours(spoiled, COLOURS, 60, 0.1, tmp_path), truth)
    with pytest.raises(BrokenImage, match=r"1\.6% of the pixels of map\.png .*\[0, 160, 160\]"):
        labels_of_colours(spoiled, COLOURS, 60, 0.01, Path("map.png"))


def test_against_every_distance(tmp_path: Path):
    pixels = np.random.default_rng(5).integers(0, 256, (20, 30, 3)).astype(np.uint8)
    distance = np.linalg.norm(pixels[:, :, None].astype(float) - np.array(COLOURS), axis=3)
    np.testing.assert_array_equal(labels_of_colours(pixels, COLOURS, 442, 0, tmp_path), distance.argmin(2))


def coded(root: Path) -> dict:
    """Four pictures of different sizes with colour-coded maps, and a params section for them."""
    for number in range(4):
        size = (40 + 4 * number, 30)
        picture(root / f"in/p{number}.png", size, number)
        picture(root / f"style/s{number}.png", (20, 50), number + 9)
        for name, (width, height) in ((f"p{number}", size), (f"s{number}", (20, 49))):
            map_ = np.zeros((height, width, 3), np.uint8)
            map_[:, width // 2 :] = COLOURS[1 + number % 2]
            (root / "seg").mkdir(exist_ok=True)
            Image.fromarray(map_).save(root / f"seg/{name}.png")
    folder = {
        "images": ["in/*", "style/*"], "label_maps": "seg/{stem}.png", "colours": COLOURS,
        "test_items": "p[23]",
    }  # fmt: skip
    return {"source": "folder", "root": str(root), "folder": folder, "workers": 1, "max_rejected_share": 0.5}


GIVEN = {"method": "pattern", "pattern": r"p(\d)", "exemplar": r"s\1"}


def with_classes(data: dict, classes: int = 3, pairs: dict | None = None):
    params = sections(data, pairs or GIVEN, kind="labels")
    object.__setattr__(params, "conditions", params.conditions.model_copy(update={"classes": classes}))
    return params


def test_colour_coded_folder_through_data_conditions_and_pairs(tmp_path: Path):
    params, layout = with_classes(coded(tmp_path / "set")), Layout("x", tmp_path)
    run_all(params, layout)
    index = pd.read_csv(layout.data / "index.csv")
    assert index.id.tolist() == ["p0", "p1", "p2", "p3", "s0", "s1", "s2", "s3"]
    for row in index.itertuples():
        stacked = np.asarray(Image.open(layout.conditions / f"condition/{row.id}.png"))
        planes = stacked.reshape(3, row.width, row.width)
        assert set(np.unique(planes)) <= {0, 255}
        assert (planes.sum(axis=0, dtype=int) == 255).all()
        labels = np.asarray(Image.open(layout.conditions / f"parsing/{row.id}.png"))
        np.testing.assert_array_equal(planes.argmax(axis=0), labels)
        assert set(np.unique(labels)) == {0, 1 + int(row.id[1]) % 2}
    pairs = pd.read_csv(layout.pairs / "pairs.csv")
    assert dict(zip(pairs.item, pairs.exemplar, strict=True)) == {f"p{k}": f"s{k}" for k in range(4)}
    assert set(pairs["rank"]) == {1}


def rejected(layout: Layout, stage: str) -> dict[str, str]:
    table = pd.read_csv(layout.results / stage / "rejected.csv", dtype=str)
    return dict(zip(table.id, table.reason, strict=True))


@pytest.mark.parametrize(
    ("spoil", "stage", "words"),
    [
        (lambda root: (root / "seg/p1.png").unlink(), "data", "no labels"),
        (lambda root: (root / "seg/p1.png").write_bytes(b""), "conditions", "cannot be read"),
        (lambda root: picture(root / "seg/p1.png", (44, 30)), "conditions", "within"),
        (lambda root: picture(root / "seg/p1.png", (30, 30)), "conditions", "30 x 30"),
        (lambda root: (root / "in/p1.png").write_bytes(b"x"), "data", "cannot be read"),
    ],
    ids=["absent", "empty", "other-colours", "other-shape", "image"],
)
def test_one_spoiled_file_is_listed_and_the_rest_goes_on(tmp_path: Path, spoil, stage: str, words: str):
    params, layout = with_classes(coded(tmp_path / "set")), Layout("x", tmp_path)
    spoil(tmp_path / "set")
    import_images.run(params, layout)
    extract_conditions.run(params, layout)
    reasons = rejected(layout, stage)
    assert list(reasons) == ["p1"]
    assert words in reasons["p1"]
    assert "\n" not in reasons["p1"]


def test_a_label_beyond_the_classes_is_rejected(tmp_path: Path):
    params, layout = with_classes(coded(tmp_path / "set"), classes=2), Layout("x", tmp_path)
    import_images.run(params, layout)
    extract_conditions.run(params, layout)
    reasons = rejected(layout, "conditions")
    assert list(reasons) == ["p1", "p3", "s1", "s3"]
    assert "label 2" in reasons["p1"]
    assert "conditions.classes: 2" in reasons["p1"]


def faces(root: Path) -> np.ndarray:
    """Three pictures with a face each, as label maps and as part masks."""
    labels = np.zeros((24, 24), np.uint8)
    labels[4:20, 4:20] = LABELS.index("skin")
    labels[10:12, 8:16] = LABELS.index("mouth")
    for name in "abc":
        picture(root / f"{name}.jpg", (48, 48))
        (root / "maps").mkdir(exist_ok=True)
        Image.fromarray(labels).save(root / f"maps/{name}.png")
        for part in ("skin", "mouth"):
            mask = ((labels == LABELS.index(part)) | ((part == "skin") & (labels > 0))) * np.uint8(255)
            (root / "masks").mkdir(exist_ok=True)
            Image.fromarray(mask).save(root / f"masks/{name}_{part}.png")
    return labels


def test_faces_by_label_maps_and_by_part_masks_are_the_same(tmp_path: Path):
    labels = faces(tmp_path)
    by_map = source(tmp_path, label_maps="maps/{stem}.png", face_labels=True, images=["*"])
    by_mask = source(tmp_path, part_masks="masks/{stem}_{part}.png", images=["*"])
    for item in by_map.items():
        one, other = by_map.parsing(item, 24), by_mask.parsing(item, 24)
        np.testing.assert_array_equal(one.labels, labels)
        np.testing.assert_array_equal(one.labels, other.labels)
        np.testing.assert_array_equal(one.parts, other.parts)


def test_maps_below_the_images_are_no_images(tmp_path: Path):
    faces(tmp_path)
    assert ids(source(tmp_path, label_maps="maps/{stem}.png", images=["*", "maps/*"])) == ["a", "b", "c"]


def test_face_conditions_need_the_labels_of_a_face(tmp_path: Path):
    faces(tmp_path / "set")
    data = {
        "source": "folder", "root": str(tmp_path / "set"), "workers": 1, "max_rejected_share": 1,
        "folder": {"images": ["*"], "label_maps": "maps/{stem}.png", "test_items": "c"},
    }  # fmt: skip
    params, layout = sections(data), Layout("x", tmp_path)
    import_images.run(params, layout)
    with pytest.raises(MatebitError, match="no train image has a condition"):
        extract_conditions.run(params, layout)
    assert "data.folder.face_labels" in rejected(layout, "conditions")["a"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda map_: Image.merge("RGB", [map_, map_.point(lambda v: 9 - v), map_]), "data.folder.colours"),
        (lambda map_: Image.fromarray(np.asarray(map_).astype(np.uint16) * 257), "not one 8-bit channel"),
        (lambda map_: map_.resize((24, 12)), "24 x 12"),
        (lambda map_: Image.fromarray(np.asarray(map_) + np.uint8(12)), "labels go from 0 to 18"),
    ],
    ids=["colours", "16-bit", "other-shape", "no-label"],
)
def test_label_maps_that_cannot_be_read_as_labels(tmp_path: Path, spoil, words: str):
    faces(tmp_path)
    spoil(Image.open(tmp_path / "maps/a.png")).save(tmp_path / "maps/a.png")
    found = source(tmp_path, label_maps="maps/{stem}.png", face_labels=True, images=["*"])
    with pytest.raises(BrokenImage, match=words):
        found.parsing(found.items()[0], 24)


def test_an_indexed_map_is_read_by_its_indices(tmp_path: Path):
    labels = faces(tmp_path)
    indexed = Image.fromarray(labels)
    indexed.putpalette([200, 30, 90] * 256)
    indexed.save(tmp_path / "maps/a.png")
    found = source(tmp_path, label_maps="maps/{stem}.png", images=["*"])
    np.testing.assert_array_equal(found.parsing(found.items()[0], 24).labels, labels)


def test_lists_as_earlier_projects_wrote_them(tmp_path: Path):
    """Backslashes, rows of different lengths, names of absent files, no final newline."""
    data = coded(tmp_path / "set")
    (tmp_path / "set/ref.txt").write_text("in\\p0.png,style\\s1.png,style\\s2.png\r\nin\\p1.png,in\\p0.png")
    (tmp_path / "set/ref_test.txt").write_text("in\\p2.png,absent.png,s0.png\nin\\p3.png,style/s1")
    listed = {"method": "list", "list_train": "ref.txt", "list_test": "ref_test.txt"}
    layout = Layout("x", tmp_path)
    run_all(with_classes(data, pairs=listed), layout)
    rows = pd.read_csv(layout.pairs / "pairs.csv")
    assert list(zip(rows.item, rows.exemplar, rows["rank"], strict=True)) == [
        ("p0", "s1", 1), ("p0", "s2", 2), ("p1", "p0", 1), ("p2", "s0", 1), ("p3", "s1", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["json", "md5sum"])
def test_files_that_are_not_their_publishers_are_rejected(tmp_path: Path, form: str):
    md5 = {}
    for number in range(3):
        path = picture(tmp_path / f"set/images/{number}.png", seed=number)
        md5[f"images/{number}.png"] = hashlib.md5(path.read_bytes()).hexdigest()
    (tmp_path / "set/images/0.png").write_bytes((tmp_path / "set/images/1.png").read_bytes())
    rows = [{"image_path": path, "image_md5": digest, "obj_id": "x"} for path, digest in md5.items()]
    text = json.dumps(rows) if form == "json" else "".join(f"{d}  ./{p}\n" for p, d in md5.items())
    name = "metfaces.json" if form == "json" else "sums.md5"
    (tmp_path / "set" / name).write_text(text)
    data = {
        "source": "folder", "root": str(tmp_path / "set"), "workers": 1, "max_rejected_share": 0.5,
        "folder": {"images": ["images/*"], "checksums": name, "test_items": "2"},
    }  # fmt: skip
    layout = Layout("x", tmp_path)
    import_images.run(sections(data), layout)
    assert list(rejected(layout, "data")) == ["0"]
    assert md5["images/0.png"] in rejected(layout, "data")["0"]
    (tmp_path / "set" / name).write_text("[1]" if form == "json" else "no list")
    with pytest.raises(MatebitError, match=r"data\.folder\.checksums"):
        import_images.run(sections(data), layout)


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ({"images": ["../*"]}, "leads out"),
        ({"images": ["/etc/*"]}, "leads out"),
        ({"label_maps": "maps/x.png"}, "{stem}"),
        ({"label_maps": "maps/{name}.png"}, "{stem}"),
        ({"label_maps": "maps/{stem"}, "braces"),
        ({"part_masks": "masks/{stem}.png"}, "{part}"),
        ({"label_maps": "m/{stem}.png", "part_masks": "m/{stem}_{part}.png"}, "exclude"),
        ({"colours": COLOURS}, "label_maps"),
        ({"label_maps": "m/{stem}.png", "colours": [[0, 0, 0], [0, 0, 0]]}, "twice"),
        ({"label_maps": "m/{stem}.png", "colours": [[0, 0, 0], [0, 256, 0]]}, "255"),
        ({"group": "("}, "no regular expression"),
        ({"group": "a+"}, "no group"),
    ],
)
def test_layouts_that_cannot_be_are_refused(folder: dict, words: str):
    with pytest.raises(ValidationError, match=words.replace("{", r"\{").replace("}", r"\}")):
        DataConfig(source="folder", folder=folder)


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ({"method": "pattern", "pattern": "a"}, "needs pattern and exemplar"),
        ({"method": "pattern", "pattern": "(", "exemplar": "b"}, "no regular expression"),
        ({"method": "pattern", "pattern": "a", "exemplar": r"b\1"}, "group 1"),
    ],
)
def test_patterns_that_cannot_be_are_refused(pairs: dict, words: str):
    with pytest.raises(ValidationError, match=words):
        PairsConfig(**pairs)


def test_a_pattern_that_fits_nothing_is_said(tmp_path: Path):
    params = with_classes(coded(tmp_path / "set"), pairs=GIVEN | {"pattern": r"q(\d)"})
    with pytest.raises(MatebitError, match=r"pairs\.pattern: q.* ids are as p0"):
        run_all(params, Layout("x", tmp_path))


def test_exported_lists_give_the_same_pairs_again(tmp_path: Path, portraits):
    params, layout = (
        with_classes(coded(tmp_path / "set"), pairs={"method": "color_layout"}),
        Layout("x", tmp_path),
    )
    run_all(params, layout)
    written = export_lists(layout, tmp_path / "set")
    assert [path.name for path in written] == ["train.txt", "val.txt", "ref.txt", "ref_test.txt"]
    assert (tmp_path / "set/val.txt").read_text() == "in/p2.png\nin/p3.png\n"
    first = (tmp_path / "set/ref_test.txt").read_text().splitlines()[0].split(",")
    assert first[0] == "in/p2.png"
    assert len(first) == 7
    listed = {"method": "list", "list_train": "ref.txt", "list_test": "ref_test.txt"}
    again = Layout("again", tmp_path)
    run_all(with_classes(coded(tmp_path / "set"), pairs=listed), again)
    columns = ["item", "exemplar", "rank", "split", "self_ref"]
    tables = [pd.read_csv(place.pairs / "pairs.csv")[columns] for place in (layout, again)]
    pd.testing.assert_frame_equal(*tables)
    # Bundled sets are named by their ids, and tell which images share a style.
    drawn = {path.name: path.read_text() for path in export_lists(portraits[1], tmp_path / "drawn")}
    assert "self_pair.txt" in drawn
    ids = pd.read_csv(portraits[1].data / "index.csv").id
    assert set(drawn["train.txt"].split()) | set(drawn["val.txt"].split()) == set(ids)
