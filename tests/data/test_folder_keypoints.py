"""A plain folder with OpenPose's files: the 20 channels of its images, and what is said of spoiled ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError
from small_sets import Sections, contents, sections
from test_deepfashion import SPOILED, STEM, write_folder, write_rows

from matebit.config.data import DataConfig
from matebit.data import extract_conditions, import_images
from matebit.pipeline.layout import Layout


def plain(root: Path, **folder: Any) -> Sections:
    known = {"images": ["img/**/*.jpg"], "keypoints": "pose/{stem}", "test_items": ".*02_1_front"}
    data = {"source": "folder", "root": str(root), "max_rejected_share": 0.5, "folder": known | folder}
    return sections(data, kind="pose")


def flattened(root: Path) -> Path:
    """The photographs of DeepFashion's layout with their poses, all in one folder each."""
    write_folder(root)
    for folder, ends in (("img", (".jpg",)), ("pose", ("_candidate.txt", "_subset.txt"))):
        for end in ends:
            for path in list((root / folder).rglob(f"*{end}")):
                path.rename(root / folder / "-".join(path.relative_to(root / folder).parts))
    (root / "val.txt").unlink()
    return root


def test_the_channels_are_those_of_the_same_pictures_of_deepfashion(tmp_path: Path) -> None:
    fashion = sections(
        {"source": "deepfashion", "root": str(write_folder(tmp_path / "fashion"))}, kind="pose"
    )
    found = {}
    for name, params in (("fashion", fashion), ("plain", plain(flattened(tmp_path / "plain")))):
        layout = Layout(name, tmp_path)
        import_images.run(params, layout)
        extract_conditions.run(params, layout)
        found[name] = contents(layout.conditions / "condition")
        assert len(pd.read_csv(layout.conditions / "keypoints.csv")) == 4 * 18
    assert found["plain"] == found["fashion"]


@pytest.mark.parametrize(
    ("end", "rows", "words"),
    [
        ("_candidate.txt", None, "does not exist"),
        ("_candidate.txt", [[float("nan"), 1, 0.9, 0]], "not finite"),
        ("_subset.txt", [], "no person"),
        ("_candidate.txt", [[999, 1, 0.9, k] for k in range(18)], "outside the picture"),
    ],
    ids=["absent", "nan", "nobody", "outside"],
)
def test_spoiled_joints_are_rejected_alone(tmp_path: Path, end: str, rows: list | None, words: str) -> None:
    root = flattened(tmp_path / "plain")
    path = root / ("pose/" + STEM.removeprefix("pose/").replace("/", "-") + end)
    assert path.exists()
    path.unlink()
    if rows is not None:
        write_rows(path, rows)
    layout = Layout("x", tmp_path)
    import_images.run(plain(root), layout)
    extract_conditions.run(plain(root), layout)
    tables = [pd.read_csv(place / "rejected.csv") for place in (layout.data, layout.conditions)]
    [(id, reason)] = pd.concat(tables)[["id", "reason"]].itertuples(index=False)
    assert id == SPOILED
    assert words in reason


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"folder": {"keypoints": "pose/x"}}, "{stem}"),
        ({"folder": {"keypoints": "../{stem}"}}, "leads out"),
        ({"folder": {"keypoints": "pose/{stem}"}, "align": "face_alignment"}, "choose one"),
    ],
)
def test_what_cannot_be_is_refused(data: dict, words: str) -> None:
    with pytest.raises(ValidationError, match=words.replace("{", r"\{").replace("}", r"\}")):
        DataConfig(source="folder", **data)
