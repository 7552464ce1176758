"""A generator in one safetensors file, its configuration inside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from matebit.config.model import ModelConfig
from matebit.errors import MatebitError
from matebit.io.files import write_bytes
from matebit.io.foreign import HEAD, what_it_is
from matebit.model.build import build_generator
from matebit.model.generator import Generator

# One key only: safetensors writes several in random order.
METADATA = "matebit"


def save_generator(
    path: Path | str, generator: Generator, config: ModelConfig, extra: dict[str, Any] | None = None
) -> None:
    """Write weights, configuration and `extra`, anything JSON can hold: atomically, always the same bytes."""
    document = {"config": config.model_dump(mode="json"), "extra": extra or {}}
    tensors = {name: value.detach().to("cpu").contiguous() for name, value in generator.state_dict().items()}
    metadata = {METADATA: json.dumps(document, sort_keys=True, ensure_ascii=False)}
    write_bytes(Path(path), save(tensors, metadata))


def read_metadata(path: Path | str) -> dict[str, Any]:
    """`config` and `extra` of a checkpoint."""
    return _read(Path(path), tensors=False)[0]


def load(path: Path | str, *, resize_position: bool | None = None) -> Generator:
    """The generator of a checkpoint, in evaluation mode.

    `resize_position` overrides what the checkpoint says about running at another size.
    """
    return load_with_metadata(path, resize_position=resize_position)[0]


def load_with_metadata(
    path: Path | str, *, resize_position: bool | None = None
) -> tuple[Generator, dict[str, Any]]:
    """The generator of a checkpoint, see `load`, and the `extra` that was saved with it."""
    path = Path(path)
    document, tensors = _read(path, tensors=True)
    values = dict(document.get("config") or {})
    if resize_position is not None:
        values["resize_position"] = resize_position
    try:
        config = ModelConfig(**values)
    except ValidationError as error:
        raise MatebitError(
            f"the configuration inside {path} is not one of this version: "
            f"{error.errors()[0]['loc']}: {error.errors()[0]['msg']}"
        ) from error
    try:
        generator = build_generator(config)
    except MatebitError as error:
        raise MatebitError(f"the configuration inside {path} is not whole: {error}") from error
    refuse_misfits(path, tensors, generator.state_dict())
    generator.load_state_dict(tensors)
    return generator.eval(), dict(document.get("extra") or {})


def refuse_misfits(source: Path | str, stored: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    """Name every tensor that is missing, unexpected or of another shape, if there is any."""
    missing = sorted(expected.keys() - stored.keys())
    extra = sorted(stored.keys() - expected.keys())
    wrong = [
        f"{name} {tuple(stored[name].shape)} instead of {tuple(expected[name].shape)}"
        for name in sorted(expected.keys() & stored.keys())
        if stored[name].shape != expected[name].shape
    ]
    parts = [
        f"{title}: {', '.join(names)}"
        for title, names in (("missing", missing), ("unexpected", extra), ("wrong shape", wrong))
        if names
    ]
    if parts:
        raise MatebitError(f"{source} does not fit the network it describes; {'; '.join(parts)}")


def _what_else(path: Path) -> str | None:
    """What a file that is no safetensors is, and what to do, where its first bytes tell."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if head[:4] == b"PK\x03\x04" or head[:1] == b"\x80":
        return (
            "a file of PyTorch, not a checkpoint of this program: `matebit import-checkpoint "
            f"{path} --out MINE.safetensors` makes one of the authors' generator"
        )
    if len(head) > 66 and all(byte in b"0123456789abcdef" for byte in head[:64]) and head[64:66] == b"PK":
        return "the state of an unfinished training: take model.safetensors below results/NAME/train"
    return what_it_is(head)


def _read(path: Path, *, tensors: bool) -> tuple[dict[str, Any], dict[str, Tensor]]:
    if not path.is_file():
        raise MatebitError(f"there is no checkpoint at {path}: train first, or give another path")
    try:
        with safe_open(path, "pt") as stream:
            metadata = stream.metadata() or {}
            names = stream.keys() if tensors else []
            stored = {name: stream.get_tensor(name) for name in names}
    except (SafetensorError, OSError) as error:
        is_what = _what_else(path) or f"not a whole safetensors file ({error}): get it anew"
        raise MatebitError(f"{path} is {is_what}") from error
    if METADATA not in metadata:
        raise MatebitError(
            f"{path} holds no MATEBIT configuration: for the authors' weights run "
            f"'matebit import-checkpoint' first"
        )
    try:
        document = json.loads(metadata[METADATA])
    except json.JSONDecodeError as error:
        raise MatebitError(f"the configuration inside {path} is damaged: get the file anew") from error
    if not isinstance(document, dict) or not isinstance(document.get("config") or {}, dict):
        raise MatebitError(f"the configuration inside {path} is damaged: get the file anew")
    return document, stored
