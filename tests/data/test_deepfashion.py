"""DeepFashion's folders, OpenPose's text files and the lists, as they are found and broken one by one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from small_sets import Sections, run_all, sections

from matebit.config.data import PairsConfig
from matebit.data import extract_conditions, import_images
from matebit.data.sources.openpose import read_openpose
from matebit.data.sources.registry import open_source
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage
from matebit.pipeline.layout import Layout

VIEWS = (
    "id_00000001/01_1_front",
    "id_00000001/01_2_side",
    "id_00000002/01_1_front",
    "id_00000003/02_1_front",
)
SPOILED = "WOMEN-Dresses-id_00000001-01_2_side"
STEM = "pose/WOMEN/Dresses/id_00000001/01_2_side"


def write_rows(path: Path, rows: list[list[float]]) -> None:
    path.write_text("\n".join(" ".join(f"{value:.6e}" for value in row) for row in rows))


def person(first: int, joints: int = 18, score: float = 20.0) -> list[float]:
    """A row of `subset`: the first `joints` joints lie in `candidate` from row `first` on."""
    return [*range(first, first + joints), *[-1] * (18 - joints), score, joints]


def write_folder(root: Path, size: tuple[int, int] = (24, 36), images: str = "img") -> Path:
    rng = np.random.default_rng(0)
    for view in VIEWS:
        picture = root / images / f"WOMEN/Dresses/{view}.jpg"
        picture.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (*size[::-1], 3), dtype=np.uint8)).save(picture)
        stem = root / f"pose/WOMEN/Dresses/{view}"
        stem.parent.mkdir(parents=True, exist_ok=True)
        points = rng.integers(0, size, (18, 2)).tolist()
        write_rows(
            stem.with_name(f"{stem.name}_candidate.txt"), [[x, y, 0.9, k] for k, (x, y) in enumerate(points)]
        )
        write_rows(stem.with_name(f"{stem.name}_subset.txt"), [person(0)])
    (root / "val.txt").write_text("img\\WOMEN\\Dresses\\id_00000003\\02_1_front.jpg")
    return root


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "fashion")


def fashion(root: Path, pairs: dict | None = None, **data) -> Sections:
    chosen = {"source": "deepfashion", "root": str(root), "workers": 1, "max_rejected_share": 0.3}
    return sections(chosen | data, pairs, kind="pose")


def extracted(params: Sections, tmp_path: Path) -> Layout:
    layout = Layout("x", tmp_path)
    import_images.run(params, layout)
    extract_conditions.run(params, layout)
    return layout


def reasons(folder: Path) -> dict[str, str]:
    table = pd.read_csv(folder / "rejected.csv", dtype=str)
    return dict(zip(table.id, table.reason, strict=True))


def subset(rows: list[list[float]]) -> Callable[[Path], None]:
    return lambda root: write_rows(root / f"{STEM}_subset.txt", rows)


def candidate(*changes: tuple[int, list[float]]) -> Callable[[Path], None]:
    def spoil(root: Path) -> None:
        path = root / f"{STEM}_candidate.txt"
        rows = np.loadtxt(path).tolist()
        for number, row in changes:
            rows[number] = row
        write_rows(path, rows)

    return spoil


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (subset([]), "no person"),
        (subset([[-1] * 18 + [0, 0]]), "without joints"),
        (subset([person(5)]), "row 22"),
        (subset([[1, 2, 3]]), "3 numbers"),
        (subset([[float("nan")] * 20]), "not finite"),
        (candidate((3, [float("nan"), 4, 0.5, 3])), "not finite"),
        (candidate((3, [4, float("inf"), 0.5, 3])), "not finite"),
        (candidate((3, [24, 4, 0.5, 3])), "outside the picture of 24 x 36"),
        (candidate((3, [-1, 4, 0.5, 3])), "outside the picture"),
        (lambda root: (root / f"{STEM}_subset.txt").write_text("zero one"), "line 1"),
        (lambda root: (root / f"{STEM}_candidate.txt").write_bytes(b"\xff\xfe\x00"), "cannot be read"),
    ],
    ids=[
        "nobody",
        "no-joint",
        "row",
        "columns",
        "nan-person",
        "nan",
        "inf",
        "outside",
        "left",
        "words",
        "bytes",
    ],
)
def test_unusable_pose_is_listed_and_the_rest_goes_on(
    folder: Path, tmp_path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    spoil(folder)
    layout = extracted(fashion(folder), tmp_path)
    found = reasons(layout.conditions)
    assert list(found) == [SPOILED]
    assert words in found[SPOILED]
    assert "01_2_side" in found[SPOILED]
    assert "\n" not in found[SPOILED]
    assert len(pd.read_csv(layout.conditions / "index.csv")) == 3


def test_photograph_without_pose_files_is_listed_by_the_data_stage(folder: Path, tmp_path: Path) -> None:
    (folder / f"{STEM}_subset.txt").unlink()
    layout = extracted(fashion(folder), tmp_path)
    found = reasons(layout.data)
    assert list(found) == [SPOILED]
    assert "_subset.txt does not exist" in found[SPOILED]


def test_of_many_people_the_highest_score_is_taken(tmp_path: Path) -> None:
    points, people = tmp_path / "c.txt", tmp_path / "s.txt"
    write_rows(points, [[k, 2 * k, 0.5, k] for k in range(40)])
    write_rows(people, [person(0, score=3), person(20, joints=15, score=9), person(4, score=9)])
    pose = read_openpose(points, people, (100, 100))
    assert pose.points[:15].tolist() == [[k, 2 * k] for k in range(20, 35)]
    assert pose.present.tolist() == [True] * 15 + [False] * 3
    assert pose.size == (100, 100)


def test_a_joint_that_nobody_has_may_lie_anywhere(tmp_path: Path) -> None:
    points, people = tmp_path / "c.txt", tmp_path / "s.txt"
    write_rows(points, [[5, 5, 0.5, 0], [900, 900, 0.5, 1]])
    write_rows(people, [person(0, joints=1)])
    assert read_openpose(points, people, (10, 10)).present.sum() == 1


def test_absent_and_empty_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    with pytest.raises(BrokenImage, match="no person"):
        read_openpose(tmp_path / "empty.txt", tmp_path / "empty.txt", (10, 10))
    with pytest.raises(BrokenImage, match="cannot be read"):
        read_openpose(tmp_path / "absent.txt", tmp_path / "empty.txt", (10, 10))


def test_ids_are_paths_and_groups_are_garments(folder: Path) -> None:
    items = open_source(fashion(folder).data, 1).items()
    assert [(item.id, item.group, item.split) for item in items] == [
        ("WOMEN-Dresses-id_00000001-01_1_front", "WOMEN-Dresses-id_00000001", "train"),
        (SPOILED, "WOMEN-Dresses-id_00000001", "train"),
        ("WOMEN-Dresses-id_00000002-01_1_front", "WOMEN-Dresses-id_00000002", "train"),
        ("WOMEN-Dresses-id_00000003-02_1_front", "WOMEN-Dresses-id_00000003", "test"),
    ]
    assert items[0].origin == "img/WOMEN/Dresses/id_00000001/01_1_front.jpg"


def test_folder_without_poses_is_refused(tmp_path: Path) -> None:
    (tmp_path / "img").mkdir()
    with pytest.raises(MatebitError, match=r"pose is not a folder.*data\.deepfashion"):
        open_source(fashion(tmp_path).data, 1)


def list_name(view: str) -> str:
    return f"img\\WOMEN\\Dresses\\{view}.jpg".replace("/", "\\")


def test_lists_of_references_and_of_one_person(folder: Path, tmp_path: Path) -> None:
    first, second, third, held_out = map(list_name, VIEWS)
    # Rows of different lengths, Windows ends of lines, no end of the last, names of absent files.
    (folder / "ref.txt").write_text(f"{first},{third}\r\n{second},{third},{first}\r\n\r\n{third},{second}")
    (folder / "ref_test.txt").write_text(f"{held_out},{list_name('id_00000009/01_1_front')},{second}")
    (folder / "self.txt").write_text(
        f"{first},{second},{held_out}\n{list_name('id_00000009/01_1_front')},{first}\n{second},{first}"
    )
    lists = {"list_train": "ref.txt", "list_test": "ref_test.txt", "list_self": "self.txt"}
    layout = Layout("x", tmp_path)
    run_all(fashion(folder, {"method": "list", **lists}), layout)
    table = pd.read_csv(layout.pairs / "pairs.csv", dtype=str)
    ids = [f"WOMEN-Dresses-{view.replace('/', '-')}" for view in VIEWS]
    rows = [
        (ids.index(row.item), ids.index(row.exemplar), int(row.rank), int(row.self_ref))
        for row in table.itertuples()
    ]
    # (item, exemplar, rank, self reference); the held-out image of the person does not train.
    assert rows == [
        (0, 2, 1, 0),
        (0, 1, 1, 1),
        (1, 2, 1, 0),
        (1, 0, 2, 0),
        (1, 0, 1, 1),
        (2, 1, 1, 0),
        (3, 1, 1, 0),
    ]


def test_self_references_go_with_any_method_but_style(folder: Path, tmp_path: Path) -> None:
    (folder / "self.txt").write_text(f"{list_name(VIEWS[0])},{list_name(VIEWS[1])}")
    layout = Layout("x", tmp_path)
    run_all(fashion(folder, {"method": "color_layout", "list_self": "self.txt"}), layout)
    table = pd.read_csv(layout.pairs / "pairs.csv")
    assert table[table.self_ref == 1].exemplar.tolist() == [SPOILED]
    assert set(table[table.self_ref == 0].item) == {
        item.id for item in open_source(fashion(folder).data, 1).items()
    }
    with pytest.raises(ValueError, match="list_self"):
        PairsConfig(method="style", list_self="self.txt")


def test_high_resolution_is_padded_around_the_middle(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "hd", size=(24, 36), images="img_highres")
    deepfashion = {"images": "img_highres", "pad_to_square": True}
    source = open_source(fashion(root, deepfashion=deepfashion).data, 1)
    item = source.items()[0]
    assert item.id == "WOMEN-Dresses-id_00000001-01_1_front"
    padded = source.image(item, 36)
    original = np.asarray(Image.open(root / item.origin))
    np.testing.assert_array_equal(padded[:, 6:30], original)
    assert (padded[:, :6] == 232).all()
    assert (padded[:, 30:] == 232).all()
    joints = np.loadtxt(root / "pose/WOMEN/Dresses/id_00000001/01_1_front_candidate.txt")[:, :2]
    pose = source.body_pose(item)
    np.testing.assert_array_equal(pose.points, np.add(joints, (6, 0)))
    assert pose.size == (36, 36)


def test_poses_of_smaller_pictures_keep_their_size(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "hd", size=(24, 36))
    params = fashion(root, deepfashion={"pad_to_square": True, "pose_side": 40})
    pose = open_source(params.data, 1).body_pose(open_source(params.data, 1).items()[0])
    assert pose.size == (40, 40)
