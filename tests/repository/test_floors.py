"""The picture of the floors shows the imports as they are."""

from __future__ import annotations

import sys

import pytest

from command import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "docs"))
from floors import PICTURE, floors, lines, needs_of_rooms, picture


def test_the_committed_picture_is_that_of_the_imports():
    assert PICTURE.read_text() == picture(needs_of_rooms()), "`make floors` draws it anew"


def test_a_room_stands_above_what_it_imports_and_what_follows_has_no_line():
    needs = {"top": {"middle", "ground"}, "middle": {"ground"}, "ground": set(), "alone": set()}
    assert floors(needs) == {"top": 2, "middle": 1, "ground": 0, "alone": 0}
    assert lines(needs) == [("middle", "ground"), ("top", "middle")]
    assert "<title>top imports ground, middle</title>" in picture(needs)


def test_a_circle_has_no_floors():
    with pytest.raises(ValueError, match="circle"):
        floors({"a": {"b"}, "b": {"a"}})
