"""What the bundled sets have in common as sources: nothing is read, all is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Generic, Protocol, TypeVar

from matebit.data.sources.base import Item


class Spec(Protocol):
    """One picture to be drawn."""

    @property
    def id(self) -> str:
        """Names it, and sorts in drawing order within a split."""
        ...

    @property
    def split(self) -> str:
        """train or test."""
        ...

    @property
    def style_name(self) -> str:
        """The name of its style."""
        ...

    @property
    def person(self) -> str:
        """Who it shows; empty where everyone is somebody else."""
        ...


Drawn = TypeVar("Drawn", bound=Spec)


class DrawnSource(Generic[Drawn]):
    """Items of a bundled set, which lack nothing."""

    drawn = True

    def __init__(self, specs: Sequence[Drawn], made_from: str) -> None:
        """`made_from`: a text that all pictures follow from."""
        self._specs = {spec.id: spec for spec in specs}
        self._made_from = made_from

    def items(self) -> list[Item]:
        """Every picture, sorted by id; its origin names its style."""
        return [
            Item(
                spec.id,
                "train" if spec.split == "train" else "test",
                f"drawn in {spec.style_name}",
                style=spec.style_name,
                group=spec.person,
            )
            for spec in sorted(self._specs.values(), key=lambda spec: spec.id)
        ]

    def id_of(self, name: str) -> str:
        """The file name without folder and suffix."""
        return PurePosixPath(name).stem

    def fingerprint(self, item: Item) -> str:
        """All pictures follow from their section of the params and the seed."""
        return self._made_from

    def check(self, item: Item) -> None:
        """A drawing lacks nothing."""
