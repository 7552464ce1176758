"""What a training step trains on, whole and in parts."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from matebit.train.ranks import ALONE, Ranks


@dataclass(frozen=True)
class TrainingBatch:
    """What one pass trains on, on its device.

    `condition` (B,nc,H,W) in [0,1], `truth` and `exemplar` (B,3,H,W) in [-1,1], `exemplar_condition`
    like `condition` where the network reads it, `self_ref` (B,) of 0 and 1, `ids` for messages.
    `flow` (B,2,S/4,S/4): of each cell of 4 px the place in the exemplar, NaN where not known; None where no
    example has any.
    For a part of a step's batch: where it begins within this rank's, its share of the whole, and the
    number of self-referenced samples of all ranks' parts and of those with known matches.
    """

    condition: Tensor
    truth: Tensor
    exemplar: Tensor
    exemplar_condition: Tensor | None
    self_ref: Tensor
    ids: list[str]
    flow: Tensor | None = None
    first: int = 0
    share: float = 1.0
    self_ref_total: Tensor | None = None
    known_total: Tensor | None = None

    def known(self) -> Tensor | None:
        """1 for each sample (B,) with known matches, else 0."""
        if self.flow is None:
            return None
        return (~self.flow.isnan()).flatten(1).any(dim=1).to(self.self_ref.dtype)

    def parts(self, count: int, ranks: Ranks = ALONE) -> list[TrainingBatch]:
        """This rank's batch in `count` pieces, for gradient accumulation."""
        size = -(-len(self.ids) // count)
        total = ranks.sum(self.self_ref.sum())
        known = self.known()
        known_total = None if known is None else ranks.sum(known.sum())
        return [
            TrainingBatch(
                condition=self.condition[cut],
                truth=self.truth[cut],
                exemplar=self.exemplar[cut],
                exemplar_condition=None if self.exemplar_condition is None else self.exemplar_condition[cut],
                self_ref=self.self_ref[cut],
                ids=self.ids[cut],
                flow=None if self.flow is None else self.flow[cut],
                first=cut.start,
                share=len(self.ids[cut]) / (len(self.ids) * ranks.count),
                self_ref_total=total,
                known_total=known_total,
            )
            for cut in (slice(first, first + size) for first in range(0, len(self.ids), size))
        ]
