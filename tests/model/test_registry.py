"""Every variant and switch: finite, right shapes, no dead parameter, whole state dict."""

from __future__ import annotations

import re

import pytest
import torch

from matebit.config.model import ModelConfig
from matebit.errors import MatebitError
from matebit.model.build import build_discriminator, build_generator
from matebit.model.checkpoint import load, save_generator

CASES: dict[str, dict] = {
    "matebit": {},
    "alpha 10": {"alpha": 10.0},
    "vanilla": {"attention": "vanilla"},
    "released attention": {"attention": "released"},
    "no mask": {"mask": False},
    "confidence off": {"confidence": "off"},
    "confidence similarity": {"confidence": "similarity"},
    "no AdaConv": {"adaconv": False},
    "no source features": {"source_features": False},
    "no style code": {"style_code": False},
    "no self-attention": {"use_attention": False},
    "plain self-attention": {"spectral_attention": False},
    "stride 4": {"token_stride": 4},
    "dense": {"attention_backend": "dense"},
    "condition in exemplar": {"condition_in_exemplar": True},
    "0 blocks": {"blocks": 0},
    "1 block": {"blocks": 1},
    "2 blocks": {"blocks": 2},
    "4 blocks": {"blocks": 4},
    "5 blocks": {"blocks": 5},
    "no exemplar": {"blocks": 0, "style_code": False},
    "cocosnet_like": {"attention": "warp", "decoder": "spade", "blocks": 1, "style_code": False},
    "cocosnet_like, stride 4": {
        "attention": "warp",
        "decoder": "spade",
        "blocks": 1,
        "style_code": False,
        "token_stride": 4,
    },
    "released": {"variant": "released", "resize_position": True},
    "released 0 blocks": {"variant": "released", "blocks": 0},
    "released CelebA": {"variant": "released", "memory": True, "condition_in_exemplar": True},
}

# Parameters that may go without gradient, and why.
REASONS: tuple[tuple[str, str], ...] = (
    (
        r"levels\.\d\.conv\.bias$",
        "a constant per channel, which the instance norm after it takes out",
    ),
    (r"residual\.conv_[01]\.bias$", "the same"),
    (r"blocks\.\d\.attention\.to_key\.bias$", "constant along the softmax (without the cosine)"),
    (
        r"coordinate\.conv1\.bias$",
        "a constant per channel, which the batch norm after it takes out",
    ),
)
# alpha = 100 leaves almost nothing unmatched, and X_uncor = (1 - conf) * Q_norm with it.
INERT_AT_ALPHA_100 = r"blocks\.\d\.spade\."


def config_of(case: str, **changes) -> ModelConfig:
    common = {"ngf": 4, "ndf": 4, "crop_size": 32, "condition_channels": 3, "pos_dim": 2}
    return ModelConfig(**(common | CASES[case] | changes))


def inputs(config: ModelConfig, batch: int = 2, size: tuple[int, int] | None = None):
    height, width = size or (config.crop_size, config.crop_size)
    rng = torch.Generator().manual_seed(0)
    condition, other = torch.rand(2, batch, 3, height, width, generator=rng)
    exemplar, truth = torch.rand(2, batch, 3, height, width, generator=rng) * 2 - 1
    return condition, exemplar, other, truth


@pytest.mark.parametrize("case", CASES)
def test_forward(case, tmp_path):
    config = config_of(case)
    generator = build_generator(config).eval()
    condition, exemplar, other, truth = inputs(config)
    with torch.no_grad():
        out = generator(condition, exemplar, other, truth=truth, matches=True)
    side = config.crop_size // config.token_stride
    assert out.image.shape == (2, 3, 32, 32)
    assert out.image.isfinite().all()
    assert out.image.abs().max() <= 1
    assert out.style.shape == (2, config.ngf)
    per_block = (out.warped, out.confidence, out.unmatched, out.matches, out.mask_statistics())
    assert all(len(results) == config.blocks for results in per_block)
    for warped, confidence, match in zip(out.warped, out.confidence, out.matches, strict=True):
        assert warped.shape == (2, 3, side, side)
        assert confidence.shape == (2, 1, side, side)
        assert confidence.min() >= -1e-6
        assert confidence.max() <= 1 + 1e-6
        assert match.argmax.shape == match.soft.shape == (2, 2, side, side)
        assert match.argmax.min() >= 0.5 / side - 1e-6
        assert match.argmax.max() <= 1 - 0.5 / side + 1e-6
    strides = (config.token_stride, 4, 2, 1)
    for level, stride in zip(out.condition_features, strides, strict=True):
        assert level.shape[-1] == 32 // stride
    assert [f.shape for f in out.truth_features] == [f.shape for f in out.condition_features]

    path = tmp_path / "g.safetensors"
    save_generator(path, generator, config, {"note": case})
    again = load(path)
    assert again.config == config
    assert not again.training
    with torch.no_grad():
        repeated = again(condition, exemplar, other, warp=False)
    assert torch.equal(repeated.image, out.image)
    assert repeated.warped == []


