"""Getting a published dataset to where `data.root` says, from its publisher or from an archive."""

from __future__ import annotations

import logging
from pathlib import Path

from matebit.config.data import DataConfig
from matebit.data.datasets import Dataset, dataset_named
from matebit.errors import MatebitError
from matebit.fetch.archive import unpack
from matebit.fetch.download import Expected, check_digests, download
from matebit.fetch.web_page import drive_url

logger = logging.getLogger(__name__)


def fetch_dataset(config: DataConfig, archive: Path | None = None, url: str | None = None) -> Path:
    """Unpack the dataset of the params as `data.root`, which is returned.

    Without `archive`, which was fetched by hand, it is downloaded beside the root; `url` is a mirror of
    the user's. Raises `MatebitError` where the licence is not accepted, where no program can fetch it,
    and where a folder is there already.
    """
    if config.dataset is None or config.root is None:
        raise MatebitError("data.dataset and data.root must be set: what to fetch, and where to put it")
    dataset, root = dataset_named(config.dataset), Path(config.root)
    if config.accept_licence != dataset.licence:
        raise MatebitError(
            f"the licence of {dataset.name} ({dataset.home}) is {dataset.licence!r}; if you accept it, write "
            f"data.accept_licence: {dataset.licence!r} in the params file"
        )
    if root.is_dir() and any(root.iterdir()):
        raise MatebitError(f"data.root: {root} is there already; remove it to get it anew")
    if archive is not None and archive.is_dir():
        raise MatebitError(f"{archive} is a folder, not an archive; write it as data.root")
    if archive is not None and not archive.is_file():
        raise MatebitError(f"--archive {archive} does not exist")
    unpack(archive or _downloaded(dataset, root, url), root, dataset.holds)
    return root


def _downloaded(dataset: Dataset, root: Path, url: str | None) -> Path:
    by_hand = f"{dataset.by_hand} ({dataset.home}) and run `matebit fetch` with --archive FILE"
    if url is None and dataset.drive is None:
        raise MatebitError(f"no program can fetch {dataset.name}: {by_hand}")
    target = root.parent / (dataset.archive or f"{dataset.name}.archive")
    expected = Expected(size=dataset.size, sha256=dataset.sha256)
    if target.is_file():
        check_digests(target, expected)
        return target
    digest = download(url or drive_url(str(dataset.drive)), target, expected, by_hand)
    if dataset.sha256 is None:
        logger.warning("%s: SHA-256 %s; the publisher gives none to compare it with", target, digest)
    return target
