"""A few test conditions under a few exemplars, every pair: the set behind the matrix figure."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np

from matebit.contracts.translated import MATRIX_COLUMNS
from matebit.data.batches import Batch, collate
from matebit.data.spread import spread
from matebit.data.test_set import TestSet
from matebit.io.files import sha256_of_bytes, write_bytes
from matebit.io.images import png_bytes
from matebit.io.tables import write_table


def matrix_sides(test: TestSet, count: int) -> tuple[list[str], list[str]]:
    """`count` conditions, evenly from the test set, and as many different exemplars.

    The exemplars are those of the conditions, so that the diagonal shows the pairs that are scored; where
    two conditions share one, the exemplars of other test items fill the places.
    """
    names = [entry.id for entry in test.entries]
    conditions = spread(names, count)
    exemplars = dict.fromkeys(test.exemplar_of(item) for item in [*conditions, *names])
    return conditions, list(exemplars)[: len(conditions)]


def write_matrix(
    test: TestSet, count: int, batch: int, translate: Callable[[Batch], np.ndarray], folder: Path
) -> None:
    """Write `folder/rowR-columnC.png` of every pair, and last `folder/index.csv`.

    `translate` gives the pictures of a batch, uint8 (B,S,S,3); at most `batch` pairs go into one.
    """
    conditions, exemplars = matrix_sides(test, count)
    cells = list(product(range(len(conditions)), range(len(exemplars))))
    rows = []
    for start in range(0, len(cells), batch):
        some = cells[start : start + batch]
        samples = [test.pair(conditions[row], exemplars[column]) for row, column in some]
        for (row, column), pixels in zip(some, translate(collate(samples)), strict=True):
            name, content = f"row{row}-column{column}.png", png_bytes(pixels)
            write_bytes(folder / name, content)
            values = [conditions[row], exemplars[column], name, sha256_of_bytes(content)]
            rows.append(dict(zip(MATRIX_COLUMNS, values, strict=True)))
    write_table(folder / "index.csv", rows, MATRIX_COLUMNS)
