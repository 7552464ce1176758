"""Interrupted, repeated and parallel runs end with the same bytes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from small_sets import contents, portrait_sections, run_all

from matebit.data import extract_conditions, import_images
from matebit.data.journal import Journal
from matebit.pipeline.layout import Layout


class Killed(Exception):
    """Stands for the death of the machine."""


def die_after(monkeypatch: pytest.MonkeyPatch, module, writes: int) -> None:
    """Let `save_png` of a stage's module work so many times, then die in the middle of a file."""
    whole, done = module.save_png, []

    def save(target: Path, pixels):
        if len(done) == writes:
            target.parent.mkdir(parents=True, exist_ok=True)
            (target.parent / f".{target.name}.half.png").write_bytes(b"\x89PNG")
            raise Killed
        done.append(target)
        return whole(target, pixels)

    monkeypatch.setattr(module, "save_png", save)


def count_writes(monkeypatch: pytest.MonkeyPatch, module) -> list[str]:
    """The names of the files that `save_png` of a stage's module writes from now on."""
    whole, names = module.save_png, []

    def save(target: Path, pixels):
        names.append(f"{target.parent.name}/{target.name}")
        return whole(target, pixels)

    monkeypatch.setattr(module, "save_png", save)
    return names


def folder_of(module, layout: Layout) -> Path:
    return layout.data if module is import_images else layout.conditions


def before(module, portraits, base: Path):
    """The experiment in a folder of its own, with what comes before the stage: params, layout, its folder."""
    params, whole = portraits
    layout = Layout(whole.name, base)
    if module is extract_conditions:
        import_images.run(params, layout)
    return params, layout, folder_of(module, layout)


@pytest.mark.parametrize("module", [import_images, extract_conditions])
def test_interrupted_stage_goes_on_and_ends_with_the_same_bytes(
    portraits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module
) -> None:
    params, layout, folder = before(module, portraits, tmp_path)
    with monkeypatch.context() as patch:
        die_after(patch, module, 7)
        with pytest.raises(Killed):
            module.run(params, layout)
    assert not (folder / "index.csv").exists()
    per_item = 1 if module is import_images else 2
    written = count_writes(monkeypatch, module)
    module.run(params, layout)
    assert len(written) == (12 - 7 // per_item) * per_item
    assert contents(folder) == contents(folder_of(module, portraits[1]))


def test_repeated_stages_write_no_image(portraits, monkeypatch: pytest.MonkeyPatch) -> None:
    params, layout = portraits
    before = contents(layout.results)
    names = count_writes(monkeypatch, import_images) + count_writes(monkeypatch, extract_conditions)
    run_all(params, layout)
    assert names == []
    assert contents(layout.results) == before


def test_changed_or_lost_files_are_made_again_and_strangers_removed(
    portraits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    params, whole = portraits
    layout = Layout(whole.name, tmp_path)
    run_all(params, layout)
    (layout.data / "images/train-0001.png").write_bytes(b"spoilt")
    (layout.data / "images/train-0002.png").unlink()
    (layout.data / "images/train-9999.png").write_bytes(b"from an earlier, larger set")
    (layout.conditions / "edges/test-0000.png").unlink()
    (layout.conditions / "parsing/.train-0000.png.abc.png").write_bytes(b"of a crash")
    names = count_writes(monkeypatch, import_images)
    run_all(params, layout)
    assert names == ["images/train-0001.png", "images/train-0002.png"]
    assert contents(layout.results) == contents(whole.results)


def test_another_size_makes_every_picture_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = Layout("x", tmp_path)
    import_images.run(portrait_sections(), layout)
    names = count_writes(monkeypatch, import_images)
    import_images.run(portrait_sections(load_size=48), layout)
    assert len(names) == 8  # the training images; those of test keep crop_size


def test_replaced_photograph_and_mask_are_noticed(
    celeba: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from test_import_images import celeba_sections

    params, layout = celeba_sections(celeba, near_duplicates="keep"), Layout("x", tmp_path)
    run_all(params, layout)
    photograph = celeba / "CelebA-HQ-img/1996.jpg"
    photograph.write_bytes((celeba / "CelebA-HQ-img/1998.jpg").read_bytes())
    mask = celeba / "CelebAMask-HQ-mask-anno/0/01999_skin.png"
    os.utime(mask, ns=(1, 1))
    pictures = count_writes(monkeypatch, import_images)
    planes = count_writes(monkeypatch, extract_conditions)
    run_all(params, layout)
    assert set(pictures) == {"images/1996.png", "images/1999.png"}
    assert {name for name in planes if name.startswith("condition")} == {
        "condition/1996.png",
        "condition/1999.png",
    }


def test_number_of_processes_changes_no_byte(portraits, tmp_path: Path) -> None:
    _, whole = portraits
    params, layout = portrait_sections(workers=2), Layout(whole.name, tmp_path)
    import_images.run(params, layout)
    extract_conditions.run(params, layout)
    assert contents(layout.data) == contents(whole.data)
    assert contents(layout.conditions) == contents(whole.conditions)


def test_journal_ignores_a_line_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    with Journal(path) as journal:
        journal.note({"id": "a", "key": "1", "files": {}})
    with path.open("a") as stream:
        stream.write('{"id": "b", "ke')
    with Journal(path) as journal:
        assert list(journal.records) == ["a"]
        journal.note({"id": "c", "key": "2", "files": {}})
    with Journal(path) as journal:
        assert list(journal.records) == ["a", "c"]


@pytest.mark.parametrize("module", [import_images, extract_conditions])
def test_all_is_on_the_disk_before_the_index_says_that_it_is_there(
    portraits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module
) -> None:
    params, layout, folder = before(module, portraits, tmp_path)
    seen: list[list[str]] = []
    flush_all = module.flush_all

    def flush(place: Path) -> None:
        flush_all(place)
        seen.append(sorted(contents(place)))

    monkeypatch.setattr(module, "flush_all", flush)
    module.run(params, layout)
    assert seen == [[name for name in sorted(contents(folder)) if name != "index.csv"]]
