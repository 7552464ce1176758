"""The authors' checkpoints: read into this program's form, and written back."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from safetensors.torch import load_file, save
from torch import Tensor

from matebit.config.model import ModelConfig
from matebit.errors import MatebitError
from matebit.io.files import sha256_of_file, write_bytes
from matebit.io.foreign import HEAD, what_it_is
from matebit.model.build import build_generator
from matebit.model.checkpoint import load, refuse_misfits, save_generator
from matebit.model.released_names import (
    dead_weights,
    is_dead,
    released_name,
    with_aliases,
    without_aliases,
)

logger = logging.getLogger("matebit")


def import_checkpoint(source: Path | str, target: Path | str, *, use_attention: bool = True) -> None:
    """Turn the authors' generator (.pth, or safetensors of the same keys) into a checkpoint.

    Every size is inferred from shapes. Only weights without influence on any output are dropped;
    everything else that does not fit is an error that names it. No code in the file is executed.
    `use_attention`: the one option that shapes do not show, whether it ran with the decoder's
    self-attention.
    """
    source = Path(source)
    stored = without_aliases(read_state_dict(source))
    stored = {name: value for name, value in stored.items() if not is_dead(name)}
    config = infer_config(source, stored, use_attention=use_attention)
    if not use_attention:
        stored = {name: value for name, value in stored.items() if not name.startswith("attn.")}
    generator = build_generator(config)
    expected = generator.state_dict()
    refuse_misfits(source, stored, {released_name(name): value for name, value in expected.items()})
    generator.load_state_dict(
        {name: stored[released_name(name)].to(expected[name].dtype) for name in expected}
    )
    extra = {"imported_from": source.name, "sha256": sha256_of_file(source)}
    save_generator(target, generator, config, extra)


def export_checkpoint(source: Path | str, target: Path | str) -> None:
    """Write a `released` checkpoint under the authors' names, to .pth or .safetensors.

    Weights that never had an influence are written with neutral values, so that a strict load in
    the authors' code finds every key.
    """
    generator = load(source)
    config = generator.config
    if config.variant != "released":
        raise MatebitError(
            f"{source} is of the variant '{config.variant}': only the variant 'released' "
            f"has a form in the authors' code"
        )
    ours = {name: value.contiguous() for name, value in generator.state_dict().items()}
    named = {released_name(name): value for name, value in ours.items()}
    everything = dict(sorted({**with_aliases(named), **dead_weights(config, named)}.items()))
    target = Path(target)
    if target.suffix == ".safetensors":
        write_bytes(target, save(everything))
        return
    buffer = io.BytesIO()
    torch.save(everything, buffer)
    write_bytes(target, buffer.getvalue())


def read_state_dict(path: Path) -> dict[str, Tensor]:
    """Tensors of a .pth or .safetensors file."""
    if not path.is_file():
        raise MatebitError(f"there is no file {path}: give the path of the authors' latest_net_G.pth")
    try:
        if path.suffix == ".safetensors":
            return _unwrapped(load_file(path), path)
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever an unpickler may raise on foreign bytes
        with path.open("rb") as stream:
            what = what_it_is(stream.read(HEAD))
        if what:
            raise MatebitError(f"{path} is {what}") from error
        raise MatebitError(
            f"{path} cannot be read as a plain state dict (nothing in it was executed): give the "
            f"authors' latest_net_G.pth, or safetensors of the same keys"
        ) from error
    return _unwrapped(loaded, path)


# By which names a generator is kept among other things.
_GENERATORS = (
    "ema", "g_ema", "net_G_ema", "netG_ema", "params_ema", "net_G", "netG", "G", "generator", "state_dict",
    "model", "params", "weights",
)  # fmt: skip


def _unwrapped(loaded: Any, path: Path) -> dict[str, Tensor]:
    """The generator's tensors from a dict as people save it, without `module.` of a parallel wrapper."""
    if not isinstance(loaded, dict):
        raise MatebitError(f"{path} is no state dict: give the authors' latest_net_G.pth")
    if loaded and all(isinstance(value, Tensor) for value in loaded.values()):
        names = list(map(str, loaded))
        start = "module." if all(name.startswith("module.") for name in names) else ""
        return {name.removeprefix(start): value for name, value in zip(names, loaded.values(), strict=True)}
    inner = [name for name in _GENERATORS if isinstance(loaded.get(name), dict)]
    if len(inner) == 1:
        logger.info("%s: taking %r of %s", path, inner[0], ", ".join(map(str, loaded)))
        return _unwrapped(loaded[inner[0]], path)
    if inner:
        raise MatebitError(
            f"{path} holds several networks ({', '.join(inner)}): save the one that is meant by itself"
        )
    keys = ", ".join(map(str, list(loaded)[:8])) or "nothing"
    raise MatebitError(
        f"{path} is not a plain state dict of tensors (it holds {keys}): save the generator alone"
    )


