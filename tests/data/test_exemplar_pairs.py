"""Pairs: who may be whose exemplar, in which order, and which one is taken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_sets import contents, portrait_sections, run_all, sections

from matebit.config.data import PairsConfig
from matebit.contracts.catalogue import Entry, read_catalogue
from matebit.contracts.pairs import Ranked
from matebit.data import choose_exemplars, extract_conditions, import_images
from matebit.data.exemplars import draw_exemplar
from matebit.data.exemplars import test_exemplar as exemplar_of_rank
from matebit.data.pairs.colors import color_layout
from matebit.data.pairs.ranking import nearest, other_identity, rank_rows
from matebit.data.sources.lists import inside_name, read_rows
from matebit.errors import MatebitError
from matebit.io.images import load_png
from matebit.pipeline.layout import Layout


def entry(id: str, split: str = "train", group: str = "", style: str = "") -> Entry:
    return Entry(id, split, style, group, 32, "", "", "", "")


def table_of(layout: Layout) -> pd.DataFrame:
    return pd.read_csv(layout.pairs / "pairs.csv", dtype={"item": str, "exemplar": str})


@pytest.fixture
def images_only(portraits, tmp_path: Path) -> Layout:
    """The portraits' images and conditions, for other methods of pairing."""
    _, whole = portraits
    layout = Layout(whole.name, tmp_path)
    layout.results.mkdir(parents=True)
    for part in ("data", "conditions"):
        (layout.results / part).symlink_to(whole.results / part)
    return layout


@settings(max_examples=40, deadline=None, print_blob=True)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(2, 40), top=st.integers(1, 50))
def test_nearest_is_a_stable_sort_of_all_distances(seed, count, top) -> None:
    vectors = np.random.default_rng(seed).integers(-2, 3, (count, 3)).astype(float)
    found = nearest(vectors, vectors, lambda row: np.arange(count) != row, top)
    for row, (indices, distances) in enumerate(found):
        everything = sorted(
            (int(((vectors[row] - vectors[other]) ** 2).sum()), other)
            for other in range(count)
            if other != row
        )
        expected = [(float(distance), other) for distance, other in everything[:top]]
        assert list(zip(distances, indices, strict=True)) == expected


def test_same_identity_is_excluded_and_unknown_identity_is_not() -> None:
    entries = [entry("a", group="p"), entry("b", group="p"), entry("c"), entry("d")]
    vectors = {item.id: np.zeros(2) for item in entries}
    rows = rank_rows(entries, entries, vectors, lambda squared: -squared, 10)
    listed = {item.id: [r["exemplar"] for r in rows if r["item"] == item.id] for item in entries}
    assert listed == {"a": ["c", "d"], "b": ["c", "d"], "c": ["a", "b", "d"], "d": ["a", "b", "c"]}


@settings(max_examples=60, deadline=None, print_blob=True)
@given(st.lists(st.sampled_from(["", "a", "b"]), min_size=1, max_size=8), st.integers(0, 8))
def test_candidates_are_those_of_the_definition(groups: list[str], queries: int) -> None:
    candidates = [entry(f"i{number}", group=group) for number, group in enumerate(groups)]
    items = [*candidates, entry("other", group="a"), entry("last")][-queries - 1 :]
    allowed = other_identity(items, candidates)
    for row, item in enumerate(items):
        known = [
            other.id != item.id and (not item.group or other.group != item.group) for other in candidates
        ]
        assert allowed(row).tolist() == known


def test_color_layout_ranks_by_lab_thumbnails(images_only: Layout) -> None:
    params = portrait_sections({"method": "color_layout", "top": 3})
    choose_exemplars.run(params, images_only)
    table, entries = table_of(images_only), read_catalogue(images_only)
    vectors = {
        e.id: color_layout(load_png(images_only.data / e.image, grey=False)).astype(float) for e in entries
    }
    training = [e.id for e in entries if e.split == "train"]
    for item, rows in table.groupby("item"):
        distance = {
            other: float(np.sum((vectors[item] - vectors[other]) ** 2)) for other in training if other != item
        }
        expected = sorted(distance, key=lambda other: (distance[other], other))[:3]
        assert rows.exemplar.tolist() == expected
        assert rows["rank"].tolist() == [1, 2, 3]
        assert (np.diff(rows.score) <= 0).all()
    assert (table.self_ref == 0).all()


def test_flat_colours_have_the_lab_values_of_the_standard() -> None:
    red = np.zeros((32, 32, 3), np.uint8)
    red[..., 0] = 255
    cell = color_layout(red).reshape(-1, 3)
    assert (np.abs(cell - [532, 801, 672]) <= 1).all()  # L* 53.2, a* 80.1, b* 67.2 (D65)


def test_style_lists_the_same_style_as_self_reference(portraits) -> None:
    _, layout = portraits
    table = table_of(layout)
    entries = {e.id: e for e in read_catalogue(layout)}
    for row in table.itertuples():
        own, other = entries[row.item], entries[row.exemplar]
        assert row.item != row.exemplar
        assert (own.style == other.style) == bool(row.self_ref)
        assert other.split == "train" if not row.self_ref else other.split == own.split
    for id, own in entries.items():
        same = {e.id for e in entries.values() if e.style == own.style and e.id != id}
        listed = table[(table.item == id) & (table.self_ref == 1)]
        assert set(listed.exemplar) == same
        assert listed["rank"].tolist() == list(range(1, len(same) + 1))


