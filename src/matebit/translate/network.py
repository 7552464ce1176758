"""Translate the test set with a trained network, and count what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from matebit.data import batches as raw
from matebit.data.test_set import TestSet
from matebit.logs import Progress
from matebit.model.checkpoint import load
from matebit.model.generator import Generator
from matebit.pipeline.layout import Layout
from matebit.train.device import set_up_device
from matebit.translate.matrix import write_matrix
from matebit.translate.outputs import Outputs

if TYPE_CHECKING:
    from matebit.config.stage_params import TranslateParams
    from matebit.config.train import TrainConfig
    from matebit.model.translation import Translation


def counted_cost(generator: Generator, training_images: int) -> dict[str, int]:
    """`parameters`, `flops` of translating one image of the trained size, `training_images`.

    The generator's parameters must be frozen. Operations as torch's counter has them: two for each
    multiply and add of convolutions and matrix products, nothing for the rest.
    """
    config = generator.config
    device = next(generator.parameters()).device
    side, channels = config.crop_size, config.require_condition_channels()
    condition = torch.zeros(1, channels, side, side, device=device)
    exemplar = torch.zeros(1, 3, side, side, device=device)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        generator(condition, exemplar, condition if config.condition_in_exemplar else None, warp=False)
    return {
        "parameters": sum(parameter.numel() for parameter in generator.parameters()),
        "flops": counter.get_total_flops(),
        "training_images": training_images,
    }


def _arrays(blocks: list[Tensor]) -> np.ndarray:
    """One value a block, each (B,...), as float32 (B,L,...)."""
    return torch.stack(blocks, dim=1).float().cpu().numpy()


def _pictures(images: Tensor) -> np.ndarray:
    """(...,3,H,W) in [-1,1] as uint8 (...,H,W,3)."""
    return raw.image_from_network(images).movedim(-3, -1).cpu().numpy()


def _translated(generator: Generator, batch: raw.Batch, device: torch.device, compared: bool) -> Translation:
    """What the network makes of a batch; with its correspondence where that is `compared`."""
    reads = generator.config.condition_in_exemplar
    return generator(
        raw.condition_to_network(batch.condition.to(device)),
        raw.image_to_network(batch.exemplar.to(device)),
        raw.condition_to_network(batch.exemplar_condition.to(device)) if reads else None,
        warp=compared,
        matches=compared,
    )


@torch.inference_mode()
def translate_test_set(
    params: TranslateParams, train: TrainConfig, layout: Layout, method: str, seed: int
) -> None:
    """Write the translation of every test item, and what each block matched.

    On the device and by the batches of the network's training, `train`.
    """
    folders = layout.run(method, seed)
    device = set_up_device(train.device, params.threads)
    generator = load(folders.checkpoint).to(device).requires_grad_(False)
    rank = params.pairs.rank
    ranks = params.translate.all_ranks(rank)
    tests = {one: TestSet(params, layout, one) for one in ranks}
    outputs = Outputs(folders.translate, rank)
    total = sum(map(len, tests.values()))
    with Progress(f"translating with {method}, seed {seed}", total, "images") as bar:
        # The batch size does not change a result: nothing is normalised over the batch.
        pieces = ((one, batch) for one, test in tests.items() for batch in test.batches(train.batch))
        for given, batch in pieces:
            found = _translated(generator, batch, device, compared=given == rank)
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
    if params.translate.matrix:

        def pictures(batch: raw.Batch) -> np.ndarray:
            return _pictures(_translated(generator, batch, device, compared=False).image)

        shown, side = tests[rank], params.translate.matrix
        write_matrix(shown, side, train.batch, pictures, folders.translate / "matrix")
    outputs.cost(counted_cost(generator, train.images))
    outputs.finish()
