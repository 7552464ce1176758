"""The Snakefiles are clean by Snakemake's own linter and snakefmt, and say mistakes in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from command import run_in


def test_lint_finds_nothing(project: Path):
    result = run_in(project, "snakemake", "--lint")
    assert result.returncode == 0, result.stdout + result.stderr


def test_snakefmt_would_change_nothing(project: Path):
    result = run_in(project, "snakefmt", "--check", "Snakefile", "workflow")
    assert result.returncode == 0, result.stdout + result.stderr


def test_without_arguments_it_is_the_demo(project: Path):
    result = run_in(project, "snakemake", "-n")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "reports/demo/index.html" in result.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--configfile", "params/smoke.yaml", "params/demo.yaml"], "one params file"),
        (["--configfile", "params/smoke.yaml", "--config", "trian={images: 4}"], "'trian'"),
        (["--configfile", "params/smoke.yaml", "--config", "train={images: none}"], "train.images"),
    ],
)
def test_a_mistake_is_one_sentence(project: Path, options: list[str], words: str):
    result = run_in(project, "snakemake", "-n", *options)
    said = result.stdout + result.stderr
    assert result.returncode != 0
    assert words in said
    assert "Traceback" not in said
