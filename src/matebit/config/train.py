"""The `train` section of the parameters."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class TrainConfig(BaseModel):
    """How long and how the networks are trained; lengths are counted in images, never in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    images: int = Field(400_000, ge=1, description="Length of training, in images shown to the generator.")
    start: str | None = Field(
        None,
        min_length=1,
        description="Checkpoint whose generator the training begins with: a path, or `shipped` for the one "
        "that comes with the program; without it the weights are random. The discriminator begins anew.",
    )
    start_sha256: str | None = Field(
        None,
        pattern="[0-9a-f]{64}",
        description="SHA-256 that the file of `start` must have; filled in when parameters are resolved.",
    )
    batch: int = Field(4, ge=1, description="Images a step, over all devices and accumulated passes.")
    accumulate: int = Field(1, ge=1, description="Passes that a step's batch is split into, to save memory.")
    lr_g: float = Field(1e-4, gt=0, description="Learning rate of the generator.")
    lr_d: float = Field(4e-4, gt=0, description="Learning rate of the discriminator.")
    beta1: float = Field(0.0, ge=0, lt=1, description="Adam's first decay, both networks.")
    beta2: float = Field(0.9, ge=0, lt=1, description="Adam's second decay, both networks.")
    eps_g: float = Field(1e-8, gt=0, description="Adam's epsilon of the generator (released: 1e-3).")
    constant_fraction: float = Field(
        0.5, ge=0, le=1, description="Share of training at the full rates, before they fall linearly to 0."
    )
    shared_rate: float | None = Field(
        None, gt=0, description="One rate for both networks from `shared_rate_from` on (released: 2e-4)."
    )
    shared_rate_from: int = Field(
        0, ge=0, description="Images after which `shared_rate` holds (released: one epoch)."
    )
    warmup_images: int = Field(0, ge=0, description="Images over which the rates rise linearly from 0.")
    ema_half_life: int = Field(
        10_000,
        ge=0,
        description="Half-life, in images, of the moving average of G; 0 keeps the last weights.",
    )
    ema_ramp: float = Field(
        0.05, ge=0, description="The half-life is at most this share of the images seen so far; 0: no ramp."
    )
    devices: int = Field(
        1,
        ge=1,
        description="Processes that share each batch, one a GPU (without GPUs: CPU processes); a step's "
        "gradient is that of one process.",
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto", description="auto: bfloat16 autocast on CUDA, float32 on the CPU."
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        "auto", description="Where to train; auto takes CUDA if there."
    )
    channels_last: bool = Field(
        True, description="Memory layout of the networks; measured faster than planes, on the CPU too."
    )
    checkpoint_activations: bool = Field(
        False,
        description="Forget activations inside blocks and compute them again in the backward: less memory, "
        "about a third more time, the same bytes (not for `released`, whose spectral vectors advance at "
        "every call).",
    )
    compile: bool = Field(
        False,
        description="Compile both networks with torch.compile: minutes before the first step, faster steps "
        "after it on CUDA; rounds otherwise than uncompiled. Needs a C++ compiler.",
    )
    log_every: int = Field(400, ge=1, description="Images between two lines of the log.")
    sample_every: int = Field(20_000, ge=1, description="Images between two sample sheets.")
    checkpoint_every: int = Field(4_000, ge=1, description="Images between two resumable states.")
    keep: int = Field(
        2, ge=2, description="Resumable states kept; the older ones serve if the newest is broken."
    )

    @model_validator(mode="after")
    def _check(self) -> TrainConfig:
        for what, count in (("train.batch", self.batch), ("the last step's batch", self.images % self.batch)):
            if count % self.devices:
                raise ValueError(
                    f"{what} of {count} images cannot be divided among train.devices = {self.devices}: "
                    f"make train.batch a multiple of train.devices, and train.images one of train.batch"
                )
        if self.start_sha256 and not self.start:
            raise ValueError("train.start_sha256 is the digest of train.start, which is not set")
        if self.compile and self.checkpoint_activations:
            raise ValueError(
                "train.compile and train.checkpoint_activations exclude each other: switch one of them off"
            )
        return self
