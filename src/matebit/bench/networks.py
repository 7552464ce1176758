"""Benchmarks of the networks on made-up images: translation, training step, attention."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor

from matebit.bench.measure import Measured, measure
from matebit.engines.resolve import resolve
from matebit.features.build import build_features
from matebit.model.build import build_generator
from matebit.ops.attention import Scoring, attend, centred_unit
from matebit.ops.switch import plain_operations
from matebit.train.batch import TrainingBatch
from matebit.train.device import set_up_device
from matebit.train.step import TrainingStep, seeded

_STEPS = 1000  # of the made-up training


@dataclass(frozen=True)
class Case:
    """What is measured, and how often."""

    variant: Literal["matebit", "released"] = "matebit"
    ngf: int = 64
    size: int = 256
    batch: int = 1
    repeats: int = 5
    warmup: int = 2
    threads: int = 1
    device: str = "auto"
    precision: str = "auto"
    stride: int = 8  # pixels a token
    checkpoint_activations: bool = False
    compile: bool = False
    plain: bool = False  # the plain forms of `matebit.ops`

    def what(self, **more: str | int | float) -> dict[str, str | int | float]:
        """The part that names the line."""
        sizes = {"variant": self.variant, "ngf": self.ngf, "size": self.size, "batch": self.batch}
        plain: dict[str, str | int | float] = {"plain": True} if self.plain else {}
        return {**sizes, "precision": self.precision, **more, **plain}

    def operations(self) -> AbstractContextManager[None]:
        """Inside, the operations that this case is about."""
        return plain_operations() if self.plain else nullcontext()

    def half(self, device: torch.device) -> bool:
        """Is the arithmetic in bfloat16?"""
        return self.precision == "bfloat16" or (self.precision == "auto" and device.type == "cuda")

    def sections(self) -> Any:
        """The resolved parameters of this case; contrastive learning acts after the warm-up."""
        start = max(1, self.warmup - 1) / _STEPS
        losses: dict[str, Any] = {
            "style_contrast": {"bank_fraction": start, "start_fraction": start, "bank_size": 8}
        }
        if self.variant == "released":
            losses = {"form": "released"}
        mapping = {
            "name": "bench",
            "threads": self.threads,
            "data": {"load_size": self.size, "crop_size": self.size},
            "features": {"weights": "random"},
            "model": {
                "variant": self.variant, "ngf": self.ngf, "ndf": self.ngf, "token_stride": self.stride,
            },
            "losses": losses,
            "train": {
                "batch": self.batch,
                "images": _STEPS * self.batch,
                "precision": self.precision,
                "checkpoint_activations": self.checkpoint_activations,
                "compile": self.compile,
            },
            "methods": ["matebit"],
        }  # fmt: skip
        return resolve(mapping, "matebit bench")


def made_up_batch(channels: int, size: int, count: int, device: torch.device) -> TrainingBatch:
    """Noise in the ranges of a batch, half of it self-referenced."""
    rng = seeded("bench", size, count)

    def drawn(depth: int) -> Tensor:
        return torch.rand(count, depth, size, size, generator=rng).to(device)

    return TrainingBatch(
        condition=drawn(channels),
        truth=drawn(3) * 2 - 1,
        exemplar=drawn(3) * 2 - 1,
        exemplar_condition=None,
        self_ref=(torch.arange(count) % 2 == 0).float().to(device),
        ids=[f"noise{k}" for k in range(count)],
    )


def translate(case: Case) -> Measured:
    """One translation without the warped exemplar, as a user of the network asks for it."""
    device = set_up_device(case.device, case.threads)
    model = case.sections().methods["matebit"].model
    layout = torch.channels_last if device.type == "cuda" else torch.contiguous_format
    generator = build_generator(model, seeded("G", 1)).eval()
    generator.to(device=device)
    generator.to(memory_format=layout)
    batch = made_up_batch(model.condition_channels, case.size, case.batch, device)
    dtype = torch.bfloat16 if case.half(device) else torch.float32

    def work() -> None:
        cast = torch.autocast(device.type, dtype) if case.half(device) else nullcontext()
        with torch.no_grad(), cast, case.operations():
            generator(batch.condition, batch.exemplar, warp=False)

    return measure(
        "translate", case.what(), work, device,
        units=case.batch, repeats=case.repeats, warmup=case.warmup, dtype=dtype,
    )  # fmt: skip


def training_step(case: Case) -> tuple[Callable[[], None], torch.device]:
    """One training step of both networks with all losses and VGG-19 of full width, and where it is done."""
    device = set_up_device(case.device, case.threads)
    params = case.sections()
    method = params.methods["matebit"]
    step = TrainingStep(method, build_features(params.features), 1, device)
    batch = made_up_batch(method.model.condition_channels, case.size, case.batch, device)
    steps = 0

    def work() -> None:
        nonlocal steps
        step(batch, steps * case.batch, steps)
        steps += 1

    return work, device


def train(case: Case) -> Measured:
    """The time and memory of a training step, see `training_step`."""
    work, device = training_step(case)

    def in_its_form() -> None:
        with case.operations():
            work()

    return measure(
        "train",
        case.what(checkpoint_activations=case.checkpoint_activations, compile=case.compile),
        in_its_form, device,
        units=case.batch, repeats=case.repeats, warmup=case.warmup,
        dtype=torch.bfloat16 if case.half(device) else torch.float32,
    )  # fmt: skip


def attention(case: Case, backend: Literal["dense", "tiled"]) -> Measured:
    """Forward and backward of the masked attention over (size / stride)^2 tokens, in float32."""
    device = set_up_device(case.device, case.threads)
    tokens, channels = (case.size // case.stride) ** 2, 8 * case.ngf
    rng = seeded("bench", tokens, channels)
    query, key, value = (
        torch.randn(case.batch, channels, tokens, generator=rng).to(device) for _ in range(3)
    )
    query, key = centred_unit(query), centred_unit(key)
    for part in (query, key, value):
        part.requires_grad_()
        part.grad = torch.zeros_like(part)  # gradients and output are not the attention's own memory
    upstream = torch.ones_like(value)
    scoring = Scoring(100.0, True)

    def work() -> None:
        found = attend(query, key, value, scoring, backend)
        torch.autograd.backward([found.mixed, found.unmatched.sum()], [upstream, None])

    return measure(
        "attention", case.what(backend=backend, tokens=tokens), work, device,
        units=case.batch, repeats=case.repeats, warmup=case.warmup,
    )  # fmt: skip
