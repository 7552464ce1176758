"""`matebit init`: a folder in which both engines run the packaged workflow."""

from __future__ import annotations

import logging
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from matebit.config.read import read_mapping, validated
from matebit.config.schema import Params
from matebit.engines.dvcfile import dvc_text
from matebit.errors import MatebitError
from matebit.io.files import write_text
from matebit.project.given import about, given_folder, params_file

_SNAKEFILE = """\
# MATEBIT's workflow, as the installed package carries it (`matebit --version`).
#
#   snakemake --cores all                                      params/{first}.yaml
#   snakemake --cores all --configfile params/NAME.yaml        another experiment
#   ... --config data='{{root: PATH}}' train='{{images: 400}}'     with changes
from matebit.project.given import workflow_file

# The directive would mix its values into every other params file.
if not workflow.configfiles:
    # Jobs sent to other machines read the Snakefile again, and are told of the settings' files only.
    workflow.config_settings.configfiles = ["params/{first}.yaml"]

    configfile: workflow.config_settings.configfiles[0]


module matebit:
    snakefile:
        workflow_file()
    config:
        config


use rule * from matebit
"""

_README = """\
# {title}

A project of MATEBIT: exemplar-based image translation, from data to evaluation.

```
snakemake --cores all          # or: dvc repro        params/{first}.yaml
matebit ui                     # the runs in MLflow's page
```

Then open `reports/{first}/index.html`. A NAME belongs to the engine that began it.

| params file | what |
|---|---|
{rows}

Another experiment: `matebit params list` shows those to begin from,
`matebit params show NAME > params/NAME.yaml` brings one here, `matebit params` lists every parameter. Then
`snakemake --cores all --configfile params/NAME.yaml`, or `matebit dvc params/NAME.yaml` and
`dvc repro pipelines/NAME/dvc.yaml`.

The workflow comes with the package: `Snakefile` uses it as a module, `dvc.yaml` calls the same commands.
`profiles/` holds Snakemake's settings for this machine (`default`), Slurm and Kubernetes.
"""

_IGNORED = """\
.snakemake/
/results/
/reports/
/runs/
/logs/
/benchmarks/
/mlflow.db*
/mlruns/
/mlartifacts/
/weights/
/datasets/
"""


def begin_project(folder: Path, names: Sequence[str]) -> list[Path]:
    """Write a project into `folder` with the params files `names`; returns what was written.

    Both engines run the first file when they are told of none.
    Raises `MatebitError`, and writes nothing, where one of its files is there already.
    """
    files = [params_file(name) for name in dict.fromkeys(names)]
    if not files:
        raise MatebitError("name at least one params file with --params; `matebit params list` shows them")
    texts = {Path("params", path.name): path.read_text(encoding="utf-8") for path in files}
    for path in files:
        target = Path("dvc.yaml") if path is files[0] else Path("pipelines", path.stem, "dvc.yaml")
        parsed: Params = validated(Params, read_mapping(path), path.name)
        texts[target] = dvc_text(parsed, Path("params", path.name), target)
    first = files[0].stem
    rows = "\n".join(f"| `{path.name}` | {about(path)} |" for path in files)
    texts |= {
        Path("Snakefile"): _SNAKEFILE.format(first=first),
        Path("README.md"): _README.format(title=folder.resolve().name, first=first, rows=rows),
        Path(".gitignore"): _IGNORED,
    }
    profiles = given_folder() / "profiles"
    for path in sorted(profiles.glob("*/profile.yaml")):
        texts[Path("profiles") / path.relative_to(profiles)] = path.read_text(encoding="utf-8")
    there = [path.as_posix() for path in texts if (folder / path).exists()]
    if folder.exists() and not folder.is_dir():
        raise MatebitError(f"{folder} is a file: name a folder for the project")
    if there:
        raise MatebitError(
            f"{folder} holds {', '.join(there)} already; choose an empty folder, or move them away"
        )
    for path, text in texts.items():
        write_text(folder / path, text)
    _set_up_dvc(folder)
    return [folder / path for path in texts]


def _set_up_dvc(folder: Path) -> None:
    """Make the folder DVC's, and git's where git is installed and it is not part of a repository yet."""
    from dvc.repo import Repo

    if (folder / ".dvc").exists():
        return
    root = _git_root(folder)
    if root is None and shutil.which("git"):
        subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
        root = folder.resolve()
    logging.getLogger("dvc").setLevel(
        logging.WARNING
    )  # it would tell of commits among the names of our files
    repo = Repo.init(str(folder), no_scm=root is None, subdir=root not in (None, folder.resolve()))
    with repo, repo.config.edit("repo") as settings:
        # Nothing phones home.
        settings["core"] |= {"analytics": False, "check_update": False, "autostage": False}


def _git_root(folder: Path) -> Path | None:
    """The root of the git repository that the folder is in, if any."""
    if not shutil.which("git"):
        return None
    asked = subprocess.run(
        ["git", "rev-parse", "--show-toplevel"], cwd=folder, capture_output=True, text=True, check=False
    )
    return Path(asked.stdout.strip()) if asked.returncode == 0 else None
