"""What the result of a job was made from: the values that it read, and the source behind their digest.

`runs/NAME/made-from/JOB.json` holds the values of a job's keys, which are what the engines compare;
`runs/NAME/code/DIGEST.json` the source that a digest among them stands for. No engine empties `runs/`, and
nothing there is compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matebit.config.schema import ResolvedParams
from matebit.config.yaml_text import parse_yaml
from matebit.engines.dvcfile import job_command
from matebit.engines.stage_code import stage_code
from matebit.io.files import read_json, write_json
from matebit.pipeline.layout import Layout
from matebit.pipeline.ownership import owner
from matebit.pipeline.source_digest import Code, digest_of_code
from matebit.pipeline.stages import Stage, job_name

Values = dict[str, Any]
"""By key of the resolved params (`data`, `methods.mine`, `code.train`): its value."""


def _values_file(layout: Layout, job: str) -> Path:
    return layout.state / "made-from" / f"{job}.json"


def _code_file(layout: Layout, digest: str) -> Path:
    return layout.state / "code" / f"{digest}.json"


@contextmanager
def made_from(
    layout: Layout, params: ResolvedParams, stage: Stage, method: str | None, seed: int | None
) -> Iterator[None]:
    """Inside, the job is at work; when it has ended well, what its result was made from is recorded."""
    sections = params.model_dump(mode="json")
    digest = params.code[stage.name]
    record = _values_file(layout, job_name(stage.name, method, seed))
    record.unlink(missing_ok=True)
    if not _code_file(layout, digest).exists():
        code = stage_code(stage.name, sections)
        # The source may have changed since the params were resolved: the digest then stands for another one.
        if digest_of_code(code) == digest:
            write_json(_code_file(layout, digest), code)
    yield
    write_json(record, stage.values(sections, method))


def recorded_code(layout: Layout, digest: str) -> Code | None:
    """The source that `digest` stands for, None where it was not recorded."""
    path = _code_file(layout, digest)
    return read_json(path) if path.exists() else None


def _locked(layout: Layout) -> dict[str, Values]:
    """By command: the values with which DVC has made or fetched the outputs that are there."""
    file = layout.params.relative_to(layout.base).as_posix()
    found: dict[str, Values] = {}
    for lock in (layout.base / "dvc.lock", *sorted((layout.base / "pipelines").glob("*/dvc.lock"))):
        text = lock.read_text(encoding="utf-8") if lock.exists() else ""
        if f"{file}:" in text:
            stages = parse_yaml(text, str(lock)).get("stages", {})
            found |= {
                stage["cmd"]: stage["params"][file]
                for stage in stages.values()
                if file in stage.get("params", {})
            }
    return found


class Recorded:
    """What the results of an experiment were made from.

    Where DVC runs it, its lock says so: DVC may take a result from its cache, with no job that would write
    a record.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._locked = _locked(layout) if owner(layout) == "dvc" else None

    def values(self, stage: str, method: str | None, seed: int | None) -> Values | None:
        """The values that the job's result was made from, None where they are not recorded."""
        if self._locked is not None:
            file = self._layout.params.relative_to(self._layout.base).as_posix()
            return self._locked.get(job_command(stage, file, method, seed))
        record = _values_file(self._layout, job_name(stage, method, seed))
        return read_json(record) if record.exists() else None
