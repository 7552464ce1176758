"""`matebit doctor`: each thing that lacks is found, with what to do; nothing else is blamed."""

from __future__ import annotations

import builtins
import shutil
import socket
import sys
from collections import namedtuple
from importlib import metadata
from pathlib import Path

import pytest

from command import matebit_here
from matebit.doctor import installation, places
from matebit.doctor.finding import Finding


def found(findings, topic: str) -> Finding:
    [one] = [each for each in findings if each.topic == topic]
    return one


def bad(findings) -> list[Finding]:
    several = list(findings)
    assert all(each.do for each in several if each.verdict != "good"), several
    return [each for each in several if each.verdict == "mend"]


@pytest.fixture
def activated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's commands are on the PATH."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")


def test_a_machine_in_order(tmp_path: Path, activated):
    (tmp_path / "mine.yaml").write_text("features: {net: efficientnet_lite0}")
    result = matebit_here(tmp_path, "doctor", "mine.yaml")
    assert "mine.yaml is in order" in result.stdout
    blamed = [line for line in result.stdout.splitlines() if line.startswith("mend")]
    # What lacks on the machine of the test may be blamed, the installation may not.
    assert not [line for line in blamed if not line[6:].startswith(("disk", "GPU"))], blamed
    assert result.returncode == (1 if blamed else 0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.yaml"]
    topics = ("Python", "libraries", "commands", "git", "PyTorch", "extra landmarks ", "port 5000", "weights")
    for topic in topics:
        assert f"  {topic}" in result.stdout


def test_another_python(monkeypatch):
    assert bad(installation.python()) == []
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    [old] = bad(installation.python())
    assert "3.10.1" in old.said


def test_absent_and_differing_libraries(monkeypatch):
    true = metadata.version

    def version(name: str) -> str:
        if name == "rich":
            raise metadata.PackageNotFoundError(name)
        return {"numpy": "1.0", "pillow": "99.0"}.get(name) or true(name)

    monkeypatch.setattr(metadata, "version", version)
    findings = list(installation.libraries())
    [absent] = bad(findings)
    assert "rich" in absent.said
    assert "numpy" in absent.do
    [differing] = [each for each in findings if each.verdict == "note"]
    assert "pillow 99.0" in differing.said


def test_commands_that_the_engines_do_not_find(monkeypatch, tmp_path: Path, activated):
    assert bad(installation.commands()) == []
    monkeypatch.setenv("PATH", str(tmp_path))
    findings = list(installation.commands())
    assert "snakemake" in found(findings, "commands").said
    assert found(findings, "git").verdict == "note"


def test_extras(monkeypatch):
    true = metadata.version

    def version(name: str) -> str:
        return "1" if name == "face-alignment" else true(name)

    assert {each.verdict for each in installation.extras()} <= {"note", "good"}
    monkeypatch.setattr(metadata, "version", version)
    findings = list(installation.extras())
    assert found(findings, "extra landmarks").verdict == "good"
    assert {each.topic for each in findings} >= {"extra slurm", "extra kubernetes", "extra landmarks-dlib"}


def test_pytorch_that_does_not_load(monkeypatch):
    true = builtins.__import__

    def importing(name: str, *rest):
        if name == "torch":
            raise OSError("libcudart.so.13: cannot open shared object file")
        return true(name, *rest)

    monkeypatch.setattr(builtins, "__import__", importing)
    [absent] = bad(installation.gpu())
    assert "libcudart" in absent.said


@pytest.mark.parametrize(
    ("cuda", "smi", "verdict", "words"),
    [
        (None, None, "note", "none"),
        (None, "/usr/bin/nvidia-smi", "mend", "built without CUDA"),
        ("13.2", "/usr/bin/nvidia-smi", "mend", "cannot use it"),
    ],
)
def test_a_gpu_that_is_not_used(monkeypatch, cuda, smi, verdict: str, words: str):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", cuda)
    monkeypatch.setattr(shutil, "which", lambda name: smi)
    gpu = found(installation.gpu(), "GPU")
    assert (gpu.verdict, words in gpu.said) == (verdict, True)


def test_little_memory_and_disk(monkeypatch, tmp_path: Path):
    import psutil

    memory = namedtuple("memory", "total available")
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory(8e9, 1e9))
    assert found(installation.processor(), "processor").verdict == "note"
    usage = namedtuple("usage", "free")
    for free, verdict in ((5e8, "mend"), (5e9, "note"), (5e10, "good")):
        monkeypatch.setattr(shutil, "disk_usage", lambda folder, free=free: usage(free))
        assert found(places.disk(tmp_path), "disk").verdict == verdict


def test_a_file_where_a_folder_is_meant(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert bad(places.writable(Path())) == []
    Path("reports").write_text("")
    [blamed] = bad(places.writable(Path()))
    assert blamed.said.startswith("reports: it is a file")


def test_a_folder_that_is_read_only(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("MATEBIT_WEIGHTS", "/proc/matebit")  # read-only for everybody, root too
    blamed = bad(places.writable(tmp_path))
    assert [each.said.partition(":")[0] for each in blamed] == ["/proc"]


def test_ports(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        [busy] = places.ports({"ui": port})
    assert (busy.verdict, f"--port {port + 1}" in busy.do) == ("note", True)
    [free] = places.ports({"ui": port})
    assert free.verdict == "good"


def test_the_trackers_server(tmp_path: Path, monkeypatch):
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://me:secret@127.0.0.1:{port}")
        [answers] = places.tracker(tmp_path)
    [silent] = places.tracker(tmp_path)
    assert (answers.verdict, silent.verdict) == ("good", "mend")
    assert "secret" not in answers.said + silent.said


def test_a_weight_file_that_is_cut_short(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("MATEBIT_WEIGHTS", str(tmp_path))
    assert bad(places.weight_files()) == []
    (tmp_path / "vgg19-dcbb9e9d.pth").write_bytes(b"half")
    [cut] = bad(places.weight_files())
    assert "vgg19: 4 bytes" in cut.said
    assert "matebit weights fetch vgg19" in cut.do


def test_what_an_experiment_needs(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MATEBIT_WEIGHTS", str(tmp_path))
    path = tmp_path / "mine.yaml"
    path.write_text(
        "data: {source: folder, root: nowhere}\nfeatures: {net: vgg19}\nmetrics: {names: [fid]}\n"
    )
    said = [each.said for each in bad(places.experiment(path))]
    assert len(said) == 2
    assert "nowhere is not a folder" in said[0]
    assert "vgg19" in said[1]
    assert "inception" in said[1]
    path.write_text("train: {batch: none, imges: 1}")
    assert len(bad(places.experiment(path))) == 2
    assert matebit_here(tmp_path, "doctor", "mine.yaml").returncode == 1
