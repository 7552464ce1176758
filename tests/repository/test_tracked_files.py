"""What the repository must not hold."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from command import REPOSITORY


def texts() -> dict[str, str]:
    """The files of the repository that are text, those not yet committed too."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = {}
    for name in filter(None, listed.split("\0")):
        path = REPOSITORY / name
        if path.is_file() and b"\0" not in (data := path.read_bytes())[:1024]:
            found[name] = data.decode("utf-8", errors="replace")
    return found


def test_no_file_names_a_place_of_this_machine():
    places = {REPOSITORY, REPOSITORY.parent / "shared", Path.home()}
    # `/root` is the name of too many things; and only the beginning of a path counts.
    places = {str(place) for place in places if len(place.parts) > 2}
    named = re.compile("|".join(rf"(?<![\w.}}/])/?{re.escape(place)}/" for place in places))
    found = {name: match[0] for name, text in texts().items() if (match := named.search(text))}
    assert found == {}


def test_no_unresolved_merge():
    marks = ("<" * 7 + " ", ">" * 7 + " ")
    conflicted = [
        name for name, text in texts().items() if any(line.startswith(marks) for line in text.splitlines())
    ]
    assert conflicted == []


def test_results_of_runs_are_ignored():
    for name in (
        "results/demo/params.yaml", "reports/demo/index.html", "runs/demo/x", "mlflow.db",
        "mlruns/0/x", "logs/demo/data.log", "benchmarks/demo/data.tsv", ".snakemake/x",
    ):  # fmt: skip
        asked = subprocess.run(["git", "check-ignore", "-q", name], cwd=REPOSITORY, check=False)
        assert asked.returncode == 0, name
