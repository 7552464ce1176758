"""The whole of a params file: the sections of every room, and the methods that are compared."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from matebit.data.config import ConditionsConfig, DataConfig, PairsConfig
from matebit.features.config import FeatureConfig
from matebit.losses.config import LossConfig
from matebit.metrics.config import MetricsConfig
from matebit.model.config import ModelConfig
from matebit.pipeline.layout import CONTROLS
from matebit.report.config import ReportConfig
from matebit.tracking.config import TrackingConfig
from matebit.train.config import TrainConfig

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=64)]

# Methods that a params file may name by one word.
KNOWN_METHODS: dict[str, dict[str, Any]] = {
    "matebit": {},
    "vanilla": {"model": {"attention": "vanilla"}},
    "released": {"model": {"variant": "released"}},
}


class Method(BaseModel):
    """One method of the comparison: a network to train; its sections are the file's own, with changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(description="Its name in folders, tables and figures.")
    model: dict[str, Any] = Field(default_factory=dict, description="Changes to the section `model`.")
    losses: dict[str, Any] = Field(default_factory=dict, description="Changes to the section `losses`.")
    train: dict[str, Any] = Field(default_factory=dict, description="Changes to the section `train`.")

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, value: Any) -> Any:
        """`matebit` stands for `{name: matebit}` with the changes of `KNOWN_METHODS`."""
        if isinstance(value, str):
            if value not in KNOWN_METHODS:
                known = ", ".join(KNOWN_METHODS)
                raise ValueError(
                    f"no method is called {value!r} (known: {known}); a method of your own is a mapping "
                    "with a name and its changes to model, losses or train"
                )
            return {"name": value, **KNOWN_METHODS[value]}
        return value


class MethodSections(BaseModel):
    """What a method is made of, after its changes: complete sections."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: ModelConfig
    losses: LossConfig
    train: TrainConfig


class Params(BaseModel):
    """A params file. Every key is described in docs/params.md, which is written from this schema."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(
        description="Names the folders results/NAME and reports/NAME; default: the file's name."
    )
    seed: int = Field(1, ge=0, description="Seed of the bundled data and of everything drawn once.")
    threads: int = Field(2, ge=1, description="CPU threads of a stage; part of the result's bytes.")
    data: DataConfig = Field(default_factory=DataConfig)
    conditions: ConditionsConfig = Field(default_factory=ConditionsConfig)
    pairs: PairsConfig = Field(default_factory=PairsConfig)
    features: FeatureConfig = Field(default_factory=FeatureConfig)
    model: ModelConfig = Field(default_factory=ModelConfig)
    losses: LossConfig = Field(default_factory=LossConfig)
    train: TrainConfig = Field(default_factory=TrainConfig)
    methods: list[Method] = Field(
        default_factory=lambda: [Method.model_validate("matebit")],
        min_length=1,
        description="What is compared: names, or mappings with a name and changes to the sections.",
    )
    seeds: list[Annotated[int, Field(ge=0)]] = Field(
        default=[1], min_length=1, description="Training seeds; every method is trained with each."
    )
    metrics: MetricsConfig = Field(default_factory=MetricsConfig)
    report: ReportConfig = Field(default_factory=ReportConfig)
    tracking: TrackingConfig = Field(default_factory=TrackingConfig)

    @field_validator("seeds")
    @classmethod
    def _distinct_seeds(cls, value: list[int]) -> list[int]:
        if len(set(value)) != len(value):
            raise ValueError("every seed may stand once")
        return value

    @field_validator("methods")
    @classmethod
    def _distinct_methods(cls, value: list[Method]) -> list[Method]:
        names = [method.name for method in value]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two methods are called {name!r}")
            if name in CONTROLS or name == "controls":
                raise ValueError(f"{name!r} is the name of a control; call the method otherwise")
        return value

    @model_validator(mode="after")
    def _clothes_fit_condition(self) -> Self:
        """What the true answer of a bundled figure wears must follow from what the condition shows."""
        fitting = "exemplar" if self.conditions.kind == "pose" else "condition"
        if self.data.source == "figures" and self.data.figures.clothes_of != fitting:
            raise ValueError(
                f"data.figures.clothes_of: {self.data.figures.clothes_of} does not fit conditions.kind: "
                f"{self.conditions.kind}, which shows {'no' if fitting == 'exemplar' else 'the'} outlines of "
                f"clothes: set clothes_of to {fitting}"
            )
        return self


class ResolvedParams(BaseModel):
    """`results/NAME/params.yaml`: all defaults filled, each method with sections of its own.

    `code` holds, for each stage, the digest of the source files that the stage uses: so an engine sees a
    change of code as a change of a key.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    seed: int
    threads: int
    data: DataConfig
    conditions: ConditionsConfig
    pairs: PairsConfig
    features: FeatureConfig
    methods: dict[Name, MethodSections]
    seeds: list[int]
    metrics: MetricsConfig
    report: ReportConfig
    tracking: TrackingConfig
    code: dict[str, str]


Section = Literal[
    "name", "seed", "threads", "data", "conditions", "pairs", "features", "methods", "seeds", "metrics",
    "report", "tracking",
]  # fmt: skip
