"""Contrastive style learning: the loss, its queue of codes and its bank of early generations."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F


def style_contrast(
    code: Tensor, positive: Tensor, negatives: Tensor, tau: float, *, normalise: bool = True
) -> Tensor:
    """-log( exp(z.z+/tau) / (exp(z.z+/tau) + sum_j exp(z.z-_j/tau)) ), averaged over the batch.

    `code` z (B,C) of the output, `positive` z+ (B,C) of its exemplar, `negatives` z- (m,C); only z
    gets gradient. Codes are L2-normalised, except in the released form.
    """
    positive, negatives = positive.detach(), negatives.detach()
    if normalise:
        code, positive, negatives = (F.normalize(z, dim=1) for z in (code, positive, negatives))
    own = (code * positive).sum(dim=1, keepdim=True)
    logits = torch.cat([own, code @ negatives.t()], dim=1) / tau
    return (torch.logsumexp(logits, dim=1) - logits[:, 0]).mean()


class StyleQueue:
    """First in, first out: the last `length` style codes, on the CPU between steps."""

    def __init__(self, length: int) -> None:
        self.length = length
        self._codes: Tensor | None = None

    def __len__(self) -> int:
        return 0 if self._codes is None else len(self._codes)

    @property
    def fill(self) -> float:
        """Share of the queue that is filled."""
        return len(self) / self.length

    def push(self, codes: Tensor) -> None:
        """Append codes (n,C); the oldest go."""
        codes = codes.detach().float()
        if self._codes is not None:
            codes = torch.cat([self._codes.to(codes.device), codes])
        self._codes = codes[-self.length :].clone()

    def codes(self) -> Tensor | None:
        """All codes (up to length, C), oldest first; None while empty."""
        return self._codes

    def state_dict(self) -> dict[str, Any]:
        """Everything that a resumed run needs."""
        return {"length": self.length, "codes": None if self._codes is None else self._codes.cpu()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a stored state."""
        if state["length"] != self.length:
            raise ValueError(f"queue of {state['length']} codes cannot continue as one of {self.length}")
        self._codes = state["codes"]


class NegativeBank:
    """Low-quality images of the early stage of training, kept as uint8.

    The first `span` images of training are divided into as many equal parts as the bank has places;
    the generated image at the middle of each part is kept. Depends on nothing but the count of
    images, so it is the same on every rank that is offered the same (gathered) batch.
    """

    def __init__(self, size: int, span: int) -> None:
        self.span = max(1, span)
        self.size = min(size, self.span)
        self._images: list[Tensor] = []
        self._conditions: list[Tensor] = []

    def __len__(self) -> int:
        return len(self._images)

    @property
    def full(self) -> bool:
        """True once every place is filled."""
        return len(self) == self.size

    def _due(self, place: int) -> int:
        """Count of images seen at which a place is filled: the middle of its part."""
        return ((2 * place + 1) * self.span) // (2 * self.size)

    @torch.no_grad()
    def offer(self, images_seen: int, images: Tensor, conditions: Tensor | None = None) -> None:
        """Keep what is due of generated `images` (B,3,H,W) in [-1,1].

        Before their step `images_seen` had been seen; `conditions` (B,nc,H,W) in [0,1] where the exemplar's
        encoder needs them.
        """
        while not self.full and self._due(len(self)) < images_seen + len(images):
            index = max(0, self._due(len(self)) - images_seen)
            kept = ((images[index].float().clamp(-1, 1) + 1) * 127.5).round()
            self._images.append(kept.to("cpu", torch.uint8))
            if conditions is not None:
                scaled = (conditions[index].float() * 255).round()
                self._conditions.append(scaled.to("cpu", torch.uint8))

    def draw(self, step: int, n: int) -> tuple[Tensor, Tensor | None]:
        """`n` images in [-1,1] for a step, with their conditions; all images are used equally often."""
        chosen = [(step * n + k) % len(self) for k in range(n)]
        images = torch.stack([self._images[k] for k in chosen]).float() / 127.5 - 1
        if not self._conditions:
            return images, None
        return images, torch.stack([self._conditions[k] for k in chosen]).float() / 255

    def state_dict(self) -> dict[str, Any]:
        """Everything that a resumed run needs."""

        def stacked(parts: list[Tensor]) -> Tensor | None:
            return torch.stack(parts) if parts else None

        return {
            "size": self.size,
            "span": self.span,
            "images": stacked(self._images),
            "conditions": stacked(self._conditions),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a stored state."""
        if (state["size"], state["span"]) != (self.size, self.span):
            raise ValueError("this bank belongs to a training of another length or bank size")
        self._images = [] if state["images"] is None else list(state["images"])
        self._conditions = [] if state["conditions"] is None else list(state["conditions"])
