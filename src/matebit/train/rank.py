"""`torchrun ... -m matebit.train.rank PARAMS METHOD SEED`: one rank of a training over several machines.

The stage does not import this: it starts its ranks by itself (`matebit.train.launch`).
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from matebit.config.read import read_resolved
from matebit.errors import MatebitError
from matebit.pipeline.layout import Layout
from matebit.pipeline.stages import STAGES, StageParams
from matebit.train.launch import train_as_rank
from matebit.train.ranks import LostRank

if TYPE_CHECKING:
    from matebit.config.stage_params import TrainParams


def main() -> None:
    """Train as the rank that torchrun's variables name; 2 after a sentence, 143 if it was stopped."""
    if len(sys.argv) != 4 or "RANK" not in os.environ:
        raise SystemExit("usage: torchrun ... -m matebit.train.rank PARAMS METHOD SEED (see docs/cluster.md)")
    file, method, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    try:
        view = cast("TrainParams", StageParams(read_resolved(file), STAGES["train"]))
        finished = train_as_rank(view, Layout.of(file), method, seed, None)
    except MatebitError as error:
        # Every rank of a machine sees that one elsewhere is lost: one of them says it.
        if not isinstance(error, LostRank) or os.environ["LOCAL_RANK"] == "0":
            print(f"matebit: {error}", file=sys.stderr)
        raise SystemExit(2) from error
    if not finished:
        raise SystemExit(128 + signal.SIGTERM)


if __name__ == "__main__":
    main()
