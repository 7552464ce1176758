"""The state of a training, and what must be the same for a stopped run to go on."""

from __future__ import annotations

import io
import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from matebit.config.yaml_text import flat
from matebit.errors import MatebitError
from matebit.io.files import read_json, sha256_of_bytes, sha256_of_file, write_bytes, write_json
from matebit.pipeline.layout import Layout

if TYPE_CHECKING:
    from matebit.config.stage_params import TrainParams


def fingerprint(params: TrainParams, layout: Layout, method: str, seed: int) -> dict[str, str]:
    """Dotted keys of every parameter, digests of the data's manifests, and of the training's source.

    `params` is the train stage's view of the resolved parameters. How many states are kept, and where
    they are computed, does not change what is computed and stays out.
    """
    sections = params.methods[method].model_dump(mode="json")
    for key in ("keep", "checkpoint_every"):
        sections["train"].pop(key)
    manifests = {
        "data": layout.data / "index.csv",
        "conditions": layout.conditions / "index.csv",
        "pairs": layout.pairs / "pairs.csv",
    }
    for path in manifests.values():
        if not path.is_file():
            raise MatebitError(f"{path} does not exist; run the stage that writes it")
    return (
        flat(sections)
        | flat(params.features.model_dump(mode="json"), "features")
        | flat(params.data.model_dump(mode="json"), "data")
        | flat(params.pairs.model_dump(mode="json"), "pairs")
        | {
            f"the content of {path.relative_to(layout.base)}": sha256_of_file(path)
            for path in manifests.values()
        }
        | {"seed": str(seed), "threads": str(params.threads), "source of the train stage": params.code}
    )


logger = logging.getLogger("matebit")


class StateFolder:
    """`runs/NAME/METHOD-seedS`: states by images seen, and the fingerprint of what is trained.

    The folder is no engine's output: Snakemake and DVC empty outputs before a job.
    """

    def __init__(self, path: Path, keep: int) -> None:
        self.path, self.keep = path, keep

    def begin(self, fingerprint: dict[str, str]) -> None:
        """Refuse to go on with a run of other parameters, data or code; name the first key that differs."""
        file = self.path / "fingerprint.json"
        if self.states() and file.exists():
            before = read_json(file)
            for key in sorted({*before, *fingerprint}):
                if before.get(key) != fingerprint.get(key):
                    raise MatebitError(
                        f"{self.path} holds an unfinished run with another {key} "
                        f"({before.get(key, 'absent')} there, {fingerprint.get(key, 'absent')} now); "
                        f"set it back to go on, or remove {self.path} to begin anew"
                    )
        write_json(file, fingerprint)

    def states(self) -> list[Path]:
        """The saved states, oldest first."""
        return sorted(self.path.glob("state-*.pt"))

    def save(self, images: int, state: dict[str, Any]) -> None:
        """Write the state after `images` images and drop all but the newest `keep`."""
        buffer = io.BytesIO()
        torch.save(state, buffer)
        content = buffer.getvalue()
        # The digest stands before the content, so that a truncated file is known as such.
        write_bytes(self.path / f"state-{images:012d}.pt", sha256_of_bytes(content).encode() + content)
        for old in self.states()[: -self.keep]:
            old.unlink()

    def load(self) -> dict[str, Any] | None:
        """The newest whole state, on the CPU; None if there is none. Executes no code of the file."""
        for path in reversed(self.states()):
            stored = path.read_bytes()
            digest, content = stored[:64], stored[64:]
            if sha256_of_bytes(content).encode() == digest:
                return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
            logger.warning("%s is broken; going on from the state before it", path)
        return None

    def clear(self) -> None:
        """Remove the folder: the run is finished and its results are in place.

        The states go first: what is left by a kill in between is a run that has not begun.
        """
        for path in reversed(self.states()):
            path.unlink()
        shutil.rmtree(self.path, ignore_errors=True)
