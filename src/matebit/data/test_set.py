"""The test set: every held-out condition with the exemplar that it is translated into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from matebit.contracts.catalogue import read_catalogue
from matebit.contracts.pairs import Ranked, read_pairs
from matebit.contracts.pictures import Pictures
from matebit.data.batches import Batch, Sample, collate
from matebit.data.exemplars import test_exemplar
from matebit.errors import MatebitError
from matebit.pipeline.layout import Layout

if TYPE_CHECKING:
    from matebit.config.stage_params import PairedParams


class TestSet:
    """Test examples by id, with the exemplar of `pairs.rank`, whole, at `crop_size`.

    An exemplar of the training split is stored at `load_size` and is resized, not cropped, so that
    positions in it stay those of the whole picture.
    """

    __test__ = False  # not a test class, whatever pytest takes it for

    def __init__(self, params: PairedParams, layout: Layout, rank: int | None = None) -> None:
        """`rank`: another rank than `pairs.rank` (for diversity under several exemplars)."""
        entries = read_catalogue(layout)
        self._by_id = {entry.id: entry for entry in entries}
        self.entries = [entry for entry in entries if entry.split == "test"]
        if not self.entries:
            raise MatebitError(f"{layout.conditions / 'index.csv'} has no test image")
        pairs = read_pairs(layout)
        self.rank = rank or params.pairs.rank
        self._exemplars = {
            entry.id: test_exemplar(entry.id, pairs.get(entry.id, Ranked()), self.rank)
            for entry in self.entries
        }
        self._pictures = Pictures(layout)
        self._size = params.data.crop_size

    def __len__(self) -> int:
        """Number of test items."""
        return len(self.entries)

    def __getitem__(self, index: int) -> Sample:
        """One test example; `truth` is the item's own picture."""
        if index >= len(self.entries):
            raise IndexError(index)
        item = self.entries[index].id
        return self.pair(item, self.exemplar_of(item))

    def exemplar_of(self, item: str) -> str:
        """The id of the exemplar that a test item is given."""
        return self._exemplars[item]

    def pair(self, item: str, exemplar_item: str) -> Sample:
        """A test item with any exemplar."""
        entry, exemplar = self._by_id[item], self._by_id[exemplar_item]
        return Sample(
            item=entry.id,
            exemplar_item=exemplar.id,
            self_ref=False,
            condition=self._pictures.condition_at(entry, self._size),
            truth=self._pictures.image_at(entry, self._size),
            exemplar=self._pictures.image_at(exemplar, self._size),
            exemplar_condition=self._pictures.condition_at(exemplar, self._size),
        )

    def batches(self, batch: int) -> Iterator[Batch]:
        """All items in order; the last batch may be smaller."""
        for start in range(0, len(self), batch):
            yield collate([self[k] for k in range(start, min(start + batch, len(self)))])
