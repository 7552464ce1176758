"""The section `metrics.miou` of the parameters."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class MiouConfig(BaseModel):
    """Structure agreement by parsing maps, and the network that parses for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    parser: Literal["trained", "extractor"] | None = Field(
        None,
        description="What parses translated images: a small network that learns it on this experiment's "
        "training split (trained), or the network of conditions.extractors.parsing (extractor); without one "
        "there is no miou.",
    )
    images: int = Field(5760, ge=1, description="Parser trained: images shown in its training.")
    batch: int = Field(4, ge=1, description="Parser trained: images a step.")
    width: int = Field(16, ge=4, le=256, description="Parser trained: channels of its widest level.")
    rate: float = Field(3e-3, gt=0, description="Parser trained: learning rate at first; it falls to 0.")
    seed: int = Field(0, ge=0, description="Parser trained: seed of its weights and of what it is shown.")
