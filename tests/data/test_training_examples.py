"""The training and test sets: functions of (seed, k), aligned, resumable, blind to true answers."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from small_sets import contents, portrait_sections, run_all

import matebit.drawn.portrait_source
import matebit.drawn.portraits.drawing
from matebit.data.batches import (
    Batch,
    condition_to_network,
    image_from_network,
    image_to_network,
)
from matebit.data.sampling import Window, draw_window, item_of
from matebit.data.sources.registry import open_source
from matebit.data.test_set import TestSet
from matebit.data.training_set import TrainingSet
from matebit.errors import MatebitError
from matebit.io.images import load_png
from matebit.pipeline.layout import Layout


def equal(first: Any, second: Any) -> bool:
    """Whether two samples or batches are the same, array by array."""
    return all(
        np.array_equal(np.asarray(getattr(first, f.name)), np.asarray(getattr(second, f.name)))
        for f in fields(first)
    )


def test_example_depends_on_seed_and_number_alone(portraits) -> None:
    params, layout = portraits
    first, second = TrainingSet(params, layout, 1), TrainingSet(params, layout, 1)
    wanted = [5, 0, 23, 5]
    assert all(equal(first[k], second[k]) for k in reversed(wanted))
    other = TrainingSet(params, layout, 2)
    assert not all(equal(first[k], other[k]) for k in range(4))


def test_every_epoch_has_every_item_once_in_an_order_of_its_own(portraits) -> None:
    params, layout = portraits
    examples = TrainingSet(params, layout, 1)
    count = len(examples)
    epochs = [[examples[k].item for k in range(e * count, (e + 1) * count)] for e in range(3)]
    assert all(sorted(epoch) == sorted(epochs[0]) for epoch in epochs)
    assert len(set(epochs[0])) == count
    assert epochs[0] != epochs[1] != epochs[2]


@settings(max_examples=30, deadline=None, print_blob=True)
@given(seed=st.integers(0, 2**31), count=st.integers(1, 50), epoch=st.integers(0, 1000))
def test_order_is_a_permutation(seed: int, count: int, epoch: int) -> None:
    drawn = [item_of(seed, epoch * count + place, count) for place in range(count)]
    assert sorted(drawn) == list(range(count))


@settings(max_examples=50, deadline=None, print_blob=True)
@given(seed=st.integers(0, 2**31), size=st.integers(1, 12), more=st.integers(0, 6))
def test_window_cuts_and_mirrors_as_plain_indexing(seed: int, size: int, more: int) -> None:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (3, size + more, size + more), dtype=np.uint8)
    window = draw_window(rng, size + more, size, flip=True)
    plain = pixels[:, window.top : window.top + size, window.left : window.left + size]
    expected = plain[:, :, ::-1] if window.flip else plain
    assert plain.shape == (3, size, size)
    np.testing.assert_array_equal(window.cut(pixels), expected)


def where_in(full: np.ndarray, cut: np.ndarray) -> list[tuple[int, int, bool]]:
    """Every crop and mirroring of `full` that gives `cut`."""
    room, size = full.shape[1] - cut.shape[1] + 1, cut.shape[1]
    return [
        (top, left, flip)
        for top in range(room)
        for left in range(room)
        for flip in (False, True)
        if np.array_equal(Window(top, left, size, flip).cut(full), cut)
    ]


def test_condition_and_truth_share_their_window_and_so_do_those_of_the_exemplar(portraits) -> None:
    params, layout = portraits
    examples, moved_apart = TrainingSet(params, layout, 4), 0
    for k in range(8):
        sample = examples[k]
        places = []
        for id, image, condition in (
            (sample.item, sample.truth, sample.condition),
            (sample.exemplar_item, sample.exemplar, sample.exemplar_condition),
        ):
            picture = np.asarray(Image.open(layout.data / f"images/{id}.png")).transpose(2, 0, 1)
            stacked = load_png(layout.conditions / f"condition/{id}.png", grey=True)
            in_both = set(where_in(picture, image)) & set(where_in(stacked.reshape(15, 40, 40), condition))
            assert in_both
            places.append(in_both)
        moved_apart += places[0] != places[1]
    assert moved_apart


def test_self_reference_is_the_item_itself_under_its_own_window(celeba: Path, tmp_path: Path) -> None:
    from test_import_images import celeba_sections

    params, layout = celeba_sections(celeba), Layout("x", tmp_path)
    run_all(params, layout)
    examples = TrainingSet(params, layout, 1)
    samples = [examples[k] for k in range(60)]
    own = [sample for sample in samples if sample.self_ref]
    assert 5 < len(own) < 35
    assert all(sample.item == sample.exemplar_item for sample in own)
    assert all(s.item != s.exemplar_item for s in samples if not s.self_ref)
    assert any(not np.array_equal(sample.truth, sample.exemplar) for sample in own)


def test_resumed_batches_are_those_of_an_uninterrupted_run(portraits) -> None:
    params, layout = portraits
    whole = list(TrainingSet(params, layout, 1).batches(0, 22, 4))
    rest = list(TrainingSet(params, layout, 1).batches(12, 22, 4))
    assert [len(batch.items) for batch in whole] == [4, 4, 4, 4, 4, 2]
    assert all(equal(a, b) for a, b in zip(whole[3:], rest, strict=True))


def test_ranks_share_out_each_batch(portraits) -> None:
    params, layout = portraits
    examples = TrainingSet(params, layout, 1)
    whole = [batch.items for batch in examples.batches(0, 16, 4)]
    shares = [[b.items for b in examples.batches(0, 16, 4, rank, 2)] for rank in (0, 1)]
    for step, items in enumerate(whole):
        assert shares[0][step] == items[0::2]
        assert shares[1][step] == items[1::2]


def with_loader(**loader: int):
    return portrait_sections(loader=loader)


def test_workers_and_cache_change_no_batch_and_no_global_random_number(portraits) -> None:
    params, layout = portraits
    plain = list(TrainingSet(params, layout, 1).batches(0, 16, 4))
    state = torch.get_rng_state()
    for loader in ({"cache_megabytes": 0}, {"workers": 1, "cache_megabytes": 0}):
        other = list(TrainingSet(with_loader(**loader), layout, 1).batches(0, 16, 4))
        assert all(equal(a, b) for a, b in zip(plain, other, strict=True))
    assert torch.equal(state, torch.get_rng_state())


def test_batch_holds_bytes_that_scale_to_what_networks_take(portraits) -> None:
    params, layout = portraits
    batch: Batch = next(TrainingSet(params, layout, 1).batches(0, 4, 4))
    assert batch.condition.shape == batch.exemplar_condition.shape == (4, 15, 32, 32)
    assert batch.truth.shape == batch.exemplar.shape == (4, 3, 32, 32)
    assert batch.condition.dtype == batch.truth.dtype == torch.uint8
    assert batch.self_ref.dtype == torch.bool
    assert condition_to_network(torch.tensor([0, 255])).tolist() == [0, 1]
    assert image_to_network(torch.tensor([0, 255])).tolist() == [-1, 1]
    levels = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(image_from_network(image_to_network(levels)), levels)


def test_test_set_gives_every_item_whole_with_the_exemplar_of_the_rank(portraits) -> None:
    params, layout = portraits
    examples = TestSet(params, layout)
    assert [sample.item for sample in examples] == [f"test-000{n}" for n in range(4)]
    for sample in examples:
        picture = np.asarray(Image.open(layout.data / f"images/{sample.item}.png"))
        np.testing.assert_array_equal(sample.truth, picture.transpose(2, 0, 1))
        # An exemplar of the training split is larger and is resized as a whole.
        larger = Image.open(layout.data / f"images/{sample.exemplar_item}.png")
        resized = np.asarray(larger.resize((32, 32), Image.Resampling.BICUBIC))
        np.testing.assert_array_equal(sample.exemplar, resized.transpose(2, 0, 1))
        assert sample.exemplar_condition.shape == (15, 32, 32)
    assert [len(batch.items) for batch in examples.batches(3)] == [3, 1]
    second = TestSet(params, layout, rank=2)
    assert all(a.exemplar_item != b.exemplar_item for a, b in zip(examples, second, strict=True))


def test_missing_tables_and_broken_pictures_are_named(portraits, tmp_path: Path) -> None:
    params, _ = portraits
    with pytest.raises(MatebitError, match=r"index\.csv does not exist; run the stage"):
        TrainingSet(params, Layout("x", tmp_path), 1)
    (tmp_path / "empty.png").write_bytes(b"")
    with pytest.raises(MatebitError, match="not a whole PNG"):
        load_png(tmp_path / "empty.png", grey=False)


def test_true_answers_enter_neither_stages_nor_loader(
    portraits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    params, whole = portraits

    def hidden(*arguments: Any) -> None:
        raise AssertionError("a true answer was asked for")

    monkeypatch.setattr(matebit.drawn.portrait_source, "true_matches", hidden)
    monkeypatch.setattr(matebit.drawn.portrait_source.PortraitTruth, "answer", hidden)
    monkeypatch.setattr(
        matebit.drawn.portraits.drawing,
        "_surface",
        lambda layers: np.full((*layers.label.shape, 3), np.nan, np.float32),
    )
    layout = Layout(whole.name, tmp_path)
    run_all(params, layout)
    assert contents(layout.results) == contents(whole.results)
    blind, seeing = (list(TrainingSet(params, each, 1).batches(0, 16, 4)) for each in (layout, whole))
    assert all(equal(a, b) for a, b in zip(blind, seeing, strict=True))


def test_oracle_knows_the_true_answer_and_the_true_matches(portraits) -> None:
    params, layout = portraits
    truth = open_source(params.data, params.seed).truth
    assert truth is not None
    own = np.asarray(Image.open(layout.data / "images/test-0000.png"))
    np.testing.assert_array_equal(truth.answer("test-0000", "test-0000", 32), own)
    matches, valid = truth.matches("test-0000", "test-0000", 8)
    centres = (np.stack(np.meshgrid(np.arange(8), np.arange(8)), axis=-1) + 0.5) / 8
    assert valid.any()
    assert np.abs(matches - centres)[valid].max() < 0.1
