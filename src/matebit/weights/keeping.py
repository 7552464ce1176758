"""Fetching weight files into their folder, and checking what lies there."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from matebit.errors import MatebitError
from matebit.fetch.download import Expected, check_digests, download
from matebit.io.files import sha256_of_file
from matebit.weights.location import how_to_get, path_of
from matebit.weights.registry import Weight

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class State:
    """What lies at a weight file's place: `verdict` is whole, unknown, absent or wrong."""

    weight: Weight
    path: Path
    verdict: str
    said: str


def expected_of(weight: Weight) -> Expected:
    """What is known of a weight file's bytes."""
    return Expected(size=weight.size, sha256=weight.sha256)


def state_of(weight: Weight) -> State:
    """Read a weight file through and compare it with what its publisher gives."""
    path = path_of(weight)
    if not path.is_file():
        return State(weight, path, "absent", how_to_get(weight))
    if weight.sha256 is None:
        said = f"SHA-256 {sha256_of_file(path)}; the publisher's is not known, so nothing was compared"
        return State(weight, path, "unknown", said)
    try:
        return State(weight, path, "whole", f"SHA-256 {check_digests(path, expected_of(weight))}")
    except MatebitError as wrong:
        return State(weight, path, "wrong", str(wrong))


def fetch(weight: Weight) -> Path:
    """Fetch a weight file, unless it is there whole; returns where it lies.

    Raises `MatebitError` where it has to be fetched by hand, and for a wrong file that lies there:
    nothing of the user's is overwritten.
    """
    now = state_of(weight)
    if now.verdict == "wrong":
        raise MatebitError(f"{now.said}: remove it first")
    if now.verdict == "absent":
        if weight.url is None:
            raise MatebitError(f"{weight.name} cannot be fetched by a program: {now.said} ({now.path})")
        by_hand = f"fetch it by hand and put it at {now.path}"
        digest = download(weight.url, now.path, expected_of(weight), by_hand)
        if weight.sha256 is None:
            logger.warning("%s: SHA-256 %s; there is nothing to compare it with", now.path, digest)
    return now.path