def infer_config(source: Path, tensors: dict[str, Tensor], *, use_attention: bool = True) -> ModelConfig:
    """Every size of a released network from the shapes of its tensors.

    Each is what most of several tensors say, so that a single damaged one is named as such.
    """

    def size(what: str, *places: tuple[str, int]) -> int:
        votes = Counter(
            tensors[name].shape[axis]
            for name, axis in places
            if name in tensors and tensors[name].dim() > axis
        )
        if not votes:
            raise MatebitError(
                f"{source} is not the authors' generator: {what} cannot be told, {places[0][0]} is missing"
            )
        return votes.most_common(1)[0][0]

    width = size(
        "the width",
        ("final.weight", 1),
        ("res_block.model.0.weight", 0),
        ("encoder_q.layer1.0.weight_orig", 0),
        ("mapping.network.4.weight", 0),
    )
    condition = size("the number of condition channels", *_inputs("q"))
    exemplar = size("the number of exemplar channels", *_inputs("kv"))
    blocks = _block_count(tensors)
    of_blocks = [f"transformer_4.{index}." for index in range(blocks)]
    values: dict[str, Any] = {
        "variant": "released",
        "ngf": width,
        "condition_channels": condition,
        "blocks": blocks,
        "condition_in_exemplar": exemplar == condition + 3,
        "memory": any(name.startswith("memory.") for name in tensors),
        "use_attention": use_attention,
        "spectral_attention": any(name.startswith("attn.") and name.endswith("_orig") for name in tensors),
    }
    if exemplar not in (3, condition + 3):
        raise MatebitError(
            f"{source} reads exemplars of {exemplar} channels with conditions of {condition}: a "
            f"released network reads 3 (the image) or {condition + 3} (image and condition)"
        )
    if blocks:
        both = size("the position's width", *((f"{block}f.weight", 0) for block in of_blocks))
        values["pos_dim"] = both // 8 - width
        prune = size("the pruning width", *((f"{block}f_prune.weight", 0) for block in of_blocks))
        values["prune_dim"] = prune // 8
    if "pos_embed" in tensors and tensors["pos_embed"].dim() == 4:
        values["crop_size"] = 8 * tensors["pos_embed"].shape[2]
    try:
        return ModelConfig(**values)
    except ValidationError as error:
        raise MatebitError(
            f"{source} has sizes that no released network has: {error.errors()[0]['msg']}"
        ) from error


def _inputs(branch: str) -> tuple[tuple[str, int], ...]:
    """Tensors whose second axis is the number of channels that a branch sees."""
    return (
        (f"encoder_{branch}.layer1.0.weight_orig", 1),
        (f"embed_{branch}4.norm_0.mlp_shared.0.weight", 1),
        (f"embed_{branch}4.norm_1.mlp_shared.0.weight", 1),
    )


def _block_count(names: Iterable[str]) -> int:
    """Blocks of which more than a stray tensor is there."""
    found = Counter(
        match[1] for match in (re.match(r"transformer_4\.(\d+)\.", name) for name in names) if match
    )
    return sum(count > 10 for count in found.values())
