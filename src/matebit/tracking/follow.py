"""The process beside a long job that tells MLflow: `python -m matebit.tracking.follow FOLDER SECONDS`.

It ends when its standard input does: when the job ended, or died.
"""

from __future__ import annotations

import logging
import os
import select
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from matebit.errors import MatebitError, refusal
from matebit.logs import set_up_logging
from matebit.tracking.record import pending_records

if TYPE_CHECKING:
    from matebit.tracking.store import Store

logger = logging.getLogger("matebit")

# MLflow's own seven take minutes; whoever follows a job tries again anyway.
_RETRIES = "2"


def follow(folder: Path, every_seconds: float) -> int:
    """Send the records below `folder` again and again until the input ends; 0 if MLflow heard all."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", _RETRIES)
    from matebit.tracking.store import Store

    base = folder.resolve().parents[2]
    store = None
    job_runs = True
    heard = False
    lacking: set[Path] = set()
    while job_runs:
        job_runs = not select.select([sys.stdin], [], [], every_seconds)[0]
        try:
            store = store or Store(base)
            heard = _send_pending(store, folder, lacking)
        except Exception as error:
            # Whatever MLflow raises, the job goes on; the records stay and are sent later.
            said = trouble_of(error, base)
            logger.warning("MLflow could not be told: %s", said, exc_info=None if said else error)
            heard = False
    return 0 if heard else 1


def _send_pending(store: Store, folder: Path, lacking: set[Path]) -> bool:
    """Send the records below `folder`; whether MLflow has heard all of each.

    One whose results are gone, or are just being made again, waits for them and holds no other one up. It is
    said once: `lacking` has those of which it was.
    """
    heard = True
    for record in pending_records(folder):
        try:
            store.send(record)
        except (MatebitError, FileNotFoundError) as gone:
            heard = False
            if record.file not in lacking:
                said = refusal(gone) if isinstance(gone, OSError) else gone
                logger.warning("MLflow has not heard what %s of %s gave: %s", record.job, record.name, said)
            lacking.add(record.file)
    return heard


def send_all(base: Path) -> None:
    """Tell MLflow everything that any experiment below `base` has left to say.

    Raises `MatebitError` where the store or the server does not take it.
    """
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", _RETRIES)
    from matebit.tracking.store import Store

    try:
        store = Store(base)
        for folder in sorted((base / "runs").glob("*/tracking")):
            _send_pending(store, folder, set())
    except Exception as error:
        said = trouble_of(error, base)
        if said is None:
            raise
        raise MatebitError(f"{said}; nothing is lost, the next `matebit ui` sends the rest") from error


def trouble_of(error: Exception, base: Path) -> str | None:
    """One sentence for what a server, the network or a full disk refuses; None for a defect."""
    from mlflow.exceptions import MlflowException
    from requests import RequestException
    from sqlalchemy.exc import DatabaseError

    from matebit.tracking.place import tracking_uri, without_password

    if isinstance(error, OSError) and not isinstance(error, RequestException):
        return refusal(error)
    if isinstance(error, MlflowException | RequestException | DatabaseError):
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        first, shown = without_password(first)[:300], without_password(tracking_uri(base))
        return f"the tracker {shown} does not take what it is told ({first}); see MLFLOW_TRACKING_URI"
    return None


if __name__ == "__main__":
    set_up_logging()
    sys.exit(follow(Path(sys.argv[1]), float(sys.argv[2])))
