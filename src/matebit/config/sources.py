"""The params sections of single sources: portraits, figures, a folder, DeepFashion."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from string import Formatter
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

STYLE_WEARERS = 4
"""Fewest portraits that wear a style: a self reference needs another portrait of the same style."""


def _check_wearers(config: BaseModel, worn: str, fewest: int, verb: str, because: str) -> None:
    """Raise `ValueError` where a split has fewer pictures than `fewest` for each of its `worn`."""
    for split in ("train", "test"):
        pictures, wanted = getattr(config, split), getattr(config, f"{worn}_{split}")
        if pictures < fewest * wanted:
            raise ValueError(
                f"{split}: {pictures} cannot {verb} {worn}_{split}: {wanted}, because {because}: set {split} "
                f"to {fewest * wanted} or more, or {worn}_{split} to {max(1, pictures // fewest)} or fewer."
            )


class PortraitsConfig(BaseModel):
    """How many portraits each split holds and in how many styles they are painted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    train: int = Field(960, ge=4, le=100_000, description="Number of portraits to train on.")
    test: int = Field(96, ge=4, le=10_000, description="Number of held-out portraits.")
    styles_train: int = Field(
        120, ge=1, le=480, description="Number of styles that the training portraits wear."
    )
    styles_test: int = Field(
        16, ge=1, le=96, description="Number of styles, none of them trained on, at test."
    )

    scenes: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Share of the styles whose ground is that of a photograph: a room, a garden, a street, "
        "lights out of focus.",
    )
    side_light: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Share of the styles that light the sitter from one side, the other in shade.",
    )

    @model_validator(mode="after")
    def _enough_wearers(self) -> Self:
        _check_wearers(
            self,
            "styles",
            STYLE_WEARERS,
            "dress",
            f"each style is worn by at least {STYLE_WEARERS} portraits",
        )
        return self


CLOTHES_WEARERS = 4
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
        _check_wearers(
            self,
            "people",
            CLOTHES_WEARERS,
            "show",
            f"each person is seen in at least {CLOTHES_WEARERS} poses",
        )
        return self


Colour = Annotated[list[Annotated[int, Field(ge=0, le=255)]], Field(min_length=3, max_length=3)]


def valid_pattern(pattern: str, replacement: str = "") -> None:
    """Raise `ValueError` for what is no regular expression, or a replacement with groups it lacks."""
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression ({error})") from error
    beyond = [number for number in re.findall(r"\\(\d+)", replacement) if int(number) > groups]
    if beyond:
        raise ValueError(f"{replacement!r} asks for group {beyond[0]}, but {pattern!r} has {groups}")


def _check_inside(text: str) -> None:
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or "\\" in text:
        raise ValueError(f"{text!r} leads out of data.root; name files below it, with forward slashes")


def _check_template(text: str, allowed: set[str]) -> None:
    try:
        names = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise ValueError(f"{text!r} has unpaired braces ({error})") from error
    if not names <= allowed or not allowed - {"folder"} <= names:
        raise ValueError(
            f"{text!r} must hold {' and '.join(f'{{{name}}}' for name in sorted(allowed - {'folder'}))}, "
            "and may hold {folder}, but nothing else in braces"
        )


