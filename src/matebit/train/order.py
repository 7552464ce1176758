"""In which order a step passes its networks: that of the slides' training and that of the released one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext

import torch
from torch import Tensor, nn

from matebit.config.model import ModelConfig
from matebit.losses.image import Stages
from matebit.ops.spectral import vectors_fixed, weights_shared
from matebit.train.batch import TrainingBatch

BothStages = tuple[Stages, Stages]
"""The discriminator's stages on the output and on the truth."""


class OnePass:
    """One pass of the output and one of the truth serve both networks' losses; vectors advance once a step.

    The weights do not change in between, and each backward reaches its own side alone.
    """

    keeps_graph = True  # of the discriminator's passes, for its own losses

    @contextmanager
    def later_part(self, *networks: nn.Module) -> Iterator[None]:
        """Around every part of a step but the first."""
        with ExitStack() as stack:
            for network in networks:
                stack.enter_context(vectors_fixed(network))
            yield

    @contextmanager
    def shared_weights(self, *networks: nn.Module) -> Iterator[None]:
        """Around a pass: one W / sigma a spectral layer serves all its forwards."""
        with ExitStack() as stack:
            for network in networks:
                stack.enter_context(weights_shared(network))
            yield

    def stages(self, discriminator: nn.Module, batch: TrainingBatch, image: Tensor) -> BothStages:
        """For the generator's losses."""
        fake = discriminator(batch.condition, image)
        with vectors_fixed(discriminator):
            return fake, discriminator(batch.condition, batch.truth)

    def stages_again(
        self, before: BothStages, discriminator: nn.Module, batch: TrainingBatch, image: Tensor
    ) -> BothStages:
        """For the discriminator's own losses."""
        return before


class ReleasedOrder:
    """Output and truth pass together, and again for the discriminator's losses; vectors advance each time."""

    keeps_graph = False

    def later_part(self, *networks: nn.Module) -> AbstractContextManager[None]:
        """Around every part of a step but the first."""
        return nullcontext()

    def shared_weights(self, *networks: nn.Module) -> AbstractContextManager[None]:
        """Around a pass."""
        return nullcontext()

    def stages(self, discriminator: nn.Module, batch: TrainingBatch, image: Tensor) -> BothStages:
        """For the generator's losses."""
        condition = torch.cat([batch.condition, batch.condition])
        scales = discriminator(condition, torch.cat([image, batch.truth]))
        half = len(image)
        return (
            [[stage[:half] for stage in scale] for scale in scales],
            [[stage[half:] for stage in scale] for scale in scales],
        )

    def stages_again(
        self, before: BothStages, discriminator: nn.Module, batch: TrainingBatch, image: Tensor
    ) -> BothStages:
        """For the discriminator's own losses."""
        return self.stages(discriminator, batch, image.detach())


def step_order(config: ModelConfig) -> OnePass | ReleasedOrder:
    """The order in which the network of `config` is trained."""
    return ReleasedOrder() if config.variant == "released" else OnePass()
