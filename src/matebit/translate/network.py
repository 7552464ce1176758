"""Translate the test set with a trained network."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from matebit.data import batches as raw
from matebit.data.test_set import TestSet
from matebit.logs import Progress
from matebit.model.checkpoint import load
from matebit.pipeline.layout import Layout
from matebit.train.device import set_up_device
from matebit.translate.cost import counted_cost
from matebit.translate.outputs import Outputs


def _arrays(blocks: list[Tensor]) -> np.ndarray:
    """One value a block, each (B,...), as float32 (B,L,...)."""
    return torch.stack(blocks, dim=1).float().cpu().numpy()


def _pictures(images: Tensor) -> np.ndarray:
    """(...,3,H,W) in [-1,1] as uint8 (...,H,W,3)."""
    return raw.image_from_network(images).movedim(-3, -1).cpu().numpy()


@torch.inference_mode()
def translate_test_set(params: Any, layout: Layout, method: str, seed: int) -> None:
    """Write the translation of every test item, and what each block matched."""
    folders = layout.run(method, seed)
    train = params.methods[method].train
    device = set_up_device(train.device, params.threads)
    generator = load(folders.checkpoint).to(device).requires_grad_(False)
    reads = generator.config.condition_in_exemplar
    rank = params.pairs.rank
    ranks = params.translate.all_ranks(rank)
    tests = {one: TestSet(params, layout, one) for one in ranks}
    outputs = Outputs(folders.translate, rank)
    total = sum(map(len, tests.values()))
    with Progress(f"translating with {method}, seed {seed}", total, "images") as bar:
        # The batch size does not change a result: nothing is normalised over the batch.
        pieces = ((one, batch) for one, test in tests.items() for batch in test.batches(train.batch))
        for given, batch in pieces:
            compared = given == rank
            seen = raw.condition_to_network(batch.exemplar_condition.to(device)) if reads else None
            found = generator(
                raw.condition_to_network(batch.condition.to(device)),
                raw.image_to_network(batch.exemplar.to(device)),
                seen,
                warp=compared,
                matches=compared,
            )
            images = _pictures(found.image)
            for k, item in enumerate(batch.items):
                outputs.image(item, batch.exemplar_items[k], images[k], given)
            if found.warped:
                warped = _pictures(torch.stack(found.warped, dim=1))
                unmatched = _arrays(found.unmatched)[:, :, 0]
                argmax = _arrays([match.argmax for match in found.matches])
                soft = _arrays([match.soft for match in found.matches])
                for k, item in enumerate(batch.items):
                    outputs.correspondence(item, warped[k], unmatched[k], argmax[k], soft[k])
            bar.advance(len(batch.items))
    outputs.cost(counted_cost(generator, train.images))
    outputs.finish()
