"""One job of one stage: parameters, lock, log and tracking around the stage's own function."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matebit.config.read import read_resolved
from matebit.config.schema import ResolvedParams
from matebit.engines.handed import take_over
from matebit.engines.made_from import made_from
from matebit.engines.resolve import params_digest
from matebit.errors import MatebitError, system_refusals_said
from matebit.logs import JobLog
from matebit.pipeline.layout import Layout
from matebit.pipeline.lock import job_lock
from matebit.pipeline.runs import jobs, scored, seeds_of
from matebit.pipeline.stages import STAGES, Stage, job_name, stage_function
from matebit.tracking.record import JobRecord, tracked


@contextmanager
def _log_file(layout: Layout, job: str) -> Iterator[None]:
    """Send the package's log to `logs/NAME/JOB.log` too."""
    layout.logs.mkdir(parents=True, exist_ok=True)
    handler = JobLog(layout.logs / f"{job}.log", mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("matebit")
    logger.addHandler(handler)
    try:
        with system_refusals_said():
            yield
    except BaseException as error:
        # The command line shows it on the screen; the log keeps it too, a defect with its traceback.
        trace = None if isinstance(error, (MatebitError, KeyboardInterrupt)) else sys.exc_info()
        said = (str(error) or type(error).__name__,)
        handler.handle(logger.makeRecord(logger.name, logging.ERROR, "", 0, "%s", said, trace))
        raise
    finally:
        logger.removeHandler(handler)
        handler.close()


def _arguments(
    stage: Stage, params: ResolvedParams, method: str | None, seed: int | None
) -> tuple[str | None, int | None]:
    """Check METHOD and --seed against the stage and the parameters."""
    if not stage.per_run:
        if method is not None or seed is not None:
            raise MatebitError(f"`matebit {stage.name}` takes neither a method nor a seed")
        return None, None
    known = list(dict.fromkeys(name for name, _ in (jobs if stage.name == "train" else scored)(params)))
    if method not in known:
        raise MatebitError(f"`matebit {stage.name}` needs a method of the params file: {', '.join(known)}")
    seeds = seeds_of(params, method)
    seed = seeds[0] if seed is None and len(seeds) == 1 else seed
    if seed not in seeds:
        raise MatebitError(f"--seed must be one of the params file's: {', '.join(map(str, seeds))}")
    return method, seed


def run_stage(name: str, params_file: Path, method: str | None = None, seed: int | None = None) -> None:
    """Run the stage `name` on `results/NAME/params.yaml`; for per-run stages with a method and a seed."""
    layout = Layout.of(params_file)
    take_over(layout)
    params = read_resolved(params_file)
    if params.name != layout.name:
        raise MatebitError(f"{params_file} says it belongs to results/{params.name}; resolve it again")
    stage = STAGES[name]
    method, seed = _arguments(stage, params, method, seed)
    job = job_name(name, method, seed)
    with (
        job_lock(layout.state / "locks" / f"{job}.lock", f"{name} of {params.name}"),
        _log_file(layout, job),
        # Under the lock: a record that has not ended is then one whose process died, and goes on here.
        tracked(JobRecord.begin(layout, params, params_digest(params), stage, method, seed), params.tracking),
        made_from(layout, params, stage, method, seed),
    ):
        work = stage_function(stage, params, layout)
        work(*(() if method is None else (method, seed)))
