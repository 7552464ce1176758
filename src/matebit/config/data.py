"""The params sections `data`, `conditions` and `pairs`."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from matebit.config.conditions import ExtractorsConfig, XDoGConfig
from matebit.config.places import Place
from matebit.config.sources import (
    DeepFashionConfig,
    FiguresConfig,
    FolderConfig,
    PortraitsConfig,
    valid_pattern,
)

# The names of the registries (sources, conditions, pairs), which a test holds equal. They stand
# here by themselves so that a stage that only reads its params does not depend on the code of every
# source.
SourceName = Literal["portraits", "figures", "celebamask", "deepfashion", "folder"]
ConditionName = Literal["face_edges", "parsing", "pose", "labels", "canny", "xdog", "hed"]
PairingName = Literal["style", "color_layout", "features", "list", "pattern"]


class LoaderConfig(BaseModel):
    """How training reads its images; nothing here changes what is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workers: int = Field(0, ge=0, le=64, description="Processes that read images ahead of training; 0: none.")
    cache_megabytes: int = Field(
        1024, ge=0, description="A training set that fits in this much memory is decoded only once."
    )


class DataConfig(BaseModel):
    """Which images, at which size, in which split."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: SourceName = Field("portraits", description="Where the images come from.")
    root: Place | None = Field(None, description="Folder of the dataset; bundled sets have none.")
    dataset: str | None = Field(
        None, description="Name in the table of published datasets (docs/datasets.md), for `matebit fetch`."
    )
    accept_licence: str | None = Field(
        None, description="The licence of the dataset as the table names it: only then it is fetched."
    )
    folder: FolderConfig = Field(
        FolderConfig(), description="Source folder: which files are images, where their labels are."
    )
    align: Literal["landmarks", "face_alignment", "dlib68"] | None = Field(
        None,
        description="Source folder: bring faces to the frame of CelebA-HQ, by the table of `data.folder."
        "landmarks` (landmarks) or by those that a network finds (face_alignment, dlib68).",
    )
    load_size: int = Field(
        286, ge=16, le=4096, description="Side in px to which training images are resized."
    )
    crop_size: int = Field(
        256, ge=16, le=4096, description="Side in px that is trained on, and of test images."
    )
    zoom: float = Field(
        1.0,
        ge=1,
        le=4,
        description="Training windows show between the whole picture and 1/zoom of its side, resized to "
        "crop_size (the exemplar's, half as far), so that things are seen at many sizes: for conditions.kind "
        "canny and xdog, whose lines are then drawn anew for each window. 1: plain crops.",
    )
    flip: bool = Field(True, description="Mirror training images at random.")
    max_rejected_share: float = Field(
        0.1, ge=0, le=1, description="Largest share of unusable images that a stage puts up with."
    )
    near_duplicates: Literal["keep", "group", "drop"] = Field(
        "group",
        description="Images that show the same, resized, recompressed, mirrored or cut a little differently: "
        "never each other's exemplar nor on both sides of the split (group), all but one left out (drop), or "
        "not looked for (keep). Bundled sets have none.",
    )
    train_list: str = Field("train.txt", description="List of training items, below the root.")
    test_list: str = Field("val.txt", description="List of test items, below the root.")
    label_maps: str | None = Field(
        None,
        description="Source celebamask: folder below the root with a label map an image, instead of "
        "part masks.",
    )
    limit_train: int | None = Field(
        None, ge=1, description="Use only the first so many training items, by id."
    )
    limit_test: int | None = Field(None, ge=1, description="Use only the first so many test items, by id.")
    workers: int | None = Field(
        None, ge=1, description="Processes that read and extract; default: one for each core."
    )
    portraits: PortraitsConfig = Field(
        PortraitsConfig(), description="How many bundled portraits are drawn, in how many styles."
    )
    deepfashion: DeepFashionConfig = Field(
        DeepFashionConfig(), description="How a folder of DeepFashion in-shop is laid out."
    )
    figures: FiguresConfig = Field(
        FiguresConfig(), description="How many bundled figures are drawn, of how many people."
    )
    loader: LoaderConfig = Field(LoaderConfig(), description="How training reads its images.")

    @model_validator(mode="after")
    def _can_be_aligned(self) -> Self:
        if self.align and self.source != "folder":
            raise ValueError(
                f"align is for source: folder; the pictures of {self.source} are shown as they are (those of "
                "CelebA-HQ are aligned already)"
            )
        if self.align == "landmarks" and not self.folder.landmarks:
            raise ValueError("align: landmarks needs folder.landmarks, the table that holds them")
        if self.align and self.folder.keypoints:
            raise ValueError("align cuts faces out, folder.keypoints are joints of bodies: choose one")
        return self

    @model_validator(mode="after")
    def _sizes_agree(self) -> Self:
        if self.crop_size % 16:
            raise ValueError(f"crop_size: {self.crop_size} is not a multiple of 16, which the network needs")
        if self.crop_size > self.load_size:
            raise ValueError(f"crop_size: {self.crop_size} is larger than load_size: {self.load_size}")
        return self


class ConditionsConfig(BaseModel):
    """What the translation is given of each image's structure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ConditionName = Field(
        "face_edges",
        description="The condition: edges and distances of the parts of a face (15 channels), its "
        "parsing labels (19 of a face, 22 of a body), a body's skeleton and distances to its limbs "
        "(20 channels), the classes of any label maps (labels), or, of any picture, edges (canny), "
        "drawn lines (xdog) or a network's edges (hed) with their distance map (2 channels).",
    )
    classes: int = Field(
        19, ge=2, le=255, description="Kind labels: number of classes, which is that of its channels."
    )
    canny_sigma: float = Field(1.0, gt=0, le=20, description="Gaussian blur in px before Canny finds edges.")
    vary: float = Field(
        0.0,
        ge=0,
        le=1,
        description="How much lines of canny and xdog vary in training, from example to example: their "
        "width (at 1 from half to twice), threshold, and noise in the picture that they are drawn from.",
    )
    distance_reach: float = Field(
        16.0,
        gt=0,
        le=1024,
        description="Distance in px to a line where the map of canny, xdog and hed is full.",
    )
    xdog: XDoGConfig = Field(XDoGConfig(), description="How xdog draws its lines.")
    extractors: ExtractorsConfig = Field(
        ExtractorsConfig(), description="Networks that find what the source of the images does not know."
    )


