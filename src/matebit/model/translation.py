"""What a translation returns."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from matebit.model.correspondence import Match


@dataclass(frozen=True)
class MaskStatistics:
    """Of 1 - confidence in one block: how much is left to the unmatched term."""

    mean: float
    max: float
    share_above_001: float


@dataclass(frozen=True)
class Translation:
    """Image (B,3,H,W) in [-1,1], and the correspondence of every block on the token grid.

    `warped` (B,3,h,w) in [-1,1], `confidence` and `unmatched` = 1 - confidence (B,1,h,w), `matches`
    only where asked for, `soft` positions (B,2,h,w) in [0,1] of every block, with their gradient,
    too; `style` (B,numbers of the code). The two pyramids [x4, x3, x2, x1] are L2-normalised;
    `truth_features` only where a truth was given.
    """

    image: Tensor
    warped: list[Tensor]
    confidence: list[Tensor]
    unmatched: list[Tensor]
    style: Tensor
    matches: list[Match]
    condition_features: list[Tensor]
    truth_features: list[Tensor] | None
    soft: list[Tensor] = field(default_factory=list)

    def mask_statistics(self) -> list[MaskStatistics]:
        """Mean, maximum and share above 0.01 of 1 - confidence, of every block."""
        return [
            MaskStatistics(
                mean=float(left.mean()),
                max=float(left.max()),
                share_above_001=float((left > 0.01).float().mean()),
            )
            for left in (block.detach() for block in self.unmatched)
        ]
