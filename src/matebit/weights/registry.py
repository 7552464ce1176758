"""The table of weight files, `weights.yaml` beside this file, typed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from matebit.config.yaml_text import read_named, row_named


class Weight(BaseModel):
    """One weight file: what it is, whose, where from, and what is known of its bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="Its name in commands and messages.")
    file: str = Field(description="Its name in the folder of weights, or its place in the package.")
    what: str = Field(description="Network and training set.")
    licence: str = Field(description="Under which it may be used, or that none is stated.")
    used_by: str = Field(description="What needs it.")
    url: str | None = Field(None, description="Where it can be fetched; None: by hand only.")
    source: str | None = Field(None, description="Where to get it by hand, where it has no url.")
    package: str | None = Field(None, description="The installed package that brings it along.")
    size: int | None = Field(None, gt=0, description="Bytes; None: unknown.")
    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$", description="None: unknown.")
    digest: str = Field("unknown", description="How the SHA-256 is known.")

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        if sum(origin is not None for origin in (self.url, self.source, self.package)) != 1:
            raise ValueError(f"{self.name} must have a url, a source or a package")
        return self

    @property
    def origin(self) -> str:
        """Where it comes from, in words."""
        return self.url or self.source or f"the Python package {self.package}"


@cache
def weights() -> dict[str, Weight]:
    """Every weight file by name, in the table's order."""
    return read_named(Path(__file__).with_name("weights.yaml"), Weight)


def weight_named(name: str) -> Weight:
    """The weight file `name`; a `MatebitError` names the nearest one where there is none."""
    return row_named(weights(), name, f"no weights are called {name!r}")
