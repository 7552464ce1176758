"""Parameters of a training step of the smallest size, and made-up batches."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import torch

from matebit.config.read import merged
from matebit.train.batch import TrainingBatch
from matebit.train.step import TrainingStep
from tiny_experiment import TINY, Experiment, contents

# The contrastive loss acts from the second step of four on.
STEP = merged(
    TINY,
    {
        "train": {"images": 16, "batch": 4, "lr_g": 1e-3, "lr_d": 1e-3},
        "losses": {"style_contrast": {"bank_fraction": 0.25, "start_fraction": 0.25}},
    },
)


def random_batch(count: int, self_ref: list[int], seed: int = 0, known: bool = False) -> TrainingBatch:
    """Noise in the ranges of a batch; `known`: self-referenced examples have matches, all but a few cells."""
    rng = torch.Generator().manual_seed(seed)

    def drawn(channels: int) -> torch.Tensor:
        return torch.rand(count, channels, 32, 32, generator=rng)

    flow = torch.full((count, 2, 8, 8), float("nan"))
    for sample, own in zip(flow, self_ref, strict=True):
        if own:
            sample[:, 1:] = torch.rand(2, 7, 8, generator=rng)
    return TrainingBatch(
        condition=drawn(15),
        truth=drawn(3) * 2 - 1,
        exemplar=drawn(3) * 2 - 1,
        exemplar_condition=None,
        self_ref=torch.tensor(self_ref, dtype=torch.float32),
        ids=[f"item{k}" for k in range(count)],
        flow=flow if known else None,
    )


def exact(step: TrainingStep, batch: TrainingBatch) -> tuple[TrainingStep, TrainingBatch]:
    """Step and batch in double precision, where a bias before a norm has no gradient, not noise."""
    for network in (step.generator, step.discriminator, step.features):
        network.double()
    tensors = {key: value.double() for key, value in vars(batch).items() if torch.is_tensor(value)}
    return step, dataclasses.replace(batch, **tensors)


def same_gradients(one: torch.nn.Module, other: torch.nn.Module, of_largest: float = 1e-9) -> None:
    """Of all parameters of two networks, to 1e-5 or to a share of the largest of all."""
    largest = max(float(p.grad.abs().max()) for p in one.parameters() if p.grad is not None)
    for (name, mine), theirs in zip(one.named_parameters(), other.parameters(), strict=True):
        assert (mine.grad is None) == (theirs.grad is None), name
        if mine.grad is not None:
            torch.testing.assert_close(mine.grad, theirs.grad, rtol=1e-5, atol=of_largest * largest)


def weights(step: TrainingStep) -> Iterator[tuple[str, torch.Tensor]]:
    """Every weight and buffer of both networks."""
    for network in ("generator", "discriminator"):
        for name, value in getattr(step, network).state_dict().items():
            yield f"{network}.{name}", value


def results(experiment: Experiment, method: str = "matebit", seed: int = 1) -> dict[str, bytes]:
    """Every file that a training hands on, with its bytes."""
    found = contents(experiment.layout.run(method, seed).train)
    assert {"model.safetensors", "curves.jsonl", "summary.json"} <= set(found)
    return found
