"""The sections of a params file that two folders are scored with."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from matebit.config.data import ConditionsConfig
from matebit.config.features import FeatureConfig
from matebit.config.metrics import MetricsConfig


class ScoreConfig(BaseModel):
    """What of an experiment's parameters decides a number; the rest of a params file does not matter."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    threads: int = Field(2, ge=1, description="CPU threads.")
    conditions: ConditionsConfig = Field(default_factory=ConditionsConfig)
    # Its weights are installed, so that scores need no download.
    features: FeatureConfig = Field(default_factory=lambda: FeatureConfig(net="efficientnet_lite0"))
    metrics: MetricsConfig = Field(default_factory=MetricsConfig)
