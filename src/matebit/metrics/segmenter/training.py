"""Training of the networks that read translated images: short, on the CPU, the same bytes each time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from matebit.config.segmenter import LearnedReader
from matebit.contracts.parsing import IGNORED
from matebit.logs import Progress
from matebit.metrics.segmenter.network import Segmenter

# A picture uint8 (3,S,S) and what is to be read in it, by number: a label map (S,S), or joints (18,).
Example = Callable[[int], tuple[np.ndarray, np.ndarray]]
# Of scores (B,labels,S,S) and a batch of what is to be read, int64.
Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

NOWHERE = -1
"""The place of a joint that is not seen."""

_WARM_UP = 0.05  # of the training, in which the rate rises


def _shown(config: LearnedReader, count: int) -> Iterator[np.ndarray]:
    """Numbers of the examples of each step: every example once, in random order, then all again."""
    random = np.random.default_rng(config.seed)
    rounds = -(-config.images // count)
    order = np.concatenate([random.permutation(count) for _ in range(rounds)])[: config.images]
    for start in range(0, len(order), config.batch):
        yield order[start : start + config.batch]


def _recoloured(images: torch.Tensor, random: torch.Generator) -> torch.Tensor:
    """Images (B,3,S,S) in [-1,1] in other light: each channel has a contrast and a brightness of its own.

    Translated images have colours that no training image has; their labels follow from shapes.
    """
    drawn = torch.rand((2, len(images), 3, 1, 1), generator=random)
    return images * (0.7 + 0.6 * drawn[0]) + 0.4 * (drawn[1] - 0.5)


def label_weights(shares: np.ndarray) -> torch.Tensor:
    """(labels,) float32: a label's pixels weigh by the root of its rarity, 1 on average over all pixels.

    `shares` (labels,): each label's share of the training pixels. Unweighted, a short training learns
    nothing of eyes and lips, which count as much in the mean over labels as the ground does.
    """
    rarity = np.divide(1, np.sqrt(shares), out=np.zeros(len(shares)), where=shares > 0)
    return torch.from_numpy(rarity / (rarity * shares).sum()).float()


def label_loss(shares: np.ndarray) -> Loss:
    """Cross-entropy of the labels of all pixels, weighed by `label_weights`."""
    weights = label_weights(shares)

    def loss(scores: torch.Tensor, asked: torch.Tensor) -> torch.Tensor:
        total = cross_entropy(scores, asked, weights, ignore_index=IGNORED, reduction="sum")
        # 1 at least: pictures without any class teach nothing, and are no mean of nothing.
        return total / weights[asked[asked != IGNORED]].sum().clamp(min=1)

    return loss


def joint_loss(scores: torch.Tensor, asked: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of each joint's place among all pixels; `asked` (B,18): row * S + column or `NOWHERE`."""
    total = cross_entropy(
        scores.flatten(2).flatten(0, 1), asked.flatten(), ignore_index=NOWHERE, reduction="sum"
    )
    return total / (asked != NOWHERE).sum().clamp(min=1)


def train(
    example: Example, count: int, labels: int, loss: Loss, config: LearnedReader, what: str
) -> Segmenter:
    """A network of `labels` labels, trained by `loss` and ready for use; `what` names it in the progress.

    It saw `example(0)` to `example(count - 1)`. PyTorch's own random state is left as it was.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = Segmenter(labels, config.width)
    random = torch.Generator().manual_seed(config.seed)
    optimiser = torch.optim.AdamW(network.parameters(), config.rate)
    steps = -(-config.images // config.batch)

    def rate(step: int) -> float:
        done = (step + 1) / steps
        return min(1.0, done / _WARM_UP) * (1 + math.cos(math.pi * done)) / 2

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
    network.train()
    with Progress(f"training the {what}", config.images, "images") as bar:
        for numbers in _shown(config, count):
            pictures, asked = zip(*(example(number) for number in numbers.tolist()), strict=True)
            images = torch.from_numpy(np.stack(pictures)) / 127.5 - 1
            scores = network(_recoloured(images, random))
            error = loss(scores, torch.from_numpy(np.stack(asked)).long())
            optimiser.zero_grad()
            error.backward()
            optimiser.step()
            schedule.step()
            bar.advance(len(numbers))
    return network.eval().requires_grad_(False)
