"""The whole of a params file: the sections of every room, and the methods that are compared."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from matebit.config.controls import CONTROLS, CONTROLS_RUN
from matebit.config.data import ConditionsConfig, DataConfig, PairsConfig
from matebit.config.features import LEVELS, FeatureConfig
from matebit.config.losses import LossConfig
from matebit.config.metrics import MetricsConfig
from matebit.config.model import WARP_SWITCHES, ModelConfig
from matebit.config.places import Place
from matebit.config.report import ReportConfig
from matebit.config.train import TrainConfig
from matebit.config.translate import GivenImages, TranslateConfig


class TrackingConfig(BaseModel):
    """What MLflow is told. Where it lives is the variable MLFLOW_TRACKING_URI; default sqlite:///mlflow.db."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(True, description="Log the stages to MLflow.")
    experiment: str = Field("matebit", min_length=1, description="The MLflow experiment.")
    every_seconds: float = Field(5.0, gt=0, description="How often a running training reports its curves.")


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=64)]

_NO_WARP: dict[str, Any] = dict.fromkeys(WARP_SWITCHES, False)

# Methods that a params file may name by one word.
KNOWN_METHODS: dict[str, dict[str, Any]] = {
    "matebit": {},
    "vanilla": {"model": {"attention": "vanilla"}},
    # What only the slides' model may have is switched off, whatever the file says.
    "released": {
        "model": {
            "variant": "released",
            "style_dim": None,
            "warp_detail": 1,
            **_NO_WARP,
        }
    },
    # Correspondence, then SPADE: one softmax of cosine scores warps the exemplar (Zhang et al. 2020).
    "cocosnet_like": {
        "model": {
            "attention": "warp",
            "decoder": "spade",
            "blocks": 1,
            "style_code": False,
            "warp_detail": 1,
            **_NO_WARP,
        },
    },
    # Global style alone: the exemplar's code modulates the decoder (Huang and Belongie 2017).
    "adain": {
        "model": {"blocks": 0, **_NO_WARP},
        "losses": {"style_contrast": {"weight": 0.0}},
    },
}


class Method(BaseModel):
    """One method of the comparison: a network to train, or images that somebody else has made.

    A network's sections are the file's own with changes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(description="Its name in folders, tables and figures.")
    kind: Literal["network", "images"] = Field(
        "network", description="A network of this program to train, or a folder of finished images."
    )
    path: Place | None = Field(
        None, description="kind images: the folder; one image a test item, called by its id."
    )
    lossy: bool = Field(
        False, description="kind images: take JPEG and WebP files too, whose losses move FID and the rest."
    )
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

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        if self.kind == "images":
            if not self.path:
                raise ValueError(f"{self.name}: kind images needs path, the folder of the images")
            if self.model or self.losses or self.train:
                raise ValueError(f"{self.name}: finished images have no model, losses or train")
        elif self.path or self.lossy:
            raise ValueError(f"{self.name}: path and lossy belong to kind: images")
        return self


class MethodSections(BaseModel):
    """What a method is made of, after its changes: complete sections."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: ModelConfig
    losses: LossConfig
    train: TrainConfig

    @model_validator(mode="after")
    def _check(self) -> MethodSections:
        if self.train.checkpoint_activations and self.model.variant == "released":
            raise ValueError(
                "train.checkpoint_activations needs model.variant 'matebit': the spectral vectors of "
                "'released' advance at every call, so a forward cannot be repeated; switch it off"
            )
        needed = self.model.smallest_judged
        if (self.losses.GAN or self.losses.GAN_Feat) and self.model.crop_size < needed:
            raise ValueError(
                f"model.num_d = {self.model.num_d} scales of the discriminator need images of {needed} px, "
                f"and data.crop_size is {self.model.crop_size}: use fewer scales or larger images"
            )
        return self


class Params(BaseModel):
    """A params file. Every key is described in docs/params.md, which is written from this schema."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(
        description="Names the folders results/NAME and reports/NAME.",
        json_schema_extra={"default_in_words": "the file's name"},
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
    translate: TranslateConfig = Field(default_factory=lambda: TranslateConfig.model_validate({}))
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
            if name in (*CONTROLS, CONTROLS_RUN[0]):
                raise ValueError(f"{name!r} is the name of a control; call the method otherwise")
        return value

    @model_validator(mode="after")
    def _lines_can_be_drawn_anew(self) -> Self:
        asked = [("data.zoom", self.data.zoom > 1), ("conditions.vary", self.conditions.vary > 0)]
        for key, wanted in asked:
            if wanted and self.conditions.kind not in ("canny", "xdog"):
                raise ValueError(
                    f"{key} draws the lines of each training window anew, which conditions.kind: "
                    f"{self.conditions.kind} does not allow: leave it out, or choose canny or xdog"
                )
        return self

    @model_validator(mode="after")
    def _exemplars_are_kept(self) -> Self:
        if self.translate.ranks > self.pairs.top:
            raise ValueError(
                f"translate.ranks = {self.translate.ranks} is more than the exemplars kept for each item, "
                f"pairs.top = {self.pairs.top}"
            )
        return self

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

    `order` names the methods as the file does: the first one stands in figures that show one. `code` holds,
    for each stage, the digest of the source files that the stage uses: so an engine sees a
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
    methods: dict[Name, MethodSections | GivenImages]
    order: list[Name]
    seeds: list[int]
    translate: TranslateConfig
    metrics: MetricsConfig
    report: ReportConfig
    tracking: TrackingConfig
    code: dict[str, str]

    @model_validator(mode="after")
    def _perceptual_level_exists(self) -> Self:
        levels = LEVELS[self.features.net]
        for name, method in self.methods.items():
            if not isinstance(method, MethodSections) or not method.losses.perc:
                continue
            if method.losses.judged_by_perc(levels) not in levels:
                raise ValueError(
                    f"methods.{name}: losses.perc_level = {method.losses.perc_level!r} is no level of "
                    f"features.net = {self.features.net!r}: leave it out, or take one of {', '.join(levels)}"
                )
        return self
