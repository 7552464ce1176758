"""The params section of the bundled figures."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

WEARERS = 4
"""Fewest pictures of a person: a self reference needs another pose of the same clothes."""


class FiguresConfig(BaseModel):
    """How many figures each split holds, and how many people they show."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    train: int = Field(960, ge=4, le=100_000, description="Number of figures to train on.")
    test: int = Field(96, ge=4, le=10_000, description="Number of held-out figures.")
    people_train: int = Field(
        160, ge=1, le=480, description="Number of people, each in a style of their own, in training."
    )
    people_test: int = Field(
        16, ge=1, le=96, description="Number of people, none of them trained on, at test."
    )
    clothes_of: Literal["exemplar", "condition"] = Field(
        "exemplar",
        description="Whose clothes and hair the true answer wears, in the exemplar's colours: the "
        "exemplar's, for a condition that shows a pose alone, or the condition's own, for one that "
        "shows their outlines (parsing).",
    )

    @model_validator(mode="after")
    def _enough_wearers(self) -> Self:
        for split in ("train", "test"):
            figures, people = getattr(self, split), getattr(self, f"people_{split}")
            if figures < WEARERS * people:
                raise ValueError(
                    f"{split}: {figures} cannot show people_{split}: {people}, because each person is "
                    f"seen in at least {WEARERS} poses: set {split} to {WEARERS * people} or more, or "
                    f"people_{split} to {max(1, figures // WEARERS)} or fewer."
                )
        return self
