"""`torchrun ... -m matebit.train.rank PARAMS METHOD SEED`: one rank of a training over several machines.

The stage does not import this: it starts its ranks by itself (`matebit.train.launch`).
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from matebit.config.resolved import read_resolved
from matebit.pipeline.layout import Layout
from matebit.pipeline.stages import STAGES, StageParams
from matebit.train.launch import train_as_rank


def main() -> None:
    """Train as the rank that torchrun's variables name; 143 if it was stopped before the end."""
    if len(sys.argv) != 4 or "RANK" not in os.environ:
        raise SystemExit("usage: torchrun ... -m matebit.train.rank PARAMS METHOD SEED (see docs/cluster.md)")
    file, method, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    view = StageParams(read_resolved(file), STAGES["train"])
    if not train_as_rank(view, Layout.of(file), method, seed, None):
        raise SystemExit(128 + signal.SIGTERM)


if __name__ == "__main__":
    main()
