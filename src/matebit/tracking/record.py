"""The record of a job: what ran, on which parameters, from when to when, and how it ended.

Records lie in `runs/NAME/tracking/DIGEST/`, one JSON file an execution, DIGEST standing for the resolved
parameters and the code. They hold clock times and so are never compared.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from matebit.config.schema import ResolvedParams, TrackingConfig
from matebit.errors import MatebitError
from matebit.io.files import read_json, write_json
from matebit.pipeline.layout import Layout
from matebit.pipeline.stages import Stage, job_name, value_at

# Stages whose job has a child process tell MLflow while they run; the others leave their record to the
# next of these, or to `matebit ui`: they are over before MLflow would be imported.
_FOLLOWED = ("train", "report")
_WAIT_SECONDS = 60.0


@dataclass
class JobRecord:
    """One execution of a job. Times are milliseconds since 1970, `ended` is None while it runs."""

    file: Path
    name: str
    digest: str
    stage: str
    method: str | None
    seed: int | None
    commit: str
    experiment: str
    params: dict[str, Any] = field(default_factory=dict)
    started: int = 0
    ended: int | None = None
    status: str = "RUNNING"

    @property
    def job(self) -> str:
        """The job's name, as in `logs/NAME/JOB.log`."""
        return job_name(self.stage, self.method, self.seed)

    @classmethod
    def begin(
        cls,
        layout: Layout,
        params: ResolvedParams,
        digest: str,
        stage: Stage,
        method: str | None,
        seed: int | None,
    ) -> JobRecord:
        """A record for the job: that of an interrupted execution, which goes on, or a new one."""
        sections = params.model_dump(mode="json")
        shown = {key: value_at(sections, key) for key in stage.reads if key != "methods"}
        if stage.reads_method and method in params.methods:
            shown |= sections["methods"][method]
        record = cls(
            file=Path(),
            name=params.name,
            digest=digest,
            stage=stage.name,
            method=method,
            seed=seed,
            commit=_commit(layout.base),
            experiment=params.tracking.experiment,
            params=shown,
            started=_now(),
        )
        folder = tracking_folder(layout) / digest
        number = 1
        while (path := folder / f"{record.job}.{number}.json").exists():
            earlier = _readable(path)
            if earlier is not None and (earlier.ended is None or earlier.status == "KILLED"):
                earlier.ended, earlier.status = None, "RUNNING"
                return earlier
            number += 1
        record.file = path
        return record

    def save(self) -> None:
        """Write the record."""
        write_json(self.file, {key: value for key, value in asdict(self).items() if key != "file"})

    def end(self, status: str) -> None:
        """Say how the job ended: FINISHED, FAILED, or KILLED (it goes on in a later execution)."""
        self.ended, self.status = _now(), status
        self.save()


def read_record(path: Path) -> JobRecord:
    """Read a record back."""
    return JobRecord(file=Path(path), **read_json(path))


def _readable(path: Path) -> JobRecord | None:
    """The record, or None for one that is being replaced right now, damaged, or of another version."""
    try:
        return read_record(path)
    except (MatebitError, TypeError):
        return None


def tracking_folder(layout: Layout) -> Path:
    """Where the records of an experiment lie."""
    return layout.state / "tracking"


def _now() -> int:
    return time.time_ns() // 1_000_000


def _commit(base: Path) -> str:
    """The project's git commit, or "" outside a repository or without git."""
    try:
        answer = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=base, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


@contextmanager
def tracked(record: JobRecord, config: TrackingConfig) -> Iterator[None]:
    """Keep the record while the job runs; for long jobs start the process that tells MLflow."""
    if not config.enabled:
        yield
        return
    record.save()
    follower = _start_follower(record, config) if record.stage in _FOLLOWED else None
    try:
        yield
    except KeyboardInterrupt:
        record.end("KILLED")
        raise
    except (Exception, SystemExit):
        record.end("FAILED")
        raise
    else:
        record.end("FINISHED")
    finally:
        if follower is not None:
            _finish(follower, _follow_log(record))


def _start_follower(record: JobRecord, config: TrackingConfig) -> subprocess.Popen[bytes]:
    folder = record.file.parent.parent
    log = _follow_log(record).open("ab")
    with log:
        return subprocess.Popen(
            [sys.executable, "-m", "matebit.tracking.follow", folder, str(config.every_seconds)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            # A Ctrl-C or a SIGTERM to the group is the job's; the follower ends when its input does.
            start_new_session=True,
        )


def _follow_log(record: JobRecord) -> Path:
    return record.file.parent.parent / "follow.log"


def _finish(follower: subprocess.Popen[bytes], log: Path) -> None:
    """Let the follower send the rest; a tracker that hangs or dies costs a warning, not the job."""
    import logging

    logger = logging.getLogger("matebit")
    if follower.stdin is not None:
        follower.stdin.close()
    try:
        status = follower.wait(timeout=_WAIT_SECONDS)
    except subprocess.TimeoutExpired:
        follower.kill()
        status = -1
    if status != 0:
        logger.warning(
            "MLflow has not heard everything (%s says why); `matebit ui` or the next job will send the rest",
            log,
        )


def pending_records(folder: Path) -> list[JobRecord]:
    """Every record below a tracking folder, in the order in which the jobs began."""
    # `*` finds hidden names too: a record that is just being written would become a second run.
    paths = (path for path in sorted(folder.glob("*/[!.]*.json")) if not path.name.endswith(".sent.json"))
    records = [record for record in map(_readable, paths) if record is not None]
    return sorted(records, key=lambda record: record.started)