class FolderConfig(BaseModel):
    """A plain folder: which files are images, where their labels are, which are held out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    images: list[str] = Field(
        ["**/*"], min_length=1, description="Patterns of the image files below the root; ** is any depth."
    )
    label_maps: str | None = Field(
        None, description="Label map of an image: `labels/{stem}.png`; {folder} is the image's own."
    )
    side_by_side: Literal["picture_left", "picture_right"] | None = Field(
        None,
        description="Each file holds the picture and its label map, two halves of one width; which half the "
        "picture is.",
    )
    colours: list[Colour] | None = Field(
        None,
        min_length=2,
        max_length=255,
        description="Colours [r, g, b] of colour-coded label maps, by label; of masks [0, 0, 0] and "
        "[255, 255, 255].",
    )
    ignore_label: int | None = Field(
        None,
        ge=0,
        le=255,
        description="Label of pixels that have no class (often 255): no channel shows them, and nothing that "
        "goes by label counts them.",
    )
    colour_tolerance: float = Field(
        60.0, ge=0, le=442, description="Largest distance in RGB at which a pixel has a colour of the table."
    )
    unclear_share: float = Field(
        0.1, ge=0, lt=1, description="Largest share of pixels without such a colour; they take a neighbour's."
    )
    face_labels: bool = Field(
        False, description="Label maps hold the 19 labels of CelebAMask-HQ: a face with its parts."
    )
    part_masks: str | None = Field(
        None, description="Mask of one part of a face instead: `masks/{stem}_{part}.png`."
    )
    keypoints: str | None = Field(
        None,
        description="Joints of bodies: `pose/{stem}` for OpenPose's STEM_keypoints.json or STEM_candidate."
        "txt and STEM_subset.txt; or one file for all images, a .json of COCO's keypoints or a .csv of "
        "mediapipe's landmarks.",
    )
    landmarks: str | None = Field(
        None,
        description="Table with 68 landmarks (iBUG 300-W) of each face: columns id, point (0 to 67), x, y "
        "in px of the picture; or metfaces.json.",
    )
    group: str | None = Field(
        None,
        description="Regular expression on the id; its first group names what is shown (person, work). "
        "Images of one group are no exemplars of each other.",
    )
    test_items: str | None = Field(
        None, description="Regular expression that is the whole id of test items, where no list says so."
    )
    test_folders: list[str] | None = Field(
        None,
        min_length=1,
        description="Names of folders whose images are test items (`[val, test]`), where no list says so.",
    )
    test_share: float = Field(
        0.0, ge=0, lt=1, description="Share of the groups that is held out, where nothing else says so."
    )
    checksums: str | None = Field(
        None, description="The publisher's MD5s: metfaces.json, or a file of `md5sum`; others are rejected."
    )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        for text in (*self.images, *self._optional_paths()):
            if text is not None:
                _check_inside(text)
        if self.label_maps:
            _check_template(self.label_maps, {"stem", "folder"})
        if self.part_masks:
            _check_template(self.part_masks, {"stem", "folder", "part"})
        # One file for all images names no image.
        if self.keypoints and not re.fullmatch(r"[^{}]*\.(json|csv)", self.keypoints, re.IGNORECASE):
            _check_template(self.keypoints, {"stem", "folder"})
        self._check_labels()
        if self.test_items and self.test_folders:
            raise ValueError("test_items and test_folders exclude each other")
        for pattern in (self.group, self.test_items):
            if pattern:
                valid_pattern(pattern)
        if self.group and not re.compile(self.group).groups:
            raise ValueError(f"group: {self.group!r} has no group in brackets")
        return self

    def _check_labels(self) -> None:
        given = [name for name in ("label_maps", "part_masks", "side_by_side") if getattr(self, name)]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} exclude each other")
        if self.colours and not self.has_label_maps:
            raise ValueError("colours need label_maps (or side_by_side) that they are the colours of")
        if self.colours and len({tuple(colour) for colour in self.colours}) < len(self.colours):
            raise ValueError("a colour stands twice among colours: every label needs its own")
        if self.ignore_label is not None and not self.has_label_maps:
            raise ValueError("ignore_label needs label_maps (or side_by_side) that it is a label of")
        if self.ignore_label is not None and self.colours and self.ignore_label >= len(self.colours):
            raise ValueError(
                f"ignore_label: {self.ignore_label} is no place in colours, which has {len(self.colours)}, "
                "counted from 0"
            )

    @property
    def has_label_maps(self) -> bool:
        """Whether every image has a label map, in a file of its own or beside it."""
        return bool(self.label_maps or self.side_by_side)

    @property
    def coding(self) -> FolderConfig:
        """How label maps are coded, without where they lie: for maps that come from elsewhere."""
        if not self.has_label_maps:
            return FolderConfig()
        keys = {"colours", "colour_tolerance", "unclear_share", "ignore_label"}
        return FolderConfig(label_maps="{stem}.png", **self.model_dump(include=keys))

    def _optional_paths(self) -> tuple[str | None, ...]:
        return self.label_maps, self.part_masks, self.keypoints, self.landmarks, self.checksums


class DeepFashionConfig(BaseModel):
    """How a folder of DeepFashion in-shop is laid out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    images: str = Field("img", description="Folder of the photographs below the root.")
    poses: str = Field("pose", description="Folder of OpenPose's candidate and subset files below the root.")
    pad_to_square: bool = Field(
        False, description="Pad a photograph to a square in light grey, instead of squeezing it into one."
    )
    pose_side: int | None = Field(
        None,
        ge=16,
        description="Side in px of the square pictures on which the pose files were made; default: those "
        "are the photographs.",
    )
