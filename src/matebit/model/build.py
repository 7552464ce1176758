"""Networks from a configuration, initialised by one rule that leaves PyTorch's global random state alone."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from matebit.config.model import ModelConfig
from matebit.model.blocks import AdaConv
from matebit.model.correspondence import CrossAttention
from matebit.model.decoder import AdaptiveInstanceNormBlock, Decoder, SelfAttention, SpadeDecoder
from matebit.model.discriminator import Discriminator
from matebit.model.encoder import StyleMapping
from matebit.model.generator import Generator
from matebit.model.released_layers import Memory
from matebit.model.variant import variant_of
from matebit.ops.spectral import SpectralConv2d, spectral_layers


def xavier_normal(weight: Tensor, gain: float, rng: torch.Generator) -> None:
    """Normal with deviation gain * sqrt(2 / (inputs + outputs))."""
    nn.init.xavier_normal_(weight, gain, generator=rng)


def pytorch_default(linear: nn.Linear, gain: float, rng: torch.Generator) -> None:
    """PyTorch's own rule for linear layers, uniform within 1/sqrt(inputs), the weights times `gain`."""
    bound = 1 / math.sqrt(linear.in_features)
    linear.weight.uniform_(-gain * bound, gain * bound, generator=rng)
    linear.bias.uniform_(-bound, bound, generator=rng)


@torch.no_grad()
def initialise(network: nn.Module, config: ModelConfig, rng: torch.Generator) -> None:
    """Xavier-normal with a small gain on every convolution and linear layer, `weight_orig` too.

    The style network and its modulators keep PyTorch's defaults; the released network's rule covers
    them as well and draws the weights of batch norms from N(1, 0.02).
    """
    for module in network.modules():
        if isinstance(module, SpectralConv2d):
            xavier_normal(module.weight_orig, config.init_gain, rng)
            if module.bias is not None:
                module.bias.zero_()
            module.weight_u.normal_(generator=rng)
        elif isinstance(module, (nn.Conv2d, nn.Linear)):
            xavier_normal(module.weight, config.init_gain, rng)
            if module.bias is not None:
                module.bias.zero_()
        elif isinstance(module, nn.BatchNorm2d):
            module.weight.normal_(1.0, 0.02, generator=rng)
        elif isinstance(module, AdaConv):
            module.gamma.fill_(config.layer_scale or 0.0)
        elif isinstance(module, SelfAttention):
            module.gamma.zero_()
        elif isinstance(module, Memory):
            module.latent_embedding.normal_(generator=rng)
        elif isinstance(module, Generator):
            if module.position is not None:
                module.position.normal_(std=config.position_std, generator=rng)
            if module.learned_style is not None:
                module.learned_style.normal_(generator=rng)
    if not variant_of(config).one_rule:
        for module in network.modules():
            if isinstance(module, StyleMapping):
                for layer in module.modules():
                    if isinstance(layer, nn.Linear):
                        pytorch_default(layer, config.style_gain, rng)
            elif isinstance(module, AdaptiveInstanceNormBlock):
                pytorch_default(module.modulator, config.style_gain, rng)
            elif isinstance(module, CrossAttention) and config.alike_at_start:
                module.to_key.weight.copy_(module.to_query.weight)
            elif isinstance(module, (Decoder, SpadeDecoder)):
                module.final.weight.mul_(config.output_gain)
    for layer in spectral_layers(network):
        layer.iterate(15)


def build_generator(config: ModelConfig, rng: torch.Generator | None = None) -> Generator:
    """A new generator in training mode, its weights drawn from `rng` (seed 0 without one)."""
    with torch.random.fork_rng(devices=[]):  # layers draw at construction; those draws are thrown away
        generator = Generator(config)
    initialise(generator, config, rng or torch.Generator().manual_seed(0))
    return generator.to(memory_format=generator.memory_format)


def build_discriminator(config: ModelConfig, rng: torch.Generator | None = None) -> Discriminator:
    """A new discriminator in training mode, its weights drawn from `rng` (seed 1 without one)."""
    with torch.random.fork_rng(devices=[]):
        discriminator = Discriminator(config)
    initialise(discriminator, config, rng or torch.Generator().manual_seed(1))
    return discriminator.to(memory_format=torch.channels_last)
