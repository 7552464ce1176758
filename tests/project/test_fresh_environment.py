"""The wheel alone in a new environment of each Python: both engines, MLflow's page, a translation."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml

from command import REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200)]

SMALLER = {
    "data": {
        "load_size": 64,
        "crop_size": 64,
        "portraits": {"train": 16, "test": 8, "styles_train": 4, "styles_test": 2},
    },
    "train": {"images": 48, "batch": 4, "log_every": 8, "sample_every": 24, "checkpoint_every": 24},
    "metrics": {"miou": {"parser": "trained", "images": 32}},
    "methods": ["matebit"],
}


def python(version: str) -> str:
    """An interpreter of this version, of the system or of pyenv."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    kept = sorted(root.glob(f"{version}.*/bin/python{version}"))
    for found in [shutil.which(f"python{version}"), *kept]:
        asked = [str(found), "-c", f"import ensurepip, sys; assert sys.version.startswith('{version}.')"]
        if found and subprocess.run(asked, capture_output=True, check=False).returncode == 0:
            return str(found)
    pytest.skip(f"there is no Python {version} on this machine")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


class Installed:
    """The wheel in an environment of its own, and two projects."""

    def __init__(self, base: Path, wheel: Path, interpreter: str) -> None:
        self.base, self.bin = base, base / "env/bin"
        # Nothing of the clone or of this shell: a command that is missing shall be missed.
        home = base / "home"
        home.mkdir()
        path = os.pathsep.join([str(self.bin), "/usr/bin", "/bin"])
        self.variables = {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8"}
        uv = shutil.which("uv") or str(REPOSITORY / ".venv/bin/uv")
        install = (uv, "pip", "install", "--quiet", "--python", str(self.bin / "python"))
        for words in (
            (interpreter, "-m", "venv", str(base / "env")),
            (*install, "--require-hashes", "-r", str(REPOSITORY / "requirements.lock")),
            (*install, "--no-deps", str(wheel)),
        ):
            subprocess.run(words, cwd=base, check=True)

    def run(self, folder: Path, *words: str | Path) -> str:
        result = subprocess.run(
            [*map(str, words)], cwd=folder, env=self.variables, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, (result.stdout + result.stderr)[-5000:]
        return result.stdout

    def project(self, name: str) -> Path:
        self.run(self.base, self.bin / "matebit", "init", name, "--params", "smoke")
        params = self.base / name / "params/smoke.yaml"
        params.write_text(yaml.safe_dump({**yaml.safe_load(params.read_text()), **SMALLER}))
        self.run(self.base / name, "matebit", "dvc", "params/smoke.yaml")
        return self.base / name


@pytest.fixture(scope="module", params=["3.11", "3.13"])
def installed(
    request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Installed:
    return Installed(tmp_path_factory.mktemp(f"fresh{request.param}"), wheel, python(request.param))


MANIFESTS: dict[str, str] = {}


def test_both_engines_write_the_same_bytes_on_every_python(installed: Installed):
    for engine, command in (("snakemake", ("snakemake", "--cores", "all")), ("dvc", ("dvc", "repro"))):
        project = installed.project(engine)
        installed.run(project, *command)
        MANIFESTS[f"{installed.base.name} {engine}"] = (project / "reports/smoke/manifest.csv").read_text()
    assert len(set(MANIFESTS.values())) == 1, list(MANIFESTS)
    # Once more: nothing is trained again.
    assert "Nothing to be done" in installed.run(
        installed.base / "snakemake", "sh", "-c", "snakemake --cores 1 2>&1"
    )


def test_a_picture_is_translated(installed: Installed, tmp_path: Path):
    installed.run(tmp_path, "matebit", "gallery", "--out", "gallery", "--size", "128")
    words = ("--photo", "gallery/sitter-1.png", "--exemplar", "gallery/oil-1.png", "--out", "out.png")
    installed.run(tmp_path, "matebit", "translate", *words)
    assert (tmp_path / "out.png").stat().st_size > 1000


def test_mlflows_page_opens_and_ends(installed: Installed):
    port = free_port()
    process = subprocess.Popen(
        [str(installed.bin / "matebit"), "ui", "--port", str(port), "--no-open"],
        cwd=installed.base / "snakemake", env=installed.variables, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert f"http://127.0.0.1:{port}/#/experiments/" in process.stdout.readline()
        for _ in range(600):
            time.sleep(1)
            with contextlib.suppress(OSError):  # nobody listens yet, or is too busy to answer
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as answer:
                    assert answer.status == 200
                break
            assert process.poll() is None
        else:
            pytest.fail("no page within ten minutes")
        process.terminate()
        assert process.wait(timeout=60) == 143
        with pytest.raises(urllib.error.URLError):  # the server that it started is gone too
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)
    finally:
        process.terminate()  # not killed: it ends the server
        process.wait(timeout=60)
