"""metfaces.json: digests and landmarks of faces and of the works they were cut from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from small_sets import Sections, sections
from test_alignment import frame_points, moved

from matebit.data import extract_conditions, import_images
from matebit.errors import MatebitError
from matebit.pipeline.layout import Layout

WORK, SHRINK = (700, 620), 2  # px of a work; its landmarks were found at half of that


def md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()


def met_set(root: Path) -> tuple[Path, list[dict[str, Any]]]:
    """Three faces, two of one work, as the dataset's folder; the frames' points are `frame_points`."""
    rng = np.random.default_rng(0)
    for folder in ("images", "unprocessed"):
        (root / folder).mkdir(parents=True)
    rows = []
    for work, face, place in (("11", 0, (350, 300)), ("11", 1, (200, 200)), ("12", 0, (350, 310))):
        own, cut = root / f"unprocessed/image-{work}.png", root / f"images/{work}-{face:02d}.png"
        if not own.exists():
            Image.fromarray(rng.integers(0, 256, (*WORK[::-1], 3), dtype=np.uint8)).save(own)
        Image.fromarray(rng.integers(0, 256, (1024, 1024, 3), dtype=np.uint8)).save(cut)
        points = moved(frame_points() - 0.5, 0.3, 240, place)
        rows.append(
            {
                "obj_id": work, "source_path": f"unprocessed/{own.name}", "source_md5": md5(own),
                "image_path": f"images/{cut.name}", "image_md5": md5(cut), "face_idx": face,
                "face_spec": {"shrink": SHRINK, "landmarks": (points / SHRINK - 0.5).tolist()},
            }
        )  # fmt: skip
    (root / "metfaces.json").write_text(json.dumps(rows))
    return root, rows


def met_sections(root: Path, **data: Any) -> Sections:
    folder = {
        "images": [data.pop("images", "images/*.png")], "group": r"(\d+)(-|$)", "test_items": ".*12.*",
        "checksums": "metfaces.json", "landmarks": "metfaces.json",
    }  # fmt: skip
    known = {"source": "folder", "root": str(root), "max_rejected_share": 0.5, "folder": folder}
    return sections({**known, **data}, kind="canny")


def run(params: Sections, folder: Path) -> tuple[Layout, pd.DataFrame]:
    layout = Layout("x", folder)
    import_images.run(params, layout)
    extract_conditions.run(params, layout)
    return layout, pd.read_csv(layout.conditions / "landmarks.csv", dtype={"id": str})


def test_a_cut_face_has_its_landmarks_in_its_own_frame(tmp_path: Path) -> None:
    root, _ = met_set(tmp_path / "set")
    _, table = run(met_sections(root), tmp_path)
    assert table.id.unique().tolist() == ["11-00", "11-01", "12-00"]
    for _, points in table.groupby("id"):
        np.testing.assert_allclose(points[["x", "y"]], frame_points(), atol=1e-6)


def test_a_work_is_aligned_by_its_first_face_without_any_network(tmp_path: Path) -> None:
    root, rows = met_set(tmp_path / "set")
    layout, table = run(met_sections(root, images="unprocessed/*.png", align="landmarks"), tmp_path)
    assert table.id.unique().tolist() == ["image-11", "image-12"]
    for _, points in table.groupby("id"):
        np.testing.assert_allclose(points[["x", "y"]], frame_points(), atol=1e-6)
    maps = pd.read_csv(layout.data / "alignment.csv").set_index("id")
    assert set(maps.landmarks) == {"metfaces.json"}
    # The recorded map takes the dataset's numbers to the frame by the rule of the dataset's own script.
    row, x, y = maps.loc["image-11"], *(np.array(rows[0]["face_spec"]["landmarks"][36]) + 0.5) * SHRINK / WORK
    goal = (row.a * x + row.b * y + row.c, row.d * x + row.e * y + row.f)
    np.testing.assert_allclose(goal, frame_points()[36], atol=1e-6)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda row: row.update(image_md5="0" * 32), "not its publisher's file"),
        (lambda row: row["face_spec"]["landmarks"].pop(), "has 0 landmarks in metfaces.json"),
        (lambda row: row["face_spec"].update(landmarks=[[5, 5]] * 68), "has 0 landmarks in metfaces.json"),
        (lambda row: row["face_spec"]["landmarks"].__setitem__(3, [float("nan"), 1]), "has 0 landmarks"),
    ],
    ids=["digest", "67", "one-place", "nan"],
)
def test_a_faulty_face_is_rejected_alone(tmp_path: Path, spoil: Callable[[dict], Any], words: str) -> None:
    root, rows = met_set(tmp_path / "set")
    spoil(rows[1])
    (root / "metfaces.json").write_text(json.dumps(rows))
    layout, table = run(met_sections(root), tmp_path)
    found = [pd.read_csv(place / "rejected.csv", dtype=str) for place in (layout.data, layout.conditions)]
    [(id, reason)] = pd.concat(found)[["id", "reason"]].itertuples(index=False)
    assert id == "11-01"
    assert words in reason
    assert table.id.unique().tolist() == ["11-00", "12-00"]


@pytest.mark.parametrize("text", ["{", "{}", "[1]", '[{"face_idx": 0}]'])
def test_a_file_of_another_form_is_said(tmp_path: Path, text: str) -> None:
    root, _ = met_set(tmp_path / "set")
    (root / "metfaces.json").write_text(text)
    params = met_sections(root)
    with pytest.raises(MatebitError, match=r"data\.folder\.(checksums|landmarks).*metfaces\.json"):
        run(params, tmp_path)
    folder = params.data.folder.model_copy(update={"checksums": None})
    params = Sections(params.data.model_copy(update={"folder": folder}), params.conditions, params.pairs)
    with pytest.raises(MatebitError, match=r"data\.folder\.landmarks.*is no metfaces\.json"):
        run(params, tmp_path / "again")
