"""What the rooms share: a tiny experiment made once, the real samples, seeds that are shown."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from command import REPOSITORY, copy_repository
from served_files import Server, serving
from tiny_experiment import TINY, Experiment, resolved_below
from workers import ByFolder, longest_first

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from xdist.remote import Producer

# A busy machine is no failure; a failure prints how to repeat it.
settings.register_profile("matebit", deadline=None, print_blob=True)
settings.load_profile("matebit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFolder:
    return ByFolder(config, log)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository's files in a folder of their own; nothing is run there for real."""
    return copy_repository(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    """The tiny experiment through data, conditions and pairs; not to be changed, but to be copied."""
    experiment = resolved_below(tmp_path_factory.mktemp("tiny"), TINY)
    for stage in ("data", "conditions", "pairs"):
        experiment.run(stage)
    return experiment


@pytest.fixture(scope="session")
def trained(tiny: Experiment, tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    """The tiny experiment after an uninterrupted training; not to be changed."""
    experiment = tiny.copied(tmp_path_factory.mktemp("trained"))
    experiment.run("train", "matebit")
    return experiment


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real photographs, where this machine has them."""
    folder = Path(os.environ.get("MATEBIT_SHARED", REPOSITORY.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"no real photographs at {folder} (MATEBIT_SHARED names another folder)")
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Headless Chromium, where this machine has it; closed early, because nothing else may use asyncio."""
    path, required = "/usr/bin/chromium", os.environ.get("MATEBIT_REQUIRE_BROWSER") == "1"
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        reason = "playwright is not installed"
    else:
        reason = "" if shutil.which(path) else f"there is no {path} (Debian: apt-get install chromium)"
    if reason and required:
        pytest.fail(f"MATEBIT_REQUIRE_BROWSER=1, but {reason}")
    if reason:
        pytest.skip(reason)
    flags = [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ]  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A web server on this machine; a proxy of the environment is passed by."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving() as running:
        yield running


@pytest.fixture
def dice() -> random.Random:
    """Random numbers of a test; a failure shows the seed, MATEBIT_TEST_SEED repeats it."""
    seed = int(os.environ.get("MATEBIT_TEST_SEED") or random.randrange(2**32))
    print(f"MATEBIT_TEST_SEED={seed}")
    return random.Random(seed)
