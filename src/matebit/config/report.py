"""The `report` section of the parameters."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ReportConfig(BaseModel):
    """How much the tables, the figures and the page show."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grid_items: int = Field(6, ge=1, le=24, description="Test items in the comparison grid.")
    correspondence_items: int = Field(3, ge=1, le=12, description="Test items in the correspondence figure.")
    results_items: int = Field(
        9, ge=1, le=60, description="Test items of each dataset in the sheet of results."
    )
    more_results: list[str] = Field(
        default_factory=list,
        description="Names of other experiments, already reported, whose results stand in the same sheet.",
    )
    application_items: int = Field(6, ge=1, le=24, description="Photos in the applications sheet.")
    impact_items: int = Field(4, ge=1, le=12, description="Test items in the grid over numbers of blocks.")
    dpi: int = Field(300, ge=72, le=1200, description="Resolution of the PNG figures.")
    bootstrap: int = Field(2000, ge=100, description="Resamples of the test images for an interval.")
    level: float = Field(0.95, gt=0.5, lt=1, description="Level of the bootstrap intervals.")
    page_items: int = Field(
        200,
        ge=1,
        le=200,
        description="Test items whose pictures stand inside the page; others lie beside it.",
    )
    page_pixels: int = Field(
        192,
        ge=32,
        le=512,
        description="Longest side of a picture inside the page; larger ones are shrunk.",
    )
    page_megabytes: float = Field(28.0, gt=1, lt=30, description="Bound of the whole page, in megabytes.")
    sort_worst_by: Literal[
        "chroma",
        "feature_distance",
        "lpips",
        "mae",
        "ssim",
        "psnr",
        "semantic",
        "texture",
        "colour",
        "edge_f1",
    ] = Field(
        "feature_distance",
        description="Metric that orders the worst ten of the image browser, where it was measured.",
    )
