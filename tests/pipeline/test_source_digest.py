"""A stage's digest follows exactly the files that the stage can reach."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from command import REPOSITORY, environment
from matebit.pipeline.source_digest import source_files
from matebit.pipeline.stages import STAGES
from tiny_experiment import Experiment

PACKAGE = REPOSITORY / "src/matebit"


def digests_of(source: Path) -> dict[str, str]:
    """The digests of the package at `source`, by another interpreter."""
    code = "import json; from matebit.pipeline.source_digest import *; "
    code += "print(json.dumps(stage_digests()))"
    shown = subprocess.run(
        [sys.executable, "-c", code], env=environment(PYTHONPATH=str(source)),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(shown.stdout)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the package that may be edited."""
    shutil.copytree(PACKAGE, tmp_path / "matebit", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_digests_follow_what_is_reached_and_nothing_else(source: Path):
    before = digests_of(source)
    assert set(before) == set(STAGES)
    changed = {}
    for name in (
        "losses/gram.py",
        "metrics/ssim.py",
        "report/templates/page.css",
        "drawn/drawing/media/oil.py",
        "cli/app.py",
        "tracking/store.py",
        "pipeline/lock.py",
    ):
        path = source / "matebit" / name
        text = path.read_bytes()
        path.write_bytes(text + b"\n")
        after = digests_of(source)
        path.write_bytes(text)
        changed[name] = {stage for stage in STAGES if after[stage] != before[stage]}
    assert digests_of(source) == before
    assert changed["losses/gram.py"] == {"train"}
    assert {"metrics", "report"} >= changed["metrics/ssim.py"] >= {"metrics"}
    assert changed["report/templates/page.css"] == {"report"}
    assert {"data", "conditions", "train"} <= changed["drawn/drawing/media/oil.py"]
    assert changed["pipeline/lock.py"] == {"train"}  # ranks wait for those of a launcher that died
    for name in ("cli/app.py", "tracking/store.py"):
        assert changed[name] == set()


def test_a_file_nobody_imports_changes_nothing(source: Path):
    before = digests_of(source)
    (source / "matebit/data/stranger.py").write_text("x = 1\n")
    assert digests_of(source) == before


def test_the_digest_is_the_same_wherever_the_package_lies(source: Path, tmp_path: Path):
    shutil.copytree(source / "matebit", tmp_path / "elsewhere/matebit")
    assert digests_of(tmp_path / "elsewhere") == digests_of(source)


# What runs a stage, whichever it is: it decides no byte of the results.
AROUND = tuple(f"matebit.{room}" for room in ("cli", "config", "engines", "pipeline", "tracking", "errors"))
# Each list of jobs in a process of its own; the libraries, which take longest, are loaded before the fork.
LISTING = """
import json, os, sys
from pathlib import Path
import cv2, pandas, scipy.stats, skimage.color, torch, torch._dynamo
for jobs in json.loads(sys.argv[2]):
    if os.fork() == 0:
        from matebit.engines.run_stage import run_stage
        for name, *rest in jobs:
            run_stage(name, Path(sys.argv[1]), *rest)
        print(json.dumps({m: sys.modules[m].__file__ for m in sys.modules if m.startswith("matebit.")}))
        sys.exit()
    assert os.wait()[1] == 0, jobs
"""


def test_every_module_that_a_stage_imports_is_in_its_digest(tiny: Experiment, tmp_path: Path):
    experiment = tiny.copied(tmp_path, train={"images": 4})
    processes = [
        [["data"]],
        [["conditions"]],
        [["pairs"]],
        [["segmenter"]],
        [["train", "matebit", 1]],
        [["translate", "matebit", 1], ["translate", "controls", 0]],
        [["metrics", "matebit", 1]],
    ]
    shown = subprocess.run(
        [sys.executable, "-c", LISTING, str(experiment.layout.params), json.dumps(processes)],
        env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    for jobs, line in zip(processes, shown.stdout.splitlines(), strict=True):
        used = json.loads(line)
        covered = {str(path) for path in source_files(STAGES[jobs[0][0]].module)}
        # Sections of the parameters are read for every stage; their values are keys of their own.
        missed = {
            module
            for module, path in used.items()
            if path not in covered and not module.startswith(AROUND) and not path.endswith("__init__.py")
        }
        assert missed <= {"matebit.data.conditions.registry"}, (jobs, missed)
