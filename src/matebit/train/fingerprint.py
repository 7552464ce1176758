"""What must be the same for a stopped run to go on."""

from __future__ import annotations

from typing import Any

from matebit.config.flat import flat
from matebit.errors import MatebitError
from matebit.io.files import sha256_of_file
from matebit.pipeline.layout import Layout


def fingerprint(params: Any, layout: Layout, method: str, seed: int) -> dict[str, str]:
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
