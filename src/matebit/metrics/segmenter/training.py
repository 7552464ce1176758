"""Training of the segmenter: short, on the CPU, the same bytes each time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from matebit.config.segmenter import MiouConfig
from matebit.contracts.parsing import IGNORED
from matebit.logs import Progress
from matebit.metrics.segmenter.network import Segmenter

# A picture uint8 (3,S,S) and its label map (S,S), by number.
Example = Callable[[int], tuple[np.ndarray, np.ndarray]]

_WARM_UP = 0.05  # of the training, in which the rate rises


def _shown(config: MiouConfig, count: int) -> Iterator[np.ndarray]:
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


def train(example: Example, count: int, shares: np.ndarray, config: MiouConfig) -> Segmenter:
    """A segmenter of as many labels as `shares` has (see `label_weights`), trained and ready for use.

    It saw `example(0)` to `example(count - 1)`. PyTorch's own random state is left as it was.
    """
    weights = label_weights(shares)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        network = Segmenter(len(shares), config.width)
    random = torch.Generator().manual_seed(config.seed)
    optimiser = torch.optim.AdamW(network.parameters(), config.rate)
    steps = -(-config.images // config.batch)

    def rate(step: int) -> float:
        done = (step + 1) / steps
        return min(1.0, done / _WARM_UP) * (1 + math.cos(math.pi * done)) / 2

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
    network.train()
    with Progress("training the segmenter", config.images, "images") as bar:
        for numbers in _shown(config, count):
            pictures, maps = zip(*(example(number) for number in numbers.tolist()), strict=True)
            images = torch.from_numpy(np.stack(pictures)) / 127.5 - 1
            scores = network(_recoloured(images, random))
            asked = torch.from_numpy(np.stack(maps)).long()
            loss = cross_entropy(scores, asked, weights, ignore_index=IGNORED, reduction="sum")
            # 1 at least: pictures without any class teach nothing, and are no mean of nothing.
            loss = loss / weights[asked[asked != IGNORED]].sum().clamp(min=1)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            bar.advance(len(numbers))
    return network.eval().requires_grad_(False)
