"""Where each stage's files lie: `results/NAME`, `reports/NAME`, `runs/NAME`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from matebit.config.controls import CONTROLS, CONTROLS_RUN
from matebit.errors import MatebitError


@dataclass(frozen=True)
class RunFolders:
    """The folders of one method and seed, all below `results/NAME` but for the resumable state."""

    train: Path
    translate: Path
    metrics: Path
    state: Path

    @property
    def checkpoint(self) -> Path:
        """The translation network that training hands on."""
        return self.train / "model.safetensors"


@dataclass(frozen=True)
class Layout:
    """The layout of one experiment `name` below the project folder `base` (docs/architecture.md)."""

    name: str
    base: Path = Path()

    @classmethod
    def of(cls, params_file: Path) -> Layout:
        """The layout that `BASE/results/NAME/params.yaml` belongs to."""
        path = Path(params_file)
        if path.name != "params.yaml" or path.parent.parent.name != "results":
            raise MatebitError(
                f"{path} is not results/NAME/params.yaml; `matebit resolve {path}` writes that file"
            )
        return cls(name=path.parent.name, base=path.parent.parent.parent)

    @property
    def results(self) -> Path:
        """Everything that the stages hand on."""
        return self.base / "results" / self.name

    @property
    def reports(self) -> Path:
        """Tables, figures and the page."""
        return self.base / "reports" / self.name

    @property
    def params(self) -> Path:
        """The resolved parameters."""
        return self.results / "params.yaml"

    @property
    def state(self) -> Path:
        """What no engine owns or deletes: resumable training, locks, what MLflow has yet to hear."""
        return self.base / "runs" / self.name

    @property
    def logs(self) -> Path:
        """One log a job; holds wall-clock times, so it is never compared."""
        return self.base / "logs" / self.name

    @property
    def benchmarks(self) -> Path:
        """What Snakemake measured of each job; never compared."""
        return self.base / "benchmarks" / self.name

    @property
    def data(self) -> Path:
        """Images and their index."""
        return self.results / "data"

    @property
    def conditions(self) -> Path:
        """Conditions, parsing maps, edges, landmarks."""
        return self.results / "conditions"

    @property
    def pairs(self) -> Path:
        """The exemplars of each item."""
        return self.results / "pairs"

    @property
    def segmenter(self) -> Path:
        """The network that parses translated images for the metrics."""
        return self.results / "segmenter"

    def run(self, method: str, seed: int) -> RunFolders:
        """The folders of one method and seed; a control's lie within those of the controls' one job."""
        controls, seed_of_all = CONTROLS_RUN
        leaf = (
            Path(controls, f"seed{seed_of_all}", method)
            if method in CONTROLS
            else Path(method, f"seed{seed}")
        )
        return RunFolders(
            train=self.results / "train" / leaf,
            translate=self.results / "translate" / leaf,
            metrics=self.results / "metrics" / leaf,
            state=self.state / f"{method}-seed{seed}",
        )
