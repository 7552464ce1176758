"""Files of network weights; no code in them is executed."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from matebit.errors import MatebitError


def stored_tensors(path: Path, what: str) -> dict[str, Tensor]:
    """The tensors of a safetensors or PyTorch file by name; `what` begins the sentence if it is absent."""
    if not path.is_file():
        raise MatebitError(
            f"{what} weights not found at {path}: put the file there, or set features.weights to 'random'"
        )
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(path)
        loaded = torch.load(path, map_location="cpu", weights_only=True)
        return {key: value for key, value in loaded.items() if isinstance(value, Tensor)}
    except Exception as error:
        raise MatebitError(f"{path} cannot be read as network weights: get the file anew") from error


def fitting(stored: dict[str, Tensor], wanted: dict[str, Tensor], path: Path, what: str) -> dict[str, Tensor]:
    """Those of `stored` that the state `wanted` names; a `MatebitError` where one is absent or misshapen."""
    missing = sorted(key for key in wanted if key not in stored)
    if missing:
        raise MatebitError(f"{path} is not {what} (no {missing[0]})")
    for key, value in wanted.items():
        if stored[key].shape != value.shape:
            raise MatebitError(
                f"{path} is not {what}: {key} has shape {tuple(stored[key].shape)}, "
                f"expected {tuple(value.shape)}"
            )
    return {key: stored[key] for key in wanted}
