"""Names of the authors' state dict: each of ours in theirs, and their dead weights."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

import torch
from torch import Tensor

from matebit.config.model import ModelConfig

# Applied in this order to one of our names; what no rule touches is the same in both.
_RULES: tuple[tuple[str, str], ...] = (
    (r"^(encoder_\w+)\.levels\.(\d)\.conv\.", r"\1.layer<\2>.0."),
    (r"^(encoder_\w+)\.levels\.(\d)\.residual\.", r"\1.layer<\2>.2."),
    (r"^embed_(q|kv)\.", r"embed_\g<1>4."),
    (r"^blocks\.", "transformer_4."),
    (r"\.attention\.to_query\.", ".f."),
    (r"\.attention\.to_key\.", ".g."),
    (r"\.attention\.to_value\.", ".h."),
    (r"\.attention\.prune_query\.", ".f_prune."),
    (r"\.attention\.prune_key\.", ".g_prune."),
    (r"\.adaconv\.", ".adablock."),
    (r"\.coordinate\.", ".coordatten."),
    (r"\.coordatten\.norm\.", ".coordatten.bn1."),
    (r"\.expand\.", ".pwconv1."),
    (r"\.reduce\.", ".pwconv2."),
    (r"\.shared\.", ".mlp_shared.0."),
    (r"\.gamma\.(weight|bias)$", r".mlp_gamma.\1"),
    (r"\.beta\.", ".mlp_beta."),
    (r"^position$", "pos_embed"),
    (r"^mapping\.layers\.0\.", "mapping.network.0."),
    (r"^mapping\.layers\.1\.", "mapping.network.2."),
    (r"^mapping\.layers\.2\.", "mapping.network.4."),
    (r"^decoder\.attention\.", "attn."),
    (r"^decoder\.residual\.", "res_block."),
    (r"^decoder\.down\.", "layer5."),
    (r"^decoder\.style_(\d)\.", r"style<\1>."),
    (r"^decoder\.adain_(\d)\.conv_0\.", r"adain<\1>.conv1."),
    (r"^decoder\.adain_(\d)\.conv_1\.", r"adain<\1>.conv2."),
    (r"^decoder\.adain_(\d)\.modulator\.", r"adain<\1>.styleModulator."),
    (r"^decoder\.", ""),
    (r"^(layer5|bottleneck|style<\d>)\.conv\.", r"\1.0.0."),
    (r"^(layer5|bottleneck|style<\d>)\.residual\.", r"\1.1."),
    (r"^((?:res_block|encoder|layer5|bottleneck|style).*)\.?conv_0\.", r"\1.model.0."),
    (r"^((?:res_block|encoder|layer5|bottleneck|style).*)\.?conv_1\.", r"\1.model.3."),
    (r"\.\.", "."),
)

_DEAD = re.compile(r"\.coord\.|\.fast_path")
_ALIAS = re.compile(r"\.model\.2\.weight$")  # a residual block's one slope, under its second name


def released_name(name: str) -> str:
    """The authors' name of one of our tensors."""
    for pattern, replacement in _RULES:
        name = re.sub(pattern, replacement, name)
    return re.sub(r"<(\d)>", lambda found: str(int(found[1]) + 1), name)  # they count from 1


def is_dead(name: str) -> bool:
    """True for tensors of the authors' state dict that influence no output."""
    return _DEAD.search(name) is not None


def without_aliases(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The second name of a residual block's slope folded into the first; either may be there."""
    folded = {name: value for name, value in tensors.items() if not _ALIAS.search(name)}
    for name, value in tensors.items():
        if _ALIAS.search(name):
            folded.setdefault(_ALIAS.sub(".relu.weight", name), value)
    return folded


def with_aliases(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Every residual block's slope under both of its names."""
    aliases = {
        re.sub(r"relu\.weight$", "model.2.weight", name): value.clone()
        for name, value in tensors.items()
        if name.endswith(".relu.weight") and name.replace("relu.weight", "model.0.weight") in tensors
    }
    return {**tensors, **aliases}


def dead_weights(config: ModelConfig, names: Iterable[str]) -> dict[str, Tensor]:
    """Neutral values for the dead weights beside `names`, so that a strict load finds every key."""
    channels = config.token_channels
    middle = max(8, channels // 32)
    dead: dict[str, Tensor] = {}
    for name in names:
        if name.endswith(".mlp_gamma.bias"):
            coord = name.removesuffix("mlp_gamma.bias") + "coord."
            for conv, shape in (
                ("conv1", (middle, channels)),
                ("conv_h", (channels, middle)),
                ("conv_w", (channels, middle)),
            ):
                dead[f"{coord}{conv}.weight"] = torch.zeros(*shape, 1, 1)
                dead[f"{coord}{conv}.bias"] = torch.zeros(shape[0])
            for key, value in (("weight", 1), ("bias", 0), ("running_mean", 0), ("running_var", 1)):
                dead[f"{coord}bn1.{key}"] = torch.full((middle,), float(value))
            dead[f"{coord}bn1.num_batches_tracked"] = torch.tensor(0)
        elif name.endswith(".adablock.gamma"):
            ada = name.removesuffix("gamma")
            dead[f"{ada}fast_path.0.weight"] = torch.ones(channels)
            dead[f"{ada}fast_path.0.bias"] = torch.zeros(channels)
            dead[f"{ada}fast_path.1.weight"] = torch.zeros(channels, channels)
            dead[f"{ada}fast_path.1.bias"] = torch.zeros(channels)
            dead[f"{ada}fast_path_gamma"] = torch.zeros(channels)
    return dead if config.use_attention else {**dead, **_unused_attention(config)}


def _unused_attention(config: ModelConfig) -> dict[str, Tensor]:
    """The decoder's self-attention stands in the state dict also where it is off."""
    n = 2 * config.ngf
    unused = {"attn.gamma": torch.zeros(())}
    for name, inputs, outputs in (
        ("theta", n, n // 8),
        ("phi", n, n // 8),
        ("g", n, n // 2),
        ("o", n // 2, n),
    ):
        weight = torch.ones(outputs, inputs, 1, 1)
        if config.spectral_attention:
            unused[f"attn.{name}.weight_orig"] = weight
            unused[f"attn.{name}.weight_u"] = torch.full((outputs,), 1 / math.sqrt(outputs))
            unused[f"attn.{name}.weight_v"] = torch.full((inputs,), 1 / math.sqrt(inputs))
        else:
            unused[f"attn.{name}.weight"] = weight
    return unused
