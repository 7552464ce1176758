"""A stage's digest follows exactly the code that the stage can reach."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from command import REPOSITORY, environment
from matebit.config.read import merged, read_mapping, read_resolved
from matebit.engines.resolve import resolve
from matebit.engines.stage_code import stage_code, stage_digests
from matebit.pipeline.stages import STAGES
from package_copy import PACKAGE, copied_package, digests_from, edit
from tiny_experiment import Experiment


def sections_of(file: str, **changes: dict) -> dict:
    mapping = merged(read_mapping(REPOSITORY / f"params/{file}.yaml"), changes)
    return resolve(mapping, file).model_dump(mode="json")


@pytest.fixture(scope="module")
def smoke() -> dict:
    return sections_of("smoke")


def digests_of(source: Path, sections: dict) -> dict[str, str]:
    """The digests of the package at `source` under the params `sections`."""
    with digests_from(source / "matebit"):
        return stage_digests(sections)


@pytest.fixture(scope="module")
def unedited(smoke: dict) -> dict[str, str]:
    """The digests of the package as it is."""
    return digests_of(PACKAGE.parent, smoke)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the package that may be edited."""
    copied_package(tmp_path)
    return tmp_path


def rerun(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {stage for stage in STAGES if after[stage] != before[stage]}


@pytest.mark.parametrize(
    ("name", "old", "new", "least", "most"),
    [
        ("ops/gram.py", "", "\n\n# a comment\n", set(), set()),
        ("ops/gram.py", '"""', '"""Reworded. ', set(), set()),
        ("train/progress.py", "import json\n", "import json\n\n\n", set(), set()),
        ("ops/gram.py", "", "\nMORE = 1\n", {"train"}, {"train"}),
        ("metrics/pixels.py", "", "\nMORE = 1\n", {"metrics"}, {"metrics"}),
        ("report/templates/page.css", "", "\n", {"report"}, {"report"}),
        ("drawn/figures/garments.py", "", "\nMORE = 1\n", set(), set()),  # smoke draws portraits
        ("drawn/drawing/dabs.py", "", "\nMORE = 1\n", {"data", "conditions"}, set(STAGES) - {"train"}),
        ("data/sources/deepfashion.py", "", "\nMORE = 1\n", set(), set()),
        (
            "pipeline/lock.py",
            "",
            "\nMORE = 1\n",
            {"train"},
            {"train"},
        ),
        ("cli/app.py", "", "\nMORE = 1\n", set(), set()),
        ("tracking/store.py", "", "\nMORE = 1\n", set(), set()),
    ],
)
def test_an_edit_runs_again_what_reaches_it_and_nothing_else(
    source: Path, smoke: dict, unedited: dict[str, str], name: str, old: str, new: str, least: set, most: set
):
    edit(source / "matebit" / name, old, new)
    assert least <= rerun(unedited, digests_of(source, smoke)) <= most


def test_choices_are_followed_where_the_params_name_them(source: Path, smoke: dict, unedited: dict[str, str]):
    chosen = sections_of("smoke", data={"source": "deepfashion", "root": "somewhere"})
    before = digests_of(source, chosen)
    assert "data" in rerun(unedited, before)
    path = source / "matebit/data/sources/deepfashion.py"
    path.write_text(path.read_text() + "MORE = 1\n")
    assert "data" in rerun(before, digests_of(source, chosen))
    path = source / "matebit/drawn/drawing/dabs.py"
    before = digests_of(source, chosen)
    path.write_text(path.read_text() + "MORE = 1\n")
    assert rerun(before, digests_of(source, chosen)) == set()


def test_training_reaches_few_files_and_no_other_stage():
    for file in ("smoke", "celebahq-edges", "figures"):
        reached = stage_code("train", sections_of(file))
        assert len(reached) <= 110
        strangers = ("drawn/", "report/", "translate/", "app/", "metrics/", "cli/", "bench/", "data/sources/")
        assert [name for name in reached if name.startswith(strangers)] == []


def test_a_file_nobody_imports_changes_nothing(source: Path, smoke: dict, unedited: dict[str, str]):
    (source / "matebit/data/stranger.py").write_text("x = 1\n")
    assert digests_of(source, smoke) == unedited


def test_the_digest_is_the_same_wherever_the_package_lies(
    source: Path, smoke: dict, unedited: dict[str, str]
):
    assert digests_of(source, smoke) == unedited


# What runs a stage, whichever it is: it decides no byte of the results.
AROUND = tuple(
    f"matebit.{room}"
    for room in (
        "cli", "config", "engines", "pipeline", "tracking", "errors",
        "contracts.condition_kinds",  # resolving asks for the number of channels
        "weights.shipped",  # and for the digest of the checkpoint that a training begins with
    )
)  # fmt: skip
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
    sections = read_resolved(experiment.layout.params).model_dump(mode="json")
    for jobs, line in zip(processes, shown.stdout.splitlines(), strict=True):
        used = json.loads(line)
        covered = {str(PACKAGE / name) for name in stage_code(jobs[0][0], sections)}
        # Sections of the parameters are read for every stage; their values are keys of their own.
        missed = {
            module
            for module, path in used.items()
            if path not in covered and not module.startswith(AROUND) and not path.endswith("__init__.py")
        }
        assert missed == set(), jobs
