"""The `tracking` section of the parameters."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class TrackingConfig(BaseModel):
    """What MLflow is told. Where it lives is the variable MLFLOW_TRACKING_URI; default sqlite:///mlflow.db."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(True, description="Log the stages to MLflow.")
    experiment: str = Field("matebit", min_length=1, description="The MLflow experiment.")
    every_seconds: float = Field(5.0, gt=0, description="How often a running training reports its curves.")
