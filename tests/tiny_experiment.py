"""A tiny experiment: a few bundled portraits at 32 px, the smallest networks, seconds a run."""

from __future__ import annotations

import copy
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matebit.config.read import merged
from matebit.config.schema import ResolvedParams
from matebit.config.yaml_text import yaml_text
from matebit.engines.resolve import resolve, write_resolved
from matebit.engines.run_stage import run_stage
from matebit.io.files import write_text
from matebit.pipeline.layout import Layout

TINY: dict[str, Any] = {
    "name": "tiny",
    "threads": 1,
    "data": {
        "load_size": 32,
        "crop_size": 32,
        "workers": 1,
        "portraits": {"train": 8, "test": 4, "styles_train": 2, "styles_test": 1},
    },
    "pairs": {"method": "style"},
    "features": {"weights": "random", "width": 0.125},
    "model": {"ngf": 4, "ndf": 4, "num_d": 1, "blocks": 1, "token_stride": 4},
    "losses": {"style_contrast": {"reencoded": 2}},
    "train": {"images": 48, "batch": 4, "log_every": 8, "sample_every": 24, "checkpoint_every": 12},
    "methods": ["matebit"],
    "tracking": {"enabled": False},
}


@dataclass(frozen=True)
class Experiment:
    """An experiment's folder and the parameters that it was resolved from."""

    layout: Layout
    mapping: dict[str, Any]

    @property
    def params(self) -> ResolvedParams:
        """The parameters, complete."""
        return resolve(copy.deepcopy(self.mapping), "tiny")

    def run(self, stage: str, method: str | None = None, seed: int | None = None) -> None:
        """Run a stage in this process."""
        run_stage(stage, self.layout.params, method, seed)

    def copied(self, base: Path, **changes: Any) -> Experiment:
        """A copy below `base`, its parameters changed section by section."""
        other = resolved_below(base, merged(self.mapping, changes))
        for folder in (self.layout.data, self.layout.conditions, self.layout.pairs):
            if folder.is_dir():
                shutil.copytree(folder, other.layout.results / folder.name)
        return other


def resolved_below(base: Path, mapping: dict[str, Any]) -> Experiment:
    """`base/results/NAME/params.yaml` and `base/params/NAME.yaml` for a params file's content."""
    layout = Layout(mapping["name"], base)
    write_text(base / "params" / f"{layout.name}.yaml", yaml_text(mapping))
    write_resolved(resolve(copy.deepcopy(mapping), "tiny"), layout.params)
    return Experiment(layout, mapping)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below the folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
