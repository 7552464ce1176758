"""DVC with a remote that is a server: push, a cut line, pull in a fresh clone, gc."""

from __future__ import annotations

import importlib.util
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_runs import clone
from s3_server import BUCKET, KEYS, Line, line_to, s3_server

from command import copy_repository, run_in
from matebit.config.read import merged
from matebit.config.yaml_text import yaml_text
from tiny_experiment import TINY, contents

pytestmark = [pytest.mark.engines, pytest.mark.slow, pytest.mark.timeout(900)]

FILE = "pipelines/tiny/dvc.yaml"


@pytest.fixture(scope="module")
def server() -> Iterator[Line]:
    for library, name in (("moto", "moto"), ("dvc_s3", "dvc-s3")):
        if importlib.util.find_spec(library) is None:
            pytest.skip(f"{name} is not installed: uv pip install --group servers")
    with s3_server() as port, line_to(port) as line:
        store_at(port).create_bucket(Bucket=BUCKET)
        yield line


def dvc(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run_in(copy, "dvc", *words, **KEYS, NO_PROXY="127.0.0.1", no_proxy="127.0.0.1")


def done(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 0, (result.stdout + result.stderr)[-4000:]
    return result.stdout + result.stderr


def git(copy: Path, *words: str) -> None:
    who = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], cwd=copy, check=True, capture_output=True)


def write_params(copy: Path, images: int) -> None:
    data = {"portraits": {"train": images}}
    (copy / "params/tiny.yaml").write_text(yaml_text(merged(TINY, {"data": data})))


def store_at(port: int) -> Any:
    import boto3

    return boto3.client(
        "s3", endpoint_url=f"http://127.0.0.1:{port}", region_name=KEYS["AWS_DEFAULT_REGION"],
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"], aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
    )  # fmt: skip


def objects(line: Line) -> set[str]:
    """What the bucket holds."""
    pages = store_at(line.port).get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    return {item["Key"] for page in pages for item in page.get("Contents", [])}


def test_results_travel_by_a_server(server: Line, tmp_path: Path):
    copy = copy_repository(tmp_path / "copy")
    write_params(copy, 12)
    done(run_in(copy, "matebit", "dvc", "params/tiny.yaml"))
    done(dvc(copy, "repro", f"{FILE}:data"))
    config = copy / ".dvc/config"  # written as `dvc remote add --default` does, which takes seconds
    remote = f"url = s3://{BUCKET}/tiny\n    endpointurl = http://127.0.0.1:{server.port}\n"
    text = config.read_text().replace("[core]", "[core]\n    remote = store")
    config.write_text(f"{text}['remote \"store\"']\n    {remote}")
    git(copy, "add", "--all")
    git(copy, "commit", "-m", "Data of tiny")

    # Cut in the middle: said, nothing is lost, the same command goes on.
    server.room = 20_000
    cut = dvc(copy, "push", FILE)
    assert cut.returncode != 0
    assert "ERROR: failed to push data to the cloud" in cut.stdout + cut.stderr
    assert "Traceback" not in cut.stdout + cut.stderr
    server.room = None
    done(dvc(copy, "push", FILE))
    first = objects(server)

    fresh = clone(copy, tmp_path / "fresh")
    server.room = 20_000
    cut = dvc(fresh, "pull", f"{FILE}:data")
    assert cut.returncode != 0
    assert "Traceback" not in cut.stdout + cut.stderr
    server.room = None
    done(dvc(fresh, "pull", f"{FILE}:data"))
    assert contents(fresh / "results/tiny/data") == contents(copy / "results/tiny/data")

    # Other data: gc takes from the server what this commit does not name.
    write_params(copy, 8)
    done(dvc(copy, "repro", f"{FILE}:data"))
    git(copy, "add", "--all")
    git(copy, "commit", "-m", "Fewer images")
    done(dvc(copy, "push", FILE))
    both = objects(server)
    assert both > first
    done(dvc(copy, "gc", "--workspace", "--cloud", "--force"))
    left = objects(server)
    assert left < both
    assert first - left
    done(dvc(copy, "status", "--cloud", f"{FILE}:data"))
