"""Switches beyond the slides: the style code's width, the warp in the decoder, positions with gradient."""

from __future__ import annotations

import pytest
import torch

from matebit.config.model import ModelConfig
from matebit.model.build import build_generator
from matebit.model.correspondence import laid_out
from matebit.model.decoder import hue_of

SMALL = {"ngf": 4, "condition_channels": 3, "crop_size": 32, "token_stride": 4, "init_gain": 1.0}


def network(**changes):
    return build_generator(ModelConfig(**SMALL, **changes), torch.Generator().manual_seed(1)).eval()


def inputs(count: int = 2):
    rng = torch.Generator().manual_seed(2)
    return torch.rand(count, 3, 32, 32, generator=rng), torch.rand(count, 3, 32, 32, generator=rng) * 2 - 1


def test_style_code_has_the_numbers_that_are_asked_for():
    assert network()(*inputs()).style.shape == (2, 4)
    wide = network(style_dim=24)(*inputs())
    assert wide.style.shape == (2, 24)
    learned = network(style_dim=24, style_code=False)(*inputs())
    assert learned.style.shape == (2, 24)


def test_defaults_have_the_weights_that_they_had():
    """Checkpoints made before the switches load: no tensor came, went or changed its shape."""
    plain = network().state_dict()
    said = network(style_dim=4, warp_in_decoder=False, hue_from_warp=False).state_dict()
    assert {n: t.shape for n, t in plain.items()} == {n: t.shape for n, t in said.items()}
    assert all(torch.equal(plain[name], said[name]) for name in plain)


@pytest.mark.parametrize("attention", ["masked_cosine", "vanilla"])
def test_only_the_warp_in_the_decoder_carries_the_pixels_of_the_last_block(attention):
    """The gradient of the image reaches the decoder's warp, and the decoder uses it at three sizes."""
    net = network(warp_in_decoder=True, attention=attention)
    shapes = {
        name: tuple(layer.weight_orig.shape)
        for name, layer in (("style_2", net.decoder.style_2.conv), ("style_3", net.decoder.style_3.conv))
    }
    plain = network(attention=attention)
    assert shapes["style_2"][1] == plain.decoder.style_2.conv.weight_orig.shape[1] + 3
    assert shapes["style_3"][1] == plain.decoder.style_3.conv.weight_orig.shape[1] + 3
    assert net.decoder.final.weight.shape[1] == plain.decoder.final.weight.shape[1] + 3
    condition, exemplar = inputs()
    found = net(condition, exemplar)
    x4, x3, x2 = (torch.randn(2, c, s, s) for c, s in ((32, 8), (16, 8), (8, 16)))
    warped = found.warped[-1].detach().requires_grad_()
    net.decoder(x4, x3, x2, found.style, warped).sum().backward()
    assert warped.grad.abs().min() > 0
    # what is shown as warp is the same, and the image has it whether the warp is asked for or not
    assert torch.equal(net(condition, exemplar, warp=False).image, found.image)
    assert net(condition, exemplar, warp=False).warped == []


def luma(image: torch.Tensor) -> torch.Tensor:
    return image[:, 0] * 0.299 + image[:, 1] * 0.587 + image[:, 2] * 0.114


def test_hue_comes_from_the_warp_and_brightness_from_the_decoder():
    rng = torch.Generator().manual_seed(3)
    warped = torch.rand(2, 3, 8, 8, generator=rng) * 2 - 1
    painted = torch.rand(2, 1, 8, 8, generator=rng) * 2 - 1
    image = hue_of(warped, painted)
    torch.testing.assert_close(luma(image)[:, None], painted)
    torch.testing.assert_close(image - luma(image)[:, None], warped - luma(warped)[:, None])


def test_a_grey_exemplar_gives_a_grey_image_and_a_coloured_one_its_hue():
    net = network(hue_from_warp=True)
    assert net.decoder.final.weight.shape[0] == 1
    condition, exemplar = inputs()
    found = net(condition, exemplar)
    assert found.image.shape == exemplar.shape
    assert torch.equal(net(condition, exemplar, warp=False).image, found.image)
    grey = net(condition, exemplar.mean(dim=1, keepdim=True).expand_as(exemplar)).image
    torch.testing.assert_close(grey, grey[:, :1].expand_as(grey), atol=1e-5, rtol=0)
    assert (found.image.amax(dim=1) - found.image.amin(dim=1)).mean() > 0.05
    found.image.square().sum().backward()
    assert net.blocks[-1].attention.to_query.weight.grad.abs().sum() > 0


@pytest.mark.parametrize("attention", ["masked_cosine", "vanilla", "released"])
def test_soft_positions_are_those_of_the_matches_with_gradient(attention):
    net = network(attention=attention)
    condition, exemplar = inputs()
    found = net(condition, exemplar, soft=True, matches=True)
    assert len(found.soft) == len(found.matches) == 3
    for soft, match in zip(found.soft, found.matches, strict=True):
        assert soft.shape == (2, 2, 8, 8)
        assert soft.min() >= 0
        assert soft.max() <= 1
        if attention != "released":  # whose matches are means over the kept tokens alone
            torch.testing.assert_close(soft.detach(), match.soft)
    sum(soft.square().sum() for soft in found.soft).backward()
    assert all(block.attention.to_query.weight.grad.abs().sum() > 0 for block in net.blocks)
    assert net(condition, exemplar).soft == []


@pytest.mark.parametrize("attention", ["masked_cosine", "vanilla", "released", "warp"])
@pytest.mark.parametrize("detail", [2, 4])
def test_detailed_warp_is_the_plain_one_in_the_mean(attention, detail):
    """Each token carries the patch that it shows: pooled, the patches are what the plain warp carries."""
    changes = {"attention": attention}
    if attention == "warp":
        changes |= {"decoder": "spade", "blocks": 1, "style_code": False}
    plain, fine = network(**changes), network(**changes, warp_detail=detail)
    condition, exemplar = inputs()
    coarse = plain(condition, exemplar).warped[-1]
    found = fine(condition, exemplar)
    detailed = found.warped[-1]
    assert found.image.shape == (2, 3, 32, 32)
    assert detailed.shape == (2, 3, 8 * detail, 8 * detail)
    if attention in ("vanilla", "warp"):  # elsewhere the next block sees the same, but rounds otherwise
        pooled = torch.nn.functional.avg_pool2d(detailed, detail)
        torch.testing.assert_close(pooled, coarse, atol=1e-5, rtol=1e-5)


def test_patches_keep_their_inner_order():
    """With one match for each token, the warp is the exemplar itself."""
    net = network(warp_detail=4)
    exemplar = inputs()[1]
    torch.testing.assert_close(laid_out(net.patches_of(exemplar)), exemplar)
