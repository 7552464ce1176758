"""The program itself: its commands, its help, what it does not load."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from command import complaint, environment, matebit, matebit_here
from matebit import __version__
from matebit.pipeline.stages import STAGES


def test_every_stage_is_a_command(tmp_path: Path):
    result = matebit(tmp_path, "--help", COLUMNS="200")
    assert result.returncode == 0
    tools = (
        "ui",
        "dvc",
        "figure",
        "conditions-sheet",
        "import-checkpoint",
        "export-checkpoint",
        "app",
        "gallery",
        "ship",
        "opening-figure",
    )
    for name in (*STAGES, "resolve", *tools):
        assert f" {name} " in result.stdout


def test_version(tmp_path: Path):
    assert matebit(tmp_path, "--version").stdout.strip() == f"matebit {__version__}"


@pytest.mark.parametrize("words", [["nonsense"], ["data"], ["train", "x", "y", "--seed", "one"], []])
def test_wrong_words_end_with_status_2(tmp_path: Path, words: list[str]):
    result = matebit(tmp_path, *words)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("words", "heavy"),
    [
        (["--help"], {"torch", "numpy", "pandas", "mlflow", "snakemake", "cv2"}),
        (["resolve", "mine.yaml"], {"torch", "pandas", "mlflow", "snakemake", "cv2", "scipy"}),
        (["dvc", "mine.yaml"], {"torch", "pandas", "mlflow", "snakemake", "dvc", "cv2"}),
    ],
)
def test_light_commands_load_nothing_heavy(tmp_path: Path, words: list[str], heavy: set[str]):
    (tmp_path / "mine.yaml").write_text("seed: 1\n")
    code = (
        "import json, sys; sys.argv[0] = 'matebit'\n"
        "from matebit.cli.app import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert heavy & set(json.loads(result.stderr.splitlines()[-1])) == set()


def test_home_and_variables_that_the_shell_left_to_the_program(tmp_path: Path):
    home = tmp_path / "home"
    (home / "params").mkdir(parents=True)
    (home / "params/mine.yaml").write_text("features: {weights: random}")
    (tmp_path / "$PLACE.yaml").write_text("seed: 2")
    places = {"HOME": str(home), "PLACE": str(home)}
    for number, written in enumerate(
        ("~/params/mine.yaml", "$PLACE/params/mine.yaml", "${PLACE}/params/mine.yaml")
    ):
        here = tmp_path / str(number)
        here.mkdir()
        result = matebit_here(here, "resolve", written, **places)
        assert result.returncode == 0, result.stderr
        assert (here / "results/mine/params.yaml").is_file()
    said = complaint(matebit_here(tmp_path, "resolve", "$PLACE.yaml", **places))
    assert "$PLACE" in said  # a file of that name is meant
    for option in ("--out=~/new.safetensors", "--out=$PLACE/new.safetensors"):
        words = ("import-checkpoint", "~/absent.pth", option)
        assert f"there is no file {home}/absent.pth" in complaint(matebit_here(tmp_path, *words, **places))


def test_a_home_that_cannot_be_written_to(tmp_path: Path):
    (tmp_path / "mine.yaml").write_text("features: {weights: random}")
    result = matebit(tmp_path, "resolve", "mine.yaml", HOME="/proc/nowhere", XDG_CACHE_HOME="/proc/nowhere")
    assert result.returncode == 0, result.stderr


def test_a_defect_keeps_its_traceback_and_status_1(tmp_path: Path):
    code = (
        "import sys; from matebit.cli import app, stages\n"
        "import matebit.config.read as read\n"
        "read.read_with_overrides = lambda *_: 1 / 0\n"
        "sys.argv = ['matebit', 'resolve', 'x.yaml']; app.main()"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert "ZeroDivisionError" in result.stderr


def test_a_broken_checkpoint_to_import_is_refused(tmp_path: Path):
    (tmp_path / "broken.pth").write_bytes(b"no checkpoint")
    words = ("import-checkpoint", "broken.pth", "--out", "out.safetensors")
    said = complaint(matebit_here(tmp_path, *words))
    assert "broken.pth" in said
    assert not (tmp_path / "out.safetensors").exists()
