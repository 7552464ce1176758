"""The process beside a long job that tells MLflow: `python -m matebit.tracking.follow FOLDER SECONDS`.

It ends when its standard input does: when the job ended, or died.
"""

from __future__ import annotations

import logging
import os
import select
import sys
from pathlib import Path

from matebit.logs import set_up_logging
from matebit.tracking.record import pending_records

logger = logging.getLogger("matebit")


def follow(folder: Path, every_seconds: float) -> int:
    """Send the records below `folder` again and again until the input ends; 0 if MLflow heard all."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from matebit.tracking.store import Store

    base = folder.resolve().parents[2]
    store = None
    job_runs = True
    heard = False
    while job_runs:
        job_runs = not select.select([sys.stdin], [], [], every_seconds)[0]
        try:
            store = store or Store(base)
            for record in pending_records(folder):
                store.send(record)
            heard = True
        except Exception:
            # Whatever MLflow raises, the job goes on; the records stay and are sent later.
            logger.exception("MLflow could not be told")
            heard = False
    return 0 if heard else 1


def send_all(base: Path) -> None:
    """Tell MLflow everything that any experiment below `base` has left to say."""
    from matebit.tracking.store import Store

    store = Store(base)
    for folder in sorted((base / "runs").glob("*/tracking")):
        for record in pending_records(folder):
            store.send(record)


if __name__ == "__main__":
    set_up_logging()
    sys.exit(follow(Path(sys.argv[1]), float(sys.argv[2])))
