"""DVC's view of the pipeline: the text of `dvc.yaml` for a params file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from matebit.config.controls import CONTROLS_RUN, GIVEN_SEED
from matebit.config.schema import Params
from matebit.config.yaml_text import yaml_text
from matebit.pipeline.layout import Layout
from matebit.pipeline.stages import STAGES

_HEADER = """\
# Written by `matebit dvc {params}`; change the params file and run that command again.
# The engine's own words are few: every stage is a `matebit` command that Snakemake calls too.
"""

# Figures that every experiment has, as pictures in `dvc plots`.
_PICTURES = ("comparison", "results", "metrics", "curves")

# A stage goes on where it was stopped, so DVC must not empty its folder before it runs.
_PERSIST = {"persist": True}


def _params_of(file: str, keys: Iterable[str]) -> list[dict[str, list[str]]]:
    return [{file: list(keys)}]


def job_command(stage: str, params: str, method: str | None = None, seed: int | str | None = None) -> str:
    """The command of a job, as it stands in DVC's file and in its lock."""
    return f"matebit {stage} {params}" + ("" if method is None else f" {method} --seed {seed}")


def _views(report: str, runs: list[tuple[str, int]]) -> dict[str, Any]:
    """What `dvc metrics` and `dvc plots` show of the report in the folder `report`.

    Their paths are relative to the dvc.yaml, those of stages to its `wdir`.
    """
    logs = [f"{report}/tables/training/{method}-seed{seed}.csv" for method, seed in runs]
    pictures = [{f"{report}/figures/{name}.png": None} for name in _PICTURES]
    training = {"x": "images", "y": dict.fromkeys(logs, "D_real"), "title": "Discriminator, real images"}
    return {
        "metrics": [f"{report}/tables/metrics.json"],
        "plots": [*([{"training": training}] if runs else []), *pictures],
    }


def pipeline(params: Params, params_file: str, wdir: str | None) -> dict[str, Any]:
    """The content of `dvc.yaml`: one stage each, train, translate and metrics as matrices.

    `wdir` is the way from the folder of the dvc.yaml to the project's root, None if it is there.
    """
    layout = Layout(params.name)
    resolved = layout.params.as_posix()
    trained = [method.name for method in params.methods if method.kind == "network"]
    given = {method.name: str(method.path) for method in params.methods if method.kind == "images"}
    everywhere = {"wdir": wdir} if wdir else {}

    def stage(
        name: str, deps: list[str], out: str, method: str | None = None, seed: int | str | None = None
    ) -> dict[str, Any]:
        keys = STAGES[name].keys("${item.method}" if STAGES[name].reads_method else None)
        body: dict[str, Any] = {"desc": STAGES[name].does, **everywhere}
        body["cmd"] = job_command(name, resolved, method, seed)
        body |= {"deps": deps, "params": _params_of(resolved, keys), "outs": [{out: dict(_PERSIST)}]}
        return body

    data, conditions, pairs, segmenter = (
        folder.as_posix() for folder in (layout.data, layout.conditions, layout.pairs, layout.segmenter)
    )
    leaf = "${item.method}/seed${item.seed}"
    matrix = {"method": trained, "seed": list(params.seeds)}
    runs = [(method, seed) for method in trained for seed in params.seeds]
    controls, controls_seed = CONTROLS_RUN
    results = layout.results.as_posix()
    inputs = [data, conditions, pairs]

    def one_run(name: str, deps: list[str]) -> dict[str, Any]:
        return {"matrix": matrix} | stage(
            name, deps, f"{results}/{name}/{leaf}", "${item.method}", "${item.seed}"
        )

    def untrained_run(name: str, deps: list[str], method: str, seed: int) -> dict[str, Any]:
        body = stage(name, deps, f"{results}/{name}/{method}/seed{seed}", method, seed)
        keys = STAGES[name].keys(None if method == controls else method)
        return body | {"params": _params_of(resolved, keys)}

    def scored_untrained(name: str, seed: int, deps: list[str]) -> dict[str, Any]:
        """The stages `translate-NAME` and `metrics-NAME` of what is not trained here."""
        images = f"{results}/translate/{name}/seed{seed}"
        return {
            f"translate-{name}": untrained_run("translate", [*inputs, *deps], name, seed),
            f"metrics-{name}": untrained_run("metrics", [*inputs, segmenter, images], name, seed),
        }

    scored = [*runs, *((name, GIVEN_SEED) for name in given), CONTROLS_RUN]
    folders = [
        f"{results}/{kind}/{method}/seed{seed}"
        for kind in ("translate", "metrics")
        for method, seed in scored
    ]
    curves = [f"{results}/train/{method}/seed{seed}" for method, seed in runs]
    others = [f"{Layout(name).reports.as_posix()}/manifest.csv" for name in params.report.more_results]
    stages: dict[str, Any] = {
        "resolve": {
            "desc": "Check the params file and fill its defaults.",
            **everywhere,
            "cmd": f"matebit resolve {params_file} --engine dvc",
            "deps": [params_file],
            # It asks the installed program for the digests of its source, which no path of the project holds.
            "always_changed": True,
            "outs": [{resolved: {"cache": False, "persist": True}}],
        },
        "data": stage("data", [], data),
        "conditions": stage("conditions", [data], conditions),
        "pairs": stage("pairs", [data, conditions], pairs),
        "segmenter": stage("segmenter", [data, conditions], segmenter),
    }
    if trained:
        stages |= {
            "train": one_run("train", inputs),
            "translate": one_run("translate", [*inputs, f"{results}/train/{leaf}"]),
            "metrics": one_run("metrics", [*inputs, segmenter, f"{results}/translate/{leaf}"]),
        }
    for name, path in given.items():
        stages |= scored_untrained(name, GIVEN_SEED, [path])
    stages |= {
        **scored_untrained(controls, controls_seed, []),
        "report": stage("report", [*inputs, *curves, *folders, *others], layout.reports.as_posix()),
    }
    stages["data"].pop("deps")
    report = layout.reports.as_posix()
    return {"stages": stages} | _views(f"{wdir}/{report}" if wdir else report, runs)


def dvc_target(params: Params, params_file: Path) -> Path:
    """Where DVC's file of a params file stands.

    `dvc.yaml` for the demo and for the file that it was written for, `pipelines/NAME/dvc.yaml` for others.
    """
    root = Path("dvc.yaml")
    own = f"# Written by `matebit dvc {params_file.as_posix()}`;"
    at_root = root.exists() and root.read_text(encoding="utf-8").startswith(own)
    return root if at_root or params.name == "demo" else Path("pipelines", params.name, "dvc.yaml")


def dvc_text(params: Params, params_file: Path, target: Path) -> str:
    """The text of `target` (`dvc.yaml` at the root, or `pipelines/NAME/dvc.yaml`)."""
    depth = len(target.parent.parts)
    wdir = "/".join([".."] * depth) if depth else None
    content = pipeline(params, params_file.as_posix(), wdir)
    body = yaml_text(content, sort_keys=False, width=100)
    return _HEADER.format(params=params_file.as_posix()) + body
