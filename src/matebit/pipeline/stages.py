"""The table of stages: what each is, which module does it, which parameters it reads.

Both engines call `matebit STAGE results/NAME/params.yaml [METHOD --seed S]`; this table is what they and
the command line share. A stage gets only the sections that stand here (`StageParams`), so the table
cannot drift from the code.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matebit.config.schema import ResolvedParams
    from matebit.pipeline.layout import Layout


@dataclass(frozen=True)
class Stage:
    """One stage of the pipeline."""

    name: str
    module: str  # where the function `run` of the stage stands
    reads: tuple[str, ...]  # sections of the resolved parameters
    per_run: bool  # one job for each method and seed?
    does: str  # one line for the help and the engines
    after: tuple[str, ...] = ()  # stages whose results it reads, of a per-run stage those of the same run
    reads_method: bool = False  # does it read the method's own sections?

    def keys(self, method: str | None = None) -> list[str]:
        """The keys of params.yaml on which this stage's job depends, the digest of its source included."""
        own = [f"methods.{method}"] if self.reads_method and method else []
        return sorted([*self.reads, *own, f"code.{self.name}"])

    def values(self, sections: dict[str, Any], method: str | None = None) -> dict[str, Any]:
        """The values of `keys`; `sections`: the resolved params as plain values.

        A `method` without sections of its own (the controls) has no key.
        """
        own = method if method in sections["methods"] else None
        return {key: value_at(sections, key) for key in self.keys(own)}

    def run(self) -> Callable[..., None]:
        """The function that does the work, imported now."""
        return resolve_name(f"{self.module}:run")


STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage(
            name="data",
            module="matebit.data.import_images",
            reads=("data", "seed"),
            per_run=False,
            does="Draw or import the images, check each one, index them.",
        ),
        Stage(
            name="conditions",
            module="matebit.data.extract_conditions",
            reads=("data", "conditions", "seed"),
            after=("data",),
            per_run=False,
            does="Extract parsing maps, edges, landmarks and the network's condition.",
        ),
        Stage(
            name="pairs",
            module="matebit.data.choose_exemplars",
            reads=("data", "pairs", "features", "seed", "threads"),
            after=("data", "conditions"),
            per_run=False,
            does="Choose the exemplars of every image.",
        ),
        Stage(
            name="segmenter",
            module="matebit.metrics.segmenter.stage",
            reads=("data", "metrics.joints", "metrics.miou", "metrics.names", "threads"),
            after=("data", "conditions"),
            per_run=False,
            does="Train the networks that read translated images, where metrics.miou or metrics.joints asks "
            "for one.",
        ),
        Stage(
            name="train",
            module="matebit.train.stage",
            reads=("data", "conditions", "pairs", "features", "seed", "threads"),
            after=("data", "conditions", "pairs"),
            per_run=True,
            reads_method=True,
            does="Train one method with one seed; goes on where it was stopped.",
        ),
        Stage(
            name="translate",
            module="matebit.translate.stage",
            reads=("data", "conditions", "pairs", "translate", "seed", "threads"),
            after=("data", "conditions", "pairs", "train"),
            per_run=True,
            reads_method=True,
            does="Translate the test conditions with a trained network, take in given images, or make the "
            "controls' images.",
        ),
        Stage(
            name="metrics",
            module="matebit.metrics.stage",
            reads=("data", "conditions", "pairs", "features", "metrics", "seed", "threads"),
            after=("data", "conditions", "pairs", "segmenter", "translate"),
            per_run=True,
            does="Score the images of one method and seed.",
        ),
        Stage(
            name="report",
            module="matebit.report.stage",
            reads=(
                "data",
                "conditions",
                "pairs",
                "features",
                "methods",
                "metrics",
                "name",
                "order",
                "report",
                "seed",
                "seeds",
                "threads",
            ),
            after=("data", "conditions", "pairs", "train", "translate", "metrics"),
            per_run=False,
            does="Make the tables, the figures and the page.",
        ),
    )
}


def job_name(stage: str, method: str | None, seed: int | None) -> str:
    """`train-matebit-seed1`, or `data` for a stage with one job."""
    return stage if method is None else f"{stage}-{method}-seed{seed}"


def value_at(sections: dict[str, Any], key: str) -> Any:
    """The value of a dotted key of a stage: `metrics.miou`, `methods.mine`."""
    value: Any = sections
    for part in key.split("."):
        value = value[part]
    return value


@dataclass(frozen=True, repr=False)
class StageParams:
    """The resolved parameters as one stage may see them; another section is a defect of the table.

    For mypy it is what the stage's type in `config/stage_params.py` says.
    """

    _params: ResolvedParams
    _stage: Stage

    def __getattr__(self, section: str) -> Any:
        """A declared section or the declared parts of one; `methods` for a stage that reads its own."""
        if section.startswith("_"):  # asked for while a copy for another process is made
            raise AttributeError(section)
        allowed = (*self._stage.reads, *(("methods",) if self._stage.reads_method else ()))
        parts = [key.partition(".")[2] for key in allowed if key.startswith(f"{section}.")]
        if parts:
            return namedtuple(section, parts)(*(getattr(getattr(self._params, section), p) for p in parts))
        if section not in allowed:
            raise AttributeError(
                f"the stage {self._stage.name!r} reads the section {section!r}, which its row in "
                "matebit/pipeline/stages.py does not declare"
            )
        return getattr(self._params, section)

    @property
    def code(self) -> str:
        """The digest of the stage's own source."""
        return self._params.code[self._stage.name]


def stage_function(stage: Stage, params: ResolvedParams, layout: Layout) -> Callable[..., None]:
    """The stage's work with its view of the parameters bound to it."""
    function = stage.run()
    view = StageParams(params, stage)
    return lambda *method_and_seed: function(view, layout, *method_and_seed)
