"""A thousand pictures and three thousand through the whole pipeline: memory, and how times grow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from command import REPOSITORY, environment

pytestmark = [pytest.mark.slow, pytest.mark.engines, pytest.mark.timeout(14400)]

FEW, MANY = 1000, 3000
# Beside growth with the pictures: on a shared machine the same work takes up to twice its processor seconds.
# What grows with the square would take nine times as many.
SLACK = 2
BEYOND_THE_LIBRARIES = 2000  # MB, of all processes of a stage together
PAGE = 30  # MB
STAGES = {"data", "conditions", "pairs", "train", "translate", "metrics", "report"}

LIBRARIES = """
import cv2, matplotlib.pyplot, pandas, psutil, scipy, torch, torchvision
print(psutil.Process().memory_info().rss / 1e6)
"""


class Run:
    """What `full_size.py` told of a run on so many pictures."""

    def __init__(self, folder: Path, images: int) -> None:
        words = [REPOSITORY / "comparisons/full_size.py", folder, "--images", str(images)]
        result = subprocess.run(
            [sys.executable, *map(str, words)], env=environment(), capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, (result.stdout + result.stderr)[-5000:]
        print(result.stdout)
        told = [json.loads(line) for line in result.stdout.splitlines() if line]
        names = [line.get("command") for line in told]
        whole, again = names.index("whole"), names.index("no-op")
        self.stages = {line["command"]: line for line in told[1:whole]}
        assert len(self.stages) == whole - 1, names
        self.repeated = names[whole + 1 : again]
        self.page_mb = told[-1]["page_mb"]
        self.folder = folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    few, many = (Run(tmp_path_factory.mktemp(f"of{images}"), images) for images in (FEW, MANY))
    return few, many


def test_every_stage_runs_once(runs: tuple[Run, Run]):
    for run in runs:
        assert {name.partition(" ")[0] for name in run.stages} >= STAGES
        assert run.repeated == []


def test_all_of_the_pictures_went_through(runs: tuple[Run, Run]):
    results = runs[1].folder / "results/full"
    assert len((results / "data/index.csv").read_text().splitlines()) == MANY + 1
    translated = list(results.glob("translate/matebit/**/*.png"))
    assert len(translated) >= MANY // 10
    assert runs[1].page_mb < PAGE


def test_memory_of_every_stage(runs: tuple[Run, Run]):
    asked = subprocess.run([sys.executable, "-c", LIBRARIES], capture_output=True, text=True, check=True)
    libraries = float(asked.stdout)
    used = {name: line["together_mb"] for name, line in runs[1].stages.items()}
    assert max(used.values()) < libraries + BEYOND_THE_LIBRARIES, (libraries, used)


def test_seconds_grow_no_faster_than_the_pictures(runs: tuple[Run, Run]):
    few, many = ({name: line["cpu_s"] for name, line in run.stages.items()} for run in runs)
    assert few.keys() == many.keys()
    ratios = {name: many[name] / few[name] for name in few}
    assert max(ratios.values()) < SLACK * MANY / FEW, ratios
