"""The Tab key: commands, experiments with their methods and seeds, names that the program knows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from command import environment, matebit_here


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two experiments."""
    base = tmp_path_factory.mktemp("project")
    for name in ("demo", "mine"):
        for path in (base / f"results/{name}/params.yaml", base / f"params/{name}.yaml"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("order: [matebit, vanilla]\nseeds: [1, 23]\n")
    (base / "results/broken").mkdir()
    (base / "results/broken/params.yaml").write_text("[")
    return base


def offered(folder: Path, *words: str) -> list[str]:
    """What bash is offered for the last one of the words."""
    variables = {
        "_MATEBIT_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(["matebit", *words]),
        "COMP_CWORD": str(len(words)),
    }
    result = matebit_here(folder, **variables)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return result.stdout.split()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["tra"], ["train", "translate"]),
        (["doc"], ["doctor"]),
        (["weights", "ver"], ["verify"]),
        (["train", "results/d"], ["results/demo/params.yaml"]),
        (
            ["train", ""],
            ["results/broken/params.yaml", "results/demo/params.yaml", "results/mine/params.yaml"],
        ),
        (["train", "results/mine/params.yaml", ""], ["matebit", "vanilla", "controls"]),
        (["train", "results/mine/params.yaml", "v"], ["vanilla"]),
        (["train", "results/mine/params.yaml", "vanilla", "--seed", "2"], ["23"]),
        (["train", "results/broken/params.yaml", ""], ["controls"]),
        (["train", "nowhere.yaml", "m"], []),
        (["resolve", "params/d"], ["params/demo.yaml"]),
        (["check", "d"], ["demo"]),
        (["params", "show", "smo"], ["smoke"]),
        (["init", "there", "--params", "celebahq-e"], ["celebahq-edges"]),
        (["weights", "fetch", "vgg19", "ale"], ["alexnet"]),
        (["score", "a", "b", "--metrics", "ssim,ps"], ["ssim,psnr"]),
        (["figure", "comp"], ["comparison"]),
        (["translate", "--phot"], ["--photo"]),
    ],
)
def test_offers(folder: Path, words: list[str], expected: list[str]):
    assert offered(folder, *words) == expected


@pytest.mark.slow
def test_bash_itself(folder: Path):
    script = (
        'eval "$(matebit --show-completion bash)"\n'
        "COMP_WORDS=(matebit check mi); COMP_CWORD=2; _matebit_completion matebit\n"
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    result = subprocess.run(
        ["bash", "--norc", "-c", script],
        cwd=folder, env=environment(_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (result.stdout, result.returncode) == ("mine\n", 0), result.stderr


def test_nothing_heavy_is_loaded(folder: Path):
    code = (
        "import sys\nfrom matebit.cli.app import main\nsys.argv = ['matebit']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'torch', 'numpy', 'pandas', 'mlflow', 'snakemake', 'matplotlib'} & set(sys.modules)))"
    )
    variables = {
        "_MATEBIT_COMPLETE": "complete_bash",
        "COMP_WORDS": "matebit train results/demo/params.yaml v",
        "COMP_CWORD": "3",
    }
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder, env=environment(**variables), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert result.stdout.splitlines() == ["vanilla", "[]"]
