"""Which stages of an experiment would run again, and what has changed: `matebit why NAME`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matebit.config.read import read_resolved, read_with_overrides
from matebit.config.schema import ResolvedParams
from matebit.config.yaml_text import flat
from matebit.engines.made_from import Recorded, Values, recorded_code
from matebit.engines.resolve import resolve
from matebit.engines.stage_code import stage_code, stage_digests
from matebit.errors import MatebitError
from matebit.pipeline.layout import Layout
from matebit.pipeline.ownership import owner
from matebit.pipeline.runs import jobs, scored
from matebit.pipeline.source_digest import Code
from matebit.pipeline.stages import STAGES, job_name


@dataclass(frozen=True)
class Job:
    """One job of a stage; stages that run once have no method and no seed."""

    stage: str
    method: str | None = None
    seed: int | None = None

    @property
    def name(self) -> str:
        """As in `logs/NAME/JOB.log`."""
        return job_name(self.stage, self.method, self.seed)

    def reads(self, other: Job) -> bool:
        """Whether this job reads what `other` writes."""
        same = self.method is None or other.method is None
        own = (self.method, self.seed) == (other.method, other.seed)
        return other.stage in STAGES[self.stage].after and (same or own)


@dataclass(frozen=True)
class Verdict:
    """What is to be said of a job.

    `result`: the file that it writes last, None where it is not there. `causes`: what has changed, a line
    each, None where it is not recorded what the result was made from. `after`: jobs that would run before
    it, and whose results it reads.
    """

    job: Job
    result: Path | None
    causes: list[str] | None
    after: list[str]

    @property
    def again(self) -> bool:
        """Whether the job would run, as far as is known."""
        return self.result is None or bool(self.causes) or bool(self.after)


def result_of(layout: Layout, job: Job) -> Path:
    """The file that tells the engines that the job is done."""
    if job.method is not None and job.seed is not None:
        run = layout.run(job.method, job.seed)
        return {
            "train": run.checkpoint,
            "translate": run.translate / "index.csv",
            "metrics": run.metrics / "values.csv",
        }[job.stage]
    return {
        "data": layout.data / "index.csv",
        "conditions": layout.conditions / "index.csv",
        "pairs": layout.pairs / "pairs.csv",
        "segmenter": layout.segmenter / "summary.json",
        "report": layout.reports / "index.html",
    }[job.stage]


def all_jobs(params: ResolvedParams) -> Iterator[Job]:
    """Every job of the experiment, each after those whose results it reads."""
    for name, stage in STAGES.items():
        if not stage.per_run:
            yield Job(name)
        else:
            yield from (Job(name, *run) for run in (jobs if name == "train" else scored)(params))


def _shown(value: str | None) -> str:
    return "absent" if value is None else textwrap.shorten(value, 60, placeholder=" ...") or "empty"


def _changed_keys(before: Values, now: Values) -> Iterator[str]:
    """`train.images was 400, is 800` for every key but the digests of source."""
    old, new = (
        flat({key: value for key, value in values.items() if not key.startswith("code.")})
        for values in (before, now)
    )
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield f"{key} was {_shown(old.get(key))}, is {_shown(new.get(key))}"


def changed_code(before: Code, now: Code) -> Iterator[str]:
    """`ops/gram.py: gram changed` for every function, method and class that is not as it was."""
    for file in sorted(before.keys() | now.keys()):
        if file not in now:
            yield f"{file} is used no longer"
        elif file not in before:
            yield f"{file} is used newly"
        else:
            old, new = before[file], now[file]
            for part in sorted(old.keys() | new.keys()):
                if old.get(part) != new.get(part):
                    verb = "is new" if part not in old else "is gone" if part not in new else "changed"
                    where = part or ("what stands outside of functions" if file.endswith(".py") else "")
                    yield f"{file}: {where} {verb}" if where else f"{file} {verb}"


def _causes(layout: Layout, job: Job, before: Values | None, sections: dict[str, Any]) -> list[str] | None:
    if before is None:
        return None
    now = STAGES[job.stage].values(sections, job.method)
    causes = list(_changed_keys(before, now))
    digest = f"code.{job.stage}"
    if before.get(digest) != now[digest]:
        code = recorded_code(layout, str(before.get(digest)))
        if code is None:
            causes.append("source that the stage uses; which part was not recorded")
        else:
            causes += changed_code(code, stage_code(job.stage, sections))
    return causes


def verdicts(params: ResolvedParams, layout: Layout) -> list[Verdict]:
    """What would run again of the experiment if its params were now `params`, and why.

    Files that lie outside of `results/` (a folder of given images) are not looked at.
    """
    sections = params.model_dump(mode="json")
    recorded = Recorded(layout)
    said: list[Verdict] = []
    for job in all_jobs(params):
        result = result_of(layout, job)
        said.append(
            Verdict(
                job,
                result if result.exists() else None,
                _causes(layout, job, recorded.values(job.stage, job.method, job.seed), sections),
                [other.job.name for other in said if other.again and job.reads(other.job)],
            )
        )
    return said


def lines(verdict: Verdict, by_dvc: bool, most: int | None = None) -> list[str]:
    """What to print of a job: its name and whether it would run, then up to `most` causes."""
    if verdict.result is None:
        head = "has not run"
    elif verdict.causes:
        head = "would run again"
    elif verdict.causes is None:
        head = (
            "what its result was made from is not recorded (an earlier version made it, or it was stopped); "
            "the engine alone knows"
        )
    elif verdict.after:
        others = ", ".join(verdict.after[:3]) + (", ..." if len(verdict.after) > 3 else "")
        head = (
            f"would run again if the files of {others} change"
            if by_dvc
            else f"would run again after {others}"
        )
    else:
        head = "up to date"
    causes = (verdict.causes or []) if verdict.result is not None else []
    more = len(causes) - len(causes[:most])
    return [
        f"{verdict.job.name}: {head}",
        *(f"    {cause}" for cause in causes[:most]),
        *([f"    and {more} more; --all shows them"] if more else []),
    ]


def trainings_lost(params: ResolvedParams, layout: Layout) -> list[str]:
    """One sentence for each finished training that the next run of an engine would make anew."""
    return [
        f"{verdict.job.name} is finished ({verdict.result}) and would run again: "
        + (verdict.causes[0] if verdict.causes else f"after {verdict.after[0]}")
        + f"; `matebit why {layout.name}` says everything"
        for verdict in verdicts(params, layout)
        if verdict.job.stage == "train" and verdict.result is not None and verdict.again
    ]


def asked(
    name: str, file: Path | None, changes: list[str] | None, base: Path
) -> tuple[ResolvedParams, Layout]:
    """The params of now of the experiment `name` below `base`, and its layout.

    They are those of `file`, by default params/NAME.yaml, with `changes` laid over it; where there is no such
    file those that `results/NAME` was made with. Raises `MatebitError` where `name` has not begun.
    """
    layout = Layout(name, base)
    if not layout.params.is_file():
        begun = sorted(path.parent.name for path in (base / "results").glob("*/params.yaml"))
        raise MatebitError(
            f"no experiment {name!r} has begun here ({layout.params} does not exist); "
            + (f"those that have: {', '.join(begun)}" if begun else "none has")
        )
    usual = base / "params" / f"{name}.yaml"
    file = file or (usual if usual.is_file() else None)
    if file is None:
        if changes:
            raise MatebitError(
                f"--set changes a params file, and {usual} does not exist; name it with --params"
            )
        kept = read_resolved(layout.params)
        return kept.model_copy(update={"code": stage_digests(kept.model_dump(mode="json"))}), layout
    params = resolve(read_with_overrides(file, changes), str(file))
    if params.name != name:
        raise MatebitError(f"{file} is of the experiment {params.name!r}, not of {name!r}")
    return params, layout


def by_dvc(layout: Layout) -> bool:
    """Whether DVC runs the experiment, which looks at the bytes of a stage's inputs."""
    return owner(layout) == "dvc"
