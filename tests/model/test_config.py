"""Invalid combinations of switches are one clear sentence; defaults depend on the variant."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

from matebit.config.model import ModelConfig
from matebit.errors import MatebitError


def test_released_fills_its_own_defaults():
    config = ModelConfig(variant="released")
    assert (config.attention, config.layer_scale, config.resize_position) == (
        "released",
        1e-6,
        False,
    )
    assert ModelConfig().layer_scale == 1e-2
    assert ModelConfig(**config.model_dump()) == config


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"variant": "released", "token_stride": 4}, "contradicts model.variant = 'released'"),
        ({"variant": "released", "attention": "vanilla"}, "contradicts model.variant = 'released'"),
        ({"memory": True}, "set model.variant to 'released'"),
        ({"variant": "released", "memory": True}, "needs model.condition_in_exemplar"),
        ({"mask": False, "confidence": "similarity"}, "needs the masked similarities"),
        ({"crop_size": 72}, "must be a multiple of 16"),
        ({"ngf": 6}, "multiple of 4"),
        ({"blocks": 6}, "less than or equal to 5"),
        ({"variant": "released", "style_dim": 32}, "contradicts model.variant = 'released'"),
        ({"variant": "released", "warp_detail": 4}, "contradicts model.variant = 'released'"),
        ({"variant": "released", "warp_in_decoder": True}, "contradicts model.variant = 'released'"),
        ({"warp_in_decoder": True, "blocks": 0}, "needs the warped exemplar of a block"),
        ({"variant": "released", "hue_from_warp": True}, "model.hue_from_warp contradicts model.variant"),
        ({"hue_from_warp": True, "blocks": 0}, "model.hue_from_warp needs the warped exemplar of a block"),
        (
            {
                "warp_in_decoder": True,
                "blocks": 1,
                "attention": "warp",
                "decoder": "spade",
                "style_code": False,
            },
            "sees the warp anyway",
        ),
        ({"widht": 3}, "Extra inputs are not permitted"),
    ],
)
def test_invalid(values, sentence):
    with pytest.raises(ValidationError, match=sentence):
        ModelConfig(**values)


def test_condition_channels_must_be_filled_in():
    with pytest.raises(MatebitError, match="condition_channels is empty"):
        _ = ModelConfig(condition_in_exemplar=True).exemplar_channels


def test_every_field_is_described_and_torch_is_not_imported():
    code = (
        "import sys\n"
        "from matebit.config.model import ModelConfig as M\n"
        "from matebit.config.losses import LossConfig as L, StyleContrastConfig as S\n"
        "from matebit.config.features import FeatureConfig as F\n"
        "assert all(f.description for m in (M, L, S, F) for f in m.model_fields.values())\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
