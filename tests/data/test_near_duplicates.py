"""Pictures that show the same: found whatever was done to them, and kept apart."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageOps
from scipy.ndimage import gaussian_filter
from small_sets import contents, run_all, sections

from matebit.data import import_images, near_duplicates
from matebit.data.journal import Journal
from matebit.data.near_duplicates import Double, crop_hashes, find_doubles, likeness, separate
from matebit.errors import MatebitError
from matebit.pipeline.layout import Layout

SIDE = 128


def drawn(seed: int) -> Image.Image:
    """Soft shapes of several sizes, no two seeds alike."""
    rng = np.random.default_rng(seed)
    layers = [
        gaussian_filter(rng.normal(size=(SIDE, SIDE, 3)), (blur, blur, 0)) * blur for blur in (2, 5, 12)
    ]
    return Image.fromarray(np.clip(128 + 90 * sum(layers), 0, 255).astype(np.uint8))


def variants(image: Image.Image) -> dict[str, Image.Image]:
    inset = round(0.08 * SIDE)
    return {
        "smaller": image.resize((70, 70)),
        "mirrored": ImageOps.mirror(image),
        "cut": image.crop((inset, 4, SIDE - 6, SIDE - inset)),
        "lighter": image.point(lambda value: min(255, 30 + value)),
    }


def folder_of(root: Path) -> Path:
    """Ten pictures, and 0 and 3 once more each in every variant; recompressed ones are JPEGs."""
    root.mkdir(parents=True)
    for number in range(10):
        drawn(number).save(root / f"p{number}.png")
    for number in (0, 3):
        for name, image in variants(drawn(number)).items():
            image.save(root / f"p{number}-{name}.png")
        drawn(number).save(root / f"p{number}-jpeg.jpg", quality=30)
    return root


def params_of(root: Path, **data):
    known = {"source": "folder", "root": str(root), "workers": 1, "load_size": 64, "crop_size": 64}
    return sections({**known, "folder": {"images": ["*"], "test_items": "p[0579]"}, **data}, kind="xdog")


def index_of(layout: Layout) -> pd.DataFrame:
    return pd.read_csv(layout.data / "index.csv", keep_default_na=False).set_index("id")


def test_every_variant_is_found_and_nothing_else(tmp_path: Path):
    layout = Layout("x", tmp_path)
    import_images.run(params_of(folder_of(tmp_path / "set")), layout)
    told = pd.read_csv(layout.data / "duplicates.csv").set_index("id")
    expected = {f"p{n}{end}" for n in (0, 3) for end in ("", "-jpeg", *(f"-{v}" for v in variants(drawn(n))))}
    assert set(told.index) == expected
    assert all(id[:2] == double[:2] for id, double in told.double_of.items())
    assert (told.likeness >= 0.75).all()
    assert told.mirrored["p3-mirrored"] == 1
    # p0 is held out, so that its doubles do not train; of p3 all train, as one group.
    assert set(told.done[told.index.str.startswith("p0-")]) == {"left out of training"}
    index = index_of(layout)
    assert index.split["p0"] == "test"
    assert not [id for id in index.index if id.startswith("p0-")]
    threes = index[index.index.str.startswith("p3")]
    assert len(threes) == 6
    assert set(threes.group) == {"p3"}
    assert (index.group[[f"p{n}" for n in (1, 2, 4, 5, 6, 7, 8, 9)]] == "").all()
    assert {path.stem for path in (layout.data / "images").iterdir()} == set(index.index)


def test_a_killed_search_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Killed among the candidates, then among the comparisons; afterwards a picture is replaced."""
    root = folder_of(tmp_path / "set")
    whole, layout = Layout("whole", tmp_path), Layout("killed", tmp_path)
    import_images.run(params_of(root), whole)
    calls = {"_near": [], "likeness": []}

    def dying_after(name: str, count: int | None) -> None:
        plain = getattr(near_duplicates, name)

        def counted(*arguments):
            if count == len(calls[name]):
                raise KeyboardInterrupt
            calls[name].append(arguments)
            return plain(*arguments)

        monkeypatch.setattr(near_duplicates, name, counted)

    all_comparisons = sum(" " in json.loads(line)["id"] for line in journal_of(whole))
    for name, count in (("_near", 1), ("likeness", 10)):
        dying_after(name, count)
        with pytest.raises(KeyboardInterrupt):
            import_images.run(params_of(root), layout)
        monkeypatch.undo()
    assert not (layout.data / "index.csv").exists()
    dying_after("_near", None)
    dying_after("likeness", None)
    import_images.run(params_of(root), layout)
    # 20 pictures are two blocks: one before each death, none now
    assert (len(calls["_near"]), len(calls["likeness"])) == (1, all_comparisons)
    assert contents(layout.data) == contents(whole.data)
    drawn(10).save(root / "p1.png")
    import_images.run(params_of(root), layout)
    assert len(calls["_near"]) == 3
    assert len(journal_of(layout)) == len(calls["likeness"]) - all_comparisons + 2


def journal_of(layout: Layout) -> list[str]:
    return (layout.state / "duplicates.jsonl").read_text().splitlines()


