"""One training step: both networks, their losses and optimisers, the average, the early generations."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from matebit.config.losses import LossConfig
from matebit.features.network import PerceptualNetwork
from matebit.losses.alignment import random_positions
from matebit.losses.contrast import NegativeBank, StyleQueue
from matebit.losses.step import (
    StyleCodes,
    Target,
    adversarial_loss,
    discriminator_loss,
    perceptual_loss,
    translation_loss,
)
from matebit.model.build import build_discriminator, build_generator
from matebit.model.generator import Generator
from matebit.model.translation import Translation
from matebit.train.batch import TrainingBatch
from matebit.train.compute import compile_network, recompute_activations
from matebit.train.order import step_order
from matebit.train.ranks import ALONE, Ranks
from matebit.train.schedule import WeightAverage, learning_rates

if TYPE_CHECKING:
    from matebit.config.schema import MethodSections


class NotFinite(Exception):
    """A loss is NaN or infinite; carries its name and the batch's ids."""

    def __init__(self, loss: str, value: float, ids: list[str]) -> None:
        super().__init__(f"the loss {loss} is {value}")
        self.loss, self.value, self.ids = loss, value, ids


def seeded(*parts: object) -> torch.Generator:
    """A generator of random numbers that depends on `parts` alone: nothing random needs to be saved."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)


def _backward(
    losses: dict[str, Tensor],
    share: float,
    inputs: Iterable[Tensor],
    *,
    from_above: tuple[Tensor, Tensor | None] | None = None,
    keep: bool = False,
) -> None:
    """Add the gradients of the weighted losses to `inputs`, and of nothing else.

    `from_above`: a tensor between the losses of other networks and `inputs`, with their gradient. `keep` the
    graph for another backward.
    """
    roots: list[Tensor] = []
    gradients: list[Tensor | None] = []
    if losses:
        roots.append(torch.stack([value.float() for value in losses.values()]).sum() * share)
        gradients.append(None)
    if from_above is not None and from_above[1] is not None:
        roots.append(from_above[0])
        gradients.append(from_above[1])
    if roots:
        torch.autograd.backward(roots, gradients, retain_graph=keep, inputs=list(inputs))


class TrainingStep:
    """Calls with a batch train both networks by one step and return the weighted losses."""

    def __init__(
        self,
        method: MethodSections,
        features: PerceptualNetwork | None,
        seed: int,
        device: torch.device,
        ranks: Ranks = ALONE,
        start: dict[str, Tensor] | None = None,
    ) -> None:
        """`start`: the generator's tensors to begin with, by name, instead of random ones."""
        self.losses: LossConfig = method.losses
        self.train = method.train
        self.seed = seed
        self.device, self.ranks = device, ranks
        self.layout = self._memory_layout()
        generator = build_generator(method.model, seeded("G", seed))
        if start is not None:
            generator.load_state_dict(start)
        self.generator: Generator = self._placed(generator)
        if self.train.checkpoint_activations:
            recompute_activations(self.generator)
        self.discriminator = self._placed(build_discriminator(method.model, seeded("D", seed)))
        if self.train.compile:
            compile_network(self.generator)
            compile_network(self.discriminator)
        self.features = None if features is None else self._placed(features)
        self.optimiser_g = self._adam(self.generator, self.train.eps_g)
        self.optimiser_d = self._adam(self.discriminator, eps=1e-8)
        self.average = (
            WeightAverage(self.generator, self.train.ema_half_life, self.train.ema_ramp)
            if self.train.ema_half_life
            else None
        )
        contrast = self.losses.style_contrast
        self.contrast = contrast
        self.uses_contrast = bool(contrast.weight) and method.model.style_code
        self.queue = StyleQueue(contrast.queue_length(self.train.images))
        self.bank = NegativeBank(contrast.bank_size, int(contrast.bank_fraction * self.train.images))
        self.contrast_began: int | None = None  # images seen when the contrastive loss first acted
        self.order = step_order(method.model)

    def _memory_layout(self) -> torch.memory_format:
        return torch.channels_last if self.train.channels_last else torch.contiguous_format

    def _placed(self, network: Any) -> Any:
        return network.to(self.device, memory_format=self.layout)

    def _adam(self, network: nn.Module, eps: float) -> torch.optim.Adam:
        betas = (self.train.beta1, self.train.beta2)
        return torch.optim.Adam(network.parameters(), betas=betas, eps=eps, fused=True)

    def _autocast(self) -> AbstractContextManager[Any]:
        wanted = self.train.precision
        if wanted == "bfloat16" or (wanted == "auto" and self.device.type == "cuda"):
            return torch.autocast(self.device.type, torch.bfloat16)
        return nullcontext()

    def __call__(self, batch: TrainingBatch, images: int, step: int) -> tuple[dict[str, float], Translation]:
        """Train on `batch`, before which `images` images were seen in `step` steps.

        With several ranks `batch` is this one's share, and `images` counts those of all. Returns the
        weighted losses by name, and the last pass's translation. Raises `NotFinite` before any weight is
        touched.
        """
        rate_g, rate_d = learning_rates(images, self.train)
        for optimiser, rate in ((self.optimiser_g, rate_g), (self.optimiser_d, rate_d)):
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.zero_grad(set_to_none=True)
        self._refill_queue(step)
        sums: dict[str, Tensor] = {}
        for part in batch.parts(self.train.accumulate, self.ranks):
            later = self.order.later_part(self.generator, self.discriminator) if part.first else nullcontext()
            with later, self._weights_shared():
                losses, translation = self._pass(part, images, step)
            for name, value in losses.items():
                weighted = value.detach() * part.share
                sums[name] = sums[name] + weighted if name in sums else weighted
        values = self._checked(sums, batch.ids)
        for network in (self.generator, self.discriminator):
            self.ranks.sum_gradients(network.parameters())
        self.optimiser_g.step()
        self.optimiser_d.step()
        if self.average is not None:
            count = len(batch.ids) * self.ranks.count
            self.average.update(self.generator, images + count, count)
        return values, translation

    def _weights_shared(self) -> AbstractContextManager[Any]:
        """One W / sigma a spectral layer serves a pass; compiled networks have it in their program."""
        adversarial = self.losses.GAN or self.losses.GAN_Feat
        networks = [self.generator, self.discriminator] if adversarial else [self.generator]
        return nullcontext() if self.train.compile else self.order.shared_weights(*networks)

    def _pass(self, batch: TrainingBatch, images: int, step: int) -> tuple[dict[str, Tensor], Translation]:
        """The losses of one pass; their gradients are in the parameters when it returns.

        One network after the other judges the output, and its graph is gone before the next one's is
        built: memory holds the generator's and one more. What they say of the image is then taken
        through the generator at once.
        """
        with self._autocast():
            translation = self.generator(
                batch.condition,
                batch.exemplar,
                batch.exemplar_condition,
                truth=batch.truth if self.losses.no_vgg_feat else None,
                warp=bool(self.losses.G_warp_self),
                soft=bool(self.losses.known_match) and batch.flow is not None,
            )
            codes = self._style_codes(batch, translation, images)
        target = Target(
            batch.truth,
            batch.exemplar,
            batch.self_ref,
            batch.self_ref_total,
            batch.share,
            flow=batch.flow,
            known=batch.known(),
            known_total=batch.known_total,
        )
        image = translation.image.detach().requires_grad_()
        losses = self._discriminate(batch, image)
        losses |= self._perceive(image, target)
        with self._autocast():
            tokens = translation.condition_features[0][0, 0].numel()
            positions = random_positions(tokens, seeded("mcl", self.seed, step, batch.first))
            own = translation_loss(
                self.losses,
                translation,
                target,
                codes=codes,
                positions=positions.to(self.device) if self.losses.mcl else None,
            )
        _backward(own, batch.share, self.generator.parameters(), from_above=(translation.image, image.grad))
        if self.uses_contrast and self.contrast.negatives == "early_generations" and not self.bank.full:
            first = images + batch.first * self.ranks.count
            made = self.ranks.interleaved(image.detach())
            reads = batch.exemplar_condition is not None
            self.bank.offer(first, made, self.ranks.interleaved(batch.condition) if reads else None)
        return losses | own, translation

    def _perceive(self, image: Tensor, target: Target) -> dict[str, Tensor]:
        """The perceptual losses of the output (B,3,H,W), a leaf, which gets their gradient."""
        if self.features is None:
            return {}
        with self._autocast():
            losses = perceptual_loss(self.losses, image, target, self.features)
        _backward(losses, target.share, [image])
        return losses

    def _discriminate(self, batch: TrainingBatch, image: Tensor) -> dict[str, Tensor]:
        """Both networks' adversarial losses of the output (B,3,H,W), a leaf.

        It and the discriminator's parameters get their gradients.
        """
        if not (self.losses.GAN or self.losses.GAN_Feat):
            return {}
        with self._autocast():
            stages = self.order.stages(self.discriminator, batch, image)
            losses = adversarial_loss(self.losses, *stages)
        _backward(losses, batch.share, [image], keep=self.order.keeps_graph)
        if not self.losses.GAN:
            return losses
        with self._autocast():
            stages = self.order.stages_again(stages, self.discriminator, batch, image)
            own = discriminator_loss(self.losses, *stages)
        _backward(own, batch.share, self.discriminator.parameters())
        return losses | own

    def _style_codes(self, batch: TrainingBatch, translation: Translation, images: int) -> StyleCodes | None:
        """The code of the output and the negatives, once the loss has begun."""
        if not self.uses_contrast:
            return None
        negatives = self.queue.codes()
        codes = None
        if images >= self.contrast.start_fraction * self.train.images and negatives is not None:
            if self.contrast_began is None:
                self.contrast_began = images
            shown = batch.condition if batch.exemplar_condition is not None else None
            own = self.generator.style_of(translation.image, shown)
            codes = StyleCodes(own, negatives.to(self.device))
        if self.contrast.negatives == "exemplars":
            self.queue.push(self.ranks.interleaved(translation.style.detach()))
        return codes

    @torch.no_grad()
    def _refill_queue(self, step: int) -> None:
        """Encode some early generations anew with the present encoder: no code grows old."""
        early = self.uses_contrast and self.contrast.negatives == "early_generations"
        if early and len(self.bank):
            images, conditions = self.bank.draw(step, self.contrast.reencoded)
            shown = None if conditions is None else conditions.to(self.device)
            with self._autocast():
                self.queue.push(self.generator.style_of(images.to(self.device), shown))

    def _checked(self, sums: dict[str, Tensor], ids: list[str]) -> dict[str, float]:
        """The losses of the whole batch, waiting for the device once; the same on every rank."""
        numbers = self.ranks.sum(torch.stack([value.float() for value in sums.values()])).tolist()
        values = dict(zip(sums, numbers, strict=True))
        for name, value in values.items():
            if value != value or abs(value) == float("inf"):
                raise NotFinite(name, value, self.ranks.names(ids))
        return values

    def averaged(self) -> Generator:
        """The generator that translates: the moving average of the weights, in evaluation mode."""
        if self.average is not None:
            return self.average.averaged(self.generator)
        import copy

        return copy.deepcopy(self.generator).eval()

    def _modules(self) -> dict[str, nn.Module | torch.optim.Optimizer]:
        return {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "optimiser_g": self.optimiser_g,
            "optimiser_d": self.optimiser_d,
        }

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on."""
        state: dict[str, Any] = {name: part.state_dict() for name, part in self._modules().items()}
        state["average"] = None if self.average is None else self.average.state_dict()
        state["queue"] = self.queue.state_dict()
        state["bank"] = self.bank.state_dict()
        state["contrast_began"] = self.contrast_began
        return state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on exactly from `state_dict()`."""
        for name, part in self._modules().items():
            part.load_state_dict(state[name])
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        self.queue.load_state_dict(state["queue"])
        self.bank.load_state_dict(state["bank"])
        self.contrast_began = state["contrast_began"]
