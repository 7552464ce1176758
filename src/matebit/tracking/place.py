"""Where MLflow's store is, without importing MLflow."""

from __future__ import annotations

import os
import re
from pathlib import Path


def tracking_uri(base: Path) -> str:
    """The variable MLFLOW_TRACKING_URI, or the SQLite file `mlflow.db` of the project folder."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{(base / 'mlflow.db').resolve()}"


def without_password(text: str) -> str:
    """The text as it may be shown: `***` for the password of every address in it."""
    return re.sub(r"(?<=://)([^\s:/@]*):[^\s/@]*(?=@)", r"\1:***", text)
