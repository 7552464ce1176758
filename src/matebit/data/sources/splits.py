"""Which item trains and which is held out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from matebit.config.data import DataConfig
from matebit.data.sources.base import Split
from matebit.data.sources.lists import read_names
from matebit.errors import MatebitError


def has_lists(config: DataConfig, root: Path) -> bool:
    """Whether a list of training or of test items lies below `root`."""
    return (root / config.train_list).exists() or (root / config.test_list).exists()


def listed_splits(
    config: DataConfig, root: Path, found: list[str], id_of: Callable[[str], str]
) -> dict[str, Split]:
    """The split of each id, by the lists below `root`.

    `found` are the ids whose files lie in the folder. Without a training list, every one of them
    that is in no other list trains. An item of a list need not exist; the data stage rejects it.
    """
    train_list, test_list = root / config.train_list, root / config.test_list
    known = set(found)

    def is_name(line: str) -> bool:
        return id_of(line) in known

    test = {id_of(name) for name in read_names(test_list, is_name)} if test_list.exists() else set()
    if train_list.exists():
        train = {id_of(name) for name in read_names(train_list, is_name)}
        both = sorted(train & test)
        if both:
            raise MatebitError(
                f"{both[0]} stands in {train_list} and in {test_list}; take it out of one of them"
            )
    else:
        train = set(found) - test
    return {**dict.fromkeys(sorted(train), "train"), **dict.fromkeys(sorted(test), "test")}
