"""Spectral norm: the vectors advance once a step, and are recomputed for averages."""

from __future__ import annotations

import torch

from matebit.config.model import ModelConfig
from matebit.model.build import build_generator
from matebit.ops.spectral import SpectralConv2d, converge, spectral_layers, vectors_fixed
from matebit.train.schedule import WeightAverage


def vectors(network) -> dict[str, torch.Tensor]:
    return {k: v.clone() for k, v in network.state_dict().items() if k.endswith(("_u", "_v"))}


def test_same_numbers_as_pytorch():
    rng = torch.Generator().manual_seed(0)
    ours = SpectralConv2d(3, 5, 3, padding=1)
    theirs = torch.nn.utils.spectral_norm(torch.nn.Conv2d(3, 5, 3, padding=1))
    for tensor in (*ours.parameters(), ours.weight_u, ours.weight_v):
        torch.nn.init.normal_(tensor, generator=rng)
    theirs.load_state_dict({**ours.state_dict()})
    x = torch.randn(2, 3, 6, 6, generator=rng)
    for training in (True, True, False):
        a, b = ours.train(training)(x), theirs.train(training)(x)
        assert torch.allclose(a, b, atol=1e-5)
    a.square().sum().backward()
    b.square().sum().backward()
    assert torch.allclose(ours.weight_orig.grad, theirs.weight_orig.grad, rtol=1e-4, atol=1e-4)


def test_default_advances_once_a_step_released_at_every_call():
    for variant, layers_that_move_again in (("matebit", False), ("released", True)):
        config = ModelConfig(variant=variant, ngf=4, crop_size=32, condition_channels=3)
        network = build_generator(config)
        images = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
        at_start = vectors(network)
        out = network(images, images, truth=images)
        after = vectors(network)
        assert any(not torch.equal(at_start[k], after[k]) for k in after)
        network.style_of(out.image)
        moved = any(not torch.equal(after[k], v) for k, v in vectors(network).items())
        assert moved == layers_that_move_again


def test_vectors_fixed():
    network = build_generator(ModelConfig(ngf=4, crop_size=32, condition_channels=3))
    images = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    before = vectors(network)
    with vectors_fixed(network), vectors_fixed(network.encoder_q):
        network(images, images)
    assert all(torch.equal(before[k], v) for k, v in vectors(network).items())
    assert all(layer.advancing for layer in spectral_layers(network))


def test_a_converged_weight_has_unit_norm():
    network = build_generator(ModelConfig(ngf=4, crop_size=32, condition_channels=3))
    converge(network)
    for layer in spectral_layers(network.eval()):
        assert abs(float(torch.linalg.matrix_norm(layer.weight().detach().flatten(1), 2)) - 1) < 1e-5


def test_average_of_weights():
    config = ModelConfig(ngf=4, crop_size=32, condition_channels=3)
    network = build_generator(config)
    average = WeightAverage(network, half_life=100, ramp=0.5)
    assert average.decay(images_seen=40, batch=20) == 0.5  # the ramp's half-life: 20 images
    assert average.decay(images_seen=10**6, batch=100) == 0.5
    start = {name: p.detach().clone() for name, p in network.named_parameters()}
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(1.0)
    average.update(network, images_seen=40, batch=20)
    result = average.averaged(network)
    assert not result.training
    for name, parameter in result.named_parameters():
        assert torch.allclose(parameter, start[name] + 0.5, atol=1e-6)
    for layer in spectral_layers(result):
        assert abs(float(torch.linalg.matrix_norm(layer.weight().detach().flatten(1), 2)) - 1) < 1e-5
    other = WeightAverage(network, half_life=100)
    other.load_state_dict(average.state_dict())
    assert all(torch.equal(other.weights[k], v) for k, v in average.weights.items())