def test_doubles_are_never_each_others_exemplars(tmp_path: Path):
    layout = Layout("x", tmp_path)
    run_all(params_of(folder_of(tmp_path / "set")), layout)
    pairs = pd.read_csv(layout.pairs / "pairs.csv")
    assert not (pairs.item.str.startswith("p3") & pairs.exemplar.str.startswith("p3")).any()


@pytest.mark.parametrize(("choice", "count"), [("drop", 10), ("keep", 20)])
def test_dropped_but_for_one_or_kept(tmp_path: Path, choice: str, count: int):
    layout = Layout("x", tmp_path)
    import_images.run(params_of(folder_of(tmp_path / "set"), near_duplicates=choice), layout)
    assert len(index_of(layout)) == count
    assert pd.read_csv(layout.data / "duplicates.csv").empty == (choice == "keep")


def test_a_split_that_is_empty_but_for_doubles_is_said(tmp_path: Path):
    root = tmp_path / "set"
    root.mkdir()
    for name in ("a", "b"):
        drawn(1).save(root / f"{name}.png")
    params = params_of(root, folder={"images": ["*"], "test_items": "b"})
    with pytest.raises(MatebitError, match=r"no train image.*duplicates\.csv.*near_duplicates"):
        import_images.run(params, Layout("x", tmp_path))


def test_plain_pictures_are_no_doubles(tmp_path: Path):
    names, hashes = [], []
    for value in (0, 128, 255):
        pixels = np.full((32, 32, 3), value, np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{value}.png")
        names.append(f"{value}.png")
        hashes.append(crop_hashes(pixels))
        assert likeness(pixels, pixels, 1.0) == 0
    with Journal(tmp_path / "journal") as journal:
        assert find_doubles(tmp_path, names, hashes, 1, journal) == []


def test_groups_that_a_double_joins_become_one():
    rows = [
        {"id": id, "split": "train", "group": group}
        for id, group in (("a", "g"), ("b", "g"), ("c", "h"), ("d", "h"), ("e", ""), ("f", "i"))
    ]
    remaining, told = separate(rows, [Double(1, 2, False, 0.9)], drop=False)
    assert [row["group"] for row in remaining] == ["g", "g", "g", "g", "", "i"]
    assert [row["id"] for row in told] == ["b", "c"]


def test_one_work_in_two_reproductions(shared_data: Path, tmp_path: Path):
    """Faces from paintings: works that an eye finds twice in other crops or colours, beside others."""
    root = shared_data / "portrait-paintings-sample"
    twice = [(46, 152), (123, 292), (163, 400), (48, 437), (138, 449)]
    files = sorted(path.name for path in root.glob("*.jpg"))
    chosen = [files[number] for pair in twice for number in pair] + files[200:225]
    hashes = [crop_hashes(np.asarray(Image.open(root / name).convert("RGB"))) for name in chosen]
    with Journal(tmp_path / "journal") as journal:
        doubles = find_doubles(root, chosen, hashes, 1, journal)
    found = {(double.one, double.other) for double in doubles}
    assert found == {(2 * place, 2 * place + 1) for place in range(len(twice))}


def test_candidates_are_those_of_a_plain_search(tmp_path: Path):
    """Every pair looked at one by one; hashes of few bits, so that many are near and equally near."""
    rng = np.random.default_rng(5)
    hashes = rng.integers(0, 2**20, (70, 38), dtype=np.uint64)
    expected = []
    for one, crops in enumerate(hashes):
        near = []
        for other, row in enumerate(hashes):
            distance, crop = min((int(value ^ row[0]).bit_count(), k) for k, value in enumerate(crops))
            if other != one and distance <= 14:
                near.append((distance, other, crop))
        expected += [(one, other, crop) for _, other, crop in sorted(near)[:6]]
    for table, all_of_it in ((hashes, expected), (hashes[:1], [])):
        with Journal(tmp_path / f"{len(table)}") as journal:
            assert near_duplicates._candidates(table, journal) == all_of_it


def test_ten_thousand_pictures_of_one_scene_take_no_hour():
    """Frames of a film: every picture has doubles."""
    rows = [{"id": f"f{n:05d}", "split": "train", "group": ""} for n in range(10_000)]
    doubles = [Double(n, n + step, False, 0.9) for step in (1, 2, 3) for n in range(10_000 - step)]
    began = time.process_time()
    remaining, told = separate(rows, doubles, drop=False)
    assert time.process_time() - began < 5
    assert {row["group"] for row in remaining} == {"f00000"}
    assert len(told) == len(remaining) == 10_000


def test_hashes_of_another_version_are_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    root = tmp_path / "set"
    root.mkdir()
    for number in range(3):
        drawn(number).save(root / f"p{number}.png")
    params, layout = params_of(root, folder={"images": ["*"], "test_items": "p0"}), Layout("x", tmp_path)
    hashed = []

    def counted(pixels: np.ndarray) -> list[str]:
        hashed.append(pixels.shape)
        return crop_hashes(pixels)

    monkeypatch.setattr(import_images, "crop_hashes", counted)
    for version, count in ((import_images.VERSION, 3), (import_images.VERSION, 3), ("imagehash 0.1", 6)):
        monkeypatch.setattr(import_images, "VERSION", version)
        import_images.run(params, layout)
        assert len(hashed) == count
