"""The `translate` section of the parameters, and what is known of a method that only gives images."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class TranslateConfig(BaseModel):
    """With how many exemplars each test condition is translated, and what besides its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ranks: int = Field(
        1,
        ge=1,
        le=100,
        description="Exemplars of rank 1 to this are given to each condition, besides that of "
        "pairs.rank, which alone is compared; from 2 on, diversity is measured.",
    )
    matrix: int = Field(
        5,
        ge=0,
        le=10,
        description="So many test conditions are translated under so many exemplars, every pair of them, "
        "for the matrix figure; 0: none.",
    )

    def all_ranks(self, compared: int) -> list[int]:
        """The rank that is compared, then the others."""
        return [compared, *(rank for rank in range(1, self.ranks + 1) if rank != compared)]


class GivenImages(BaseModel):
    """A method of which only the images are known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    lossy: bool
