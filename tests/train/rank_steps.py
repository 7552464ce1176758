"""What a rank does in the tests: the same steps on its share of the same batches."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import torch
from steps import STEP, random_batch
from torch import distributed

from matebit.config.read import merged
from matebit.engines.resolve import resolve
from matebit.features.build import build_features
from matebit.train.batch import TrainingBatch
from matebit.train.ranks import ALONE, Ranks
from matebit.train.step import TrainingStep

BATCHES = [(4, [1, 0, 1, 0]), (4, [0, 0, 0, 1]), (4, [1, 1, 0, 1])]


def share(batch: TrainingBatch, ranks: Ranks) -> TrainingBatch:
    """Every `count`-th image of a batch, in double precision."""
    cut = slice(ranks.rank, None, ranks.count)
    tensors = {
        name: value[cut].double() for name, value in vars(batch).items() if isinstance(value, torch.Tensor)
    }
    return dataclasses.replace(batch, **tensors, ids=batch.ids[cut])


def trained(changes: dict[str, Any], ranks: Ranks = ALONE) -> dict[str, Any]:
    """Losses, last gradients, buffers, queue and bank after a few steps."""
    # the average would have to be made double too
    changes = merged(changes, {"train": {"ema_half_life": 0}})
    params = resolve(merged(STEP, changes), "step")
    step = TrainingStep(
        params.methods["matebit"], build_features(params.features), 1, torch.device("cpu"), ranks
    )
    networks = {"G": step.generator, "D": step.discriminator}
    for network in (*networks.values(), step.features):
        network.double()
    draw, codes = step.bank.draw, step.queue.codes
    step.bank.draw = lambda *words: tuple(part if part is None else part.double() for part in draw(*words))
    step.queue.codes = lambda: None if codes() is None else codes().double()
    losses = []
    for number, (count, self_ref) in enumerate(BATCHES):
        batch = share(random_batch(count, self_ref, seed=number, known=True), ranks)
        losses.append(step(batch, 4 * number, number)[0])
    return {
        "losses": losses,
        "gradients": {
            f"{key}.{name}": parameter.grad
            for key, network in networks.items()
            for name, parameter in network.named_parameters()
            if parameter.grad is not None
        },
        "buffers": {
            f"{key}.{name}": value
            for key, network in networks.items()
            for name, value in network.named_buffers()
        },
        "queue": step.queue.codes(),
        "bank": step.bank.state_dict()["images"],
    }


def run_rank(rank: int, count: int, folder: str, cases: dict[str, dict[str, Any]]) -> None:
    """One process of gloo; writes what it found, a file a case."""
    torch.set_num_threads(1)
    distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=count
    )
    for name, changes in cases.items():
        torch.save(trained(changes, Ranks(rank, count)), Path(folder, f"{name}-{rank}.pt"))
    distributed.destroy_process_group()
