"""Names that other readers take for nothing, for a number or for a switch come back as they were written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_sets import sections

from matebit.contracts.catalogue import CONDITION_COLUMNS, INDEX_COLUMNS, read_catalogue
from matebit.contracts.measures import IMAGE_COLUMNS, VALUE_COLUMNS
from matebit.contracts.pairs import PAIR_COLUMNS
from matebit.contracts.structure import (
    ALIGNMENT_COLUMNS,
    ALIGNMENT_NUMBERS,
    EXTRACTOR_COLUMNS,
    KEYPOINT_COLUMNS,
    LANDMARK_COLUMNS,
    REJECTED_COLUMNS,
)
from matebit.contracts.translated import MATRIX_COLUMNS, TRANSLATED_COLUMNS
from matebit.data import choose_exemplars, extract_conditions, import_images
from matebit.data.near_duplicates import DUPLICATE_COLUMNS
from matebit.data.sources.landmark_file import read_landmarks
from matebit.data.sources.pose_files import PoseFiles
from matebit.errors import MatebitError
from matebit.io.images import write_png
from matebit.io.tables import read_table, write_table
from matebit.pipeline.layout import Layout
from matebit.report.differences import COLUMNS
from matebit.report.tables import CSV_COLUMNS

WORDS = [
    "NA", "nan", "NaN", "null", "NULL", "None", "N/A", "n/a", "<NA>", "#N/A", "-nan", "inf", "007", "1e5",
    "0x1f", "1_000", "True", "false", "", " ", "a,b", 'say "so"', "two\nlines", "cr\rhere", "-1", "#", "山",
    "'", "=1",
]  # fmt: skip
# The tables that stages hand on, and which of their columns hold numbers.
TABLES = {
    "data": (INDEX_COLUMNS, ["width", "height"]),
    "conditions": (CONDITION_COLUMNS, []),
    "pairs": (PAIR_COLUMNS, ["rank", "score", "self_ref"]),
    "translated": (TRANSLATED_COLUMNS, ["rank"]),
    "values": (VALUE_COLUMNS, ["seed", "value", "n"]),
    "images": (IMAGE_COLUMNS, ["seed", "value"]),
    "rejected": (REJECTED_COLUMNS, []),
    "alignment": (ALIGNMENT_COLUMNS, list(ALIGNMENT_NUMBERS)),
    "landmarks": (LANDMARK_COLUMNS, ["point", "x", "y"]),
    "keypoints": (KEYPOINT_COLUMNS, ["x", "y"]),
    "extractors": (EXTRACTOR_COLUMNS, []),
    "duplicates": (DUPLICATE_COLUMNS, ["likeness"]),
    "matrix": (MATRIX_COLUMNS, []),
    "comparison": (CSV_COLUMNS, ["mean", "deviation", "low", "high", "n", "seeds", "exemplar_rank"]),
    "differences": (COLUMNS, ["difference", "low", "high", "p", "p_holm", "images"]),
}
words = st.sampled_from(WORDS) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@pytest.mark.parametrize("name", TABLES)
@given(data=st.data())
def test_every_table_gives_back_its_words(name: str, data: st.DataObject, tmp_path_factory):
    columns, numbers = TABLES[name]
    cells = {column: st.integers(0, 9) if column in numbers else words for column in columns}
    rows = data.draw(st.lists(st.fixed_dictionaries(cells), max_size=5))
    path = tmp_path_factory.getbasetemp() / "words.csv"
    write_table(path, rows, columns)
    assert read_table(path, columns, numbers=numbers).to_dict("records") == rows


def test_numbers_and_their_empty_cells(tmp_path: Path):
    rows = [{"id": "1", "x": 0.25}, {"id": "2", "x": None}, {"id": "3", "x": float("inf")}]
    write_table(tmp_path / "t.csv", rows, ["id", "x"])
    found = read_table(tmp_path / "t.csv", ["id", "x"], numbers=["x"])
    assert found["id"].tolist() == ["1", "2", "3"]
    np.testing.assert_array_equal(found["x"], [0.25, np.nan, np.inf])
    (tmp_path / "t.csv").write_text("id,x\n1,many\n")
    with pytest.raises(MatebitError, match=r"t\.csv: the column 'x' has a cell that is no number"):
        read_table(tmp_path / "t.csv", ["id", "x"], numbers=["x"])


def test_a_table_that_a_spreadsheet_saved(tmp_path: Path):
    (tmp_path / "t.csv").write_bytes("\ufeffid,x\r\nNA,1\r\n007,\r\n".encode())
    found = read_table(tmp_path / "t.csv", ["id", "x"], numbers=["x"])
    assert found["id"].tolist() == ["NA", "007"]
    np.testing.assert_array_equal(found["x"], [1, np.nan])


def test_a_person_called_na_is_no_exemplar_of_itself(tmp_path: Path):
    for person in ("NA", "BO", "CY"):
        for shot in range(1, 5):
            pixels = np.random.default_rng((ord(person[0]), shot)).integers(0, 256, (24, 24, 3))
            write_png(tmp_path / f"faces/{person}_{shot}.png", pixels.astype(np.uint8))
    folder = {"group": "([A-Z]+)_", "test_items": ".*_4"}
    data = {"source": "folder", "root": str(tmp_path / "faces"), "folder": folder, "workers": 1}
    params, layout = sections(data, kind="canny"), Layout("mine", tmp_path)
    for stage in (import_images, extract_conditions, choose_exemplars):
        stage.run(params, layout)
    assert {entry.group for entry in read_catalogue(layout)} == {"NA", "BO", "CY"}
    table = read_table(layout.pairs / "pairs.csv", PAIR_COLUMNS)
    assert len(table)
    assert [row.item for row in table.itertuples() if row.item[:2] == row.exemplar[:2]] == []


def test_landmarks_of_an_image_called_na(tmp_path: Path):
    path = tmp_path / "points.csv"
    path.write_text("id,point,x,y\nNA,0,1,2\n007,0,3,nonsense\n")
    found = read_landmarks(path)
    assert set(found) == {"NA", "007"}
    np.testing.assert_array_equal(found["NA"], [[0, 1, 2]])
    assert np.isnan(found["007"][0, 2])


def test_joints_of_an_image_called_na(tmp_path: Path):
    (tmp_path / "joints.csv").write_text("id,point,x,y,visibility\nNA,0,0.5,0.5,1\n007,0,0.5,,1\n")
    joints = PoseFiles(tmp_path, "joints.csv")
    joints.check("NA.png")
    joints.check("folder/007.png")
    assert joints.read("NA.png", (20, 24)).present.any()
    with pytest.raises(MatebitError, match=r"holds no person of 7\.png"):
        joints.check("7.png")