@pytest.mark.parametrize("case", CASES)
def test_every_parameter_gets_a_gradient(case):
    # weights of ordinary size (0.02 stacked ten deep is small everywhere): wiring is what counts
    # here
    config = config_of(case, init_gain=1.0)
    network = build_generator(config).double()
    condition, exemplar, other, truth = (x.double() for x in inputs(config))
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-2)
    for _ in range(2):  # the first step opens the gates that start at zero
        optimiser.zero_grad()
        out = network(condition, exemplar, other, truth=truth)
        again = network.style_of(out.image, condition)
        loss = (out.image - truth).square().mean() + again.square().mean()
        for a, b in zip(out.condition_features, out.truth_features, strict=True):
            loss = loss + (a - b).abs().mean()
        pooled = torch.nn.functional.avg_pool2d(truth, config.token_stride)
        for warped in out.warped:
            loss = loss + (warped - pooled).abs().mean()
        loss.backward()
        optimiser.step()
    sizes = {
        name: 0.0 if p.grad is None else float(p.grad.abs().max()) for name, p in network.named_parameters()
    }
    largest = max(sizes.values())
    excused = [pattern for pattern, _ in REASONS]
    if config.attention == "masked_cosine" and config.alpha == 100:
        excused.append(INERT_AT_ALPHA_100)
    dead = [
        f"{name} {size / largest:.0e}"
        for name, size in sizes.items()
        if size <= 1e-8 * largest and not any(re.search(pattern, name) for pattern in excused)
    ]
    assert not dead, dead


@pytest.mark.parametrize("size", [(32, 32), (64, 32), (48, 80)])
@pytest.mark.parametrize("case", ["matebit", "stride 4", "released", "vanilla", "0 blocks"])
def test_sizes(case, size):
    config = config_of(case)
    condition, exemplar, other, _ = inputs(config, batch=1, size=size)
    with torch.no_grad():
        out = build_generator(config)(condition, exemplar, other, matches=True)
    assert out.image.shape == (1, 3, *size)
    assert out.image.isfinite().all()


@pytest.mark.slow
@pytest.mark.parametrize("size", [64, 128, 256, 512])
def test_large_sizes(size):
    config = config_of("matebit")
    condition, exemplar, other, _ = inputs(config, batch=1, size=(size, size))
    out = build_generator(config)(condition, exemplar, other, matches=True)
    assert out.image.isfinite().all()
    out.image.mean().backward()


def test_no_output_depends_on_its_batch_companions():
    config = config_of("matebit")
    generator = build_generator(config)
    condition, exemplar, *_ = inputs(config)
    with torch.no_grad():
        generator(condition, exemplar)
        generator.eval()
        together = generator(condition, exemplar).image
        alone = generator(condition[:1], exemplar[:1]).image
    assert (together[:1] - alone).abs().max() < 1e-5


def test_released_refuses_another_size_unless_asked():
    config = config_of("released", resize_position=None)
    condition, exemplar, *_ = inputs(config, size=(48, 48))
    with pytest.raises(MatebitError, match="trained at 32 x 32 and is asked for 48 x 48"):
        build_generator(config)(condition, exemplar)


def test_initialisation_leaves_the_global_random_state_alone():
    config = config_of("matebit")
    before = torch.random.get_rng_state()
    one, same = build_generator(config), build_generator(config)
    other = build_generator(config, torch.Generator().manual_seed(7))
    build_discriminator(config)
    assert torch.equal(before, torch.random.get_rng_state())
    first, second, third = (n.encoder_q.levels[0].conv.weight_orig for n in (one, same, other))
    assert torch.equal(first, second)
    assert not torch.equal(first, third)


@pytest.mark.parametrize("channels", [3, 15])
def test_vanilla_has_as_many_parameters_as_mat(channels):
    counts = {}
    for attention in ("masked_cosine", "vanilla"):
        config = ModelConfig(ngf=16, condition_channels=channels, attention=attention)
        counts[attention] = sum(p.numel() for p in build_generator(config).blocks.parameters())
    assert abs(counts["vanilla"] / counts["masked_cosine"] - 1) < 0.1


def test_discriminator_gradients_and_batches():
    config = config_of("matebit", crop_size=64)
    network = build_discriminator(config)
    condition, image, *_ = inputs(config, size=(64, 64))
    outputs = network(condition, image)
    assert [len(stages) for stages in outputs] == [5, 5]
    sum(stages[-1].square().mean() for stages in outputs).backward()
    # a bias before an instance norm has none
    for name, parameter in network.named_parameters():
        if not re.search(r"middle\.\d\.bias", name):
            assert parameter.grad.abs().max() > 0, name


def test_inputs_that_do_not_fit():
    config = config_of("matebit")
    generator = build_generator(config)
    condition, exemplar, *_ = inputs(config)
    with pytest.raises(MatebitError, match="condition has shape"):
        generator(condition[:, :2], exemplar)
    with pytest.raises(MatebitError, match="exemplar has shape"):
        generator(condition, exemplar[:, :, :16])
    with pytest.raises(MatebitError, match="multiple of 16"):
        generator(condition[..., :24], exemplar[..., :24])
    needs = build_generator(config_of("condition in exemplar"))
    with pytest.raises(MatebitError, match="exemplar_condition="):
        needs(condition, exemplar)