def test_vgg_pairs_are_cosines_and_repeatable(images_only: Layout) -> None:
    params = portrait_sections({"method": "features", "top": 4})
    choose_exemplars.run(params, images_only)
    table = table_of(images_only)
    assert table.score.between(-1, 1).all()
    assert not (table.item == table.exemplar).any()
    assert table.groupby("item").score.apply(lambda score: (np.diff(score) <= 0).all()).all()
    before = contents(images_only.pairs)
    choose_exemplars.run(params, images_only)
    assert contents(images_only.pairs) == before


def test_test_items_take_exemplars_from_the_split_that_is_asked_for(images_only: Layout) -> None:
    params = portrait_sections({"method": "color_layout", "exemplars_from": "test"})
    choose_exemplars.run(params, images_only)
    table = table_of(images_only)
    assert table[table.split == "test"].exemplar.str.startswith("test").all()
    assert table[table.split == "train"].exemplar.str.startswith("train").all()


def test_lists_are_read_as_they_are_found(celeba: Path, tmp_path: Path) -> None:
    (celeba / "ref.txt").write_text("1996.jpg,1998.jpg,1997.jpg,\r\n\r\n1997.jpg,4242.jpg,1996.jpg")
    (celeba / "ref_test.txt").write_text("2000.jpg,CelebA-HQ-img\\1999.jpg\n2001.jpg,1996.jpg,2000.jpg")
    params = sections(
        {"source": "celebamask", "root": str(celeba)},
        {"method": "list", "list_train": "ref.txt", "list_test": "ref_test.txt"},
    )
    layout = Layout("x", tmp_path)
    run_all(params, layout)
    rows = table_of(layout)[["item", "exemplar", "rank", "split"]].to_numpy().tolist()
    assert rows == [
        ["1996", "1998", 1, "train"],
        ["1996", "1997", 2, "train"],
        ["1997", "1996", 1, "train"],
        ["2000", "1999", 1, "test"],
        ["2001", "1996", 1, "test"],
        ["2001", "2000", 2, "test"],
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2000.jpg,1996.jpg", "test item 2001 has no exemplar of rank 1"),
        ("2000.jpg,../1996.jpg", "no file inside"),
        ("2000,1996\n2000,1997\n2001,1996", "two rows for 2000"),
    ],
)
def test_lists_that_cannot_be_used_are_named(celeba: Path, tmp_path: Path, text: str, words: str) -> None:
    (celeba / "ref_test.txt").write_text(text)
    params = sections(
        {"source": "celebamask", "root": str(celeba)},
        {"method": "list", "list_test": "ref_test.txt"},
    )
    layout = Layout("x", tmp_path)
    import_images.run(params, layout)
    extract_conditions.run(params, layout)
    with pytest.raises(MatebitError, match=words):
        choose_exemplars.run(params, layout)
    assert not (layout.pairs / "pairs.csv").exists()


@settings(max_examples=100, deadline=None, print_blob=True)
@given(
    st.lists(st.sampled_from(["a", "..", ".", "b.jpg", "", "c d"]), min_size=1, max_size=6),
    st.sampled_from(["/", "\\"]),
)
def test_accepted_names_stay_inside(parts: list[str], separator: str) -> None:
    name = separator.join(parts)
    try:
        path = Path("/elsewhere/set") / inside_name(name, "list")
    except MatebitError:
        assert ".." in parts or name.startswith(("/", "\\")) or set(parts) <= {".", ""}
        return
    assert Path("/elsewhere/set") in (path, *path.resolve().parents)


def test_byte_order_mark_and_missing_list(tmp_path: Path) -> None:
    (tmp_path / "l.txt").write_bytes("﻿a.jpg, b.jpg ,".encode())
    assert read_rows(tmp_path / "l.txt") == [["a.jpg", "b.jpg"]]
    with pytest.raises(MatebitError, match=r"absent\.txt does not exist"):
        read_rows(tmp_path / "absent.txt")


def shares(config: PairsConfig, ranked: Ranked, draws: int = 4000) -> dict[tuple[str, bool], float]:
    found: dict[tuple[str, bool], float] = {}
    for k in range(draws):
        drawn = draw_exemplar("self", ranked, config, np.random.default_rng((9, k)))
        found[drawn] = found.get(drawn, 0) + 1 / draws
    return found


def test_exemplars_are_drawn_with_the_probabilities_of_the_params() -> None:
    found = shares(PairsConfig(), Ranked(["best", "middle", "worst"]))
    expected = {("best", False): 0.49, ("worst", False): 0.21, ("self", True): 0.3}
    assert found == pytest.approx(expected, abs=0.03)
    swapped = shares(PairsConfig(ranks_swapped=True), Ranked(["best", "middle", "worst"]))
    assert swapped[("best", False)] == pytest.approx(0.21, abs=0.03)


def test_self_reference_is_another_of_the_same_style_where_there_is_one() -> None:
    found = shares(PairsConfig(retrieved_probability=0.4), Ranked(["other"], ["x", "y"]))
    expected = {("other", False): 0.4, ("x", True): 0.3, ("y", True): 0.3}
    assert found == pytest.approx(expected, abs=0.03)
    assert shares(PairsConfig(retrieved_probability=1), Ranked(), 10).keys() == {("self", True)}


def test_exemplar_at_test_is_the_one_of_the_rank() -> None:
    ranked = Ranked(["first", "second"])
    assert exemplar_of_rank("item", ranked, 2) == "second"
    with pytest.raises(MatebitError, match=r"no exemplar of rank 3 for item"):
        exemplar_of_rank("item", ranked, 3)