class PairsConfig(BaseModel):
    """Which exemplars an image may have, and which of them training and test take."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: PairingName = Field(
        "color_layout",
        description="How exemplars are ranked: same style (bundled sets), layout of colours, "
        "pooled perceptual features (section `features`), lists of the CoCosNet form, or by their names "
        "(pattern).",
    )
    top: int = Field(10, ge=1, le=1000, description="Exemplars kept for each item.")
    exemplars_from: Literal["train", "test"] = Field(
        "train", description="The split from which test items take their exemplars."
    )
    rank: int = Field(1, ge=1, description="Rank of the exemplar that a test item is given.")
    retrieved_probability: float = Field(
        0.7, ge=0, le=1, description="Probability that training takes a retrieved exemplar."
    )
    hard_probability: float = Field(
        0.3, ge=0, le=1, description="Of these, the probability of the least similar one listed."
    )
    ranks_swapped: bool = Field(
        False, description="Exchange hard and easy in training, as the released code does."
    )
    known_matches: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Share of training examples whose exemplar is their own picture and condition under a "
        "random map (turned, scaled, mirrored, shifted, bent), so that every match is known and teaches by "
        "the loss `known_match`; needs no annotation. 0.3 to 0.4 serve short trainings.",
    )
    known_bend: float = Field(
        0.0,
        ge=0,
        le=0.04,
        description="Largest deviation of these maps from affine ones, a share of the side.",
    )
    colour_jitter: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Strength of a random turn of hue and change of saturation, the same for truth and "
        "exemplar, of self-referenced training examples: more palettes than the data has (1: any hue).",
    )
    list_train: str | None = Field(
        None, description="Method list: rows `item,exemplar1,...` for training, below the root."
    )
    list_test: str | None = Field(
        None, description="Method list: rows `item,exemplar1,...` for test, below the root."
    )
    list_self: str | None = Field(
        None,
        description="With any method: rows `item,image1,...` of one person, below the root; training "
        "takes its self references from them.",
    )

    pattern: str | None = Field(
        None, description="Method pattern: regular expression that is the whole id of an item."
    )
    exemplar: str | None = Field(
        None,
        description="Method pattern: the id of its exemplar, with `\\1` for the pattern's first group.",
    )

    @field_validator("method", mode="before")
    @classmethod
    def _by_its_present_name(cls, value: object) -> object:
        if value == "vgg":
            raise ValueError(
                "the method vgg is called features now, since features.net says which network gives them: "
                "write features"
            )
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.method == "pattern" and not (self.pattern and self.exemplar):
            raise ValueError("method: pattern needs pattern and exemplar")
        if self.pattern:
            valid_pattern(self.pattern, self.exemplar or "")
        if self.method == "list" and not self.list_test:
            raise ValueError("method: list needs list_test, and list_train to train with exemplars")
        if self.method == "style" and self.list_self:
            raise ValueError("method: style has self references of its own; leave list_self out")
        if self.rank > self.top:
            raise ValueError(f"rank: {self.rank} is beyond top: {self.top}")
        return self
