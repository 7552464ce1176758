"""Snakemake's view of an experiment: paths for the rules, the keys that a job depends on."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from matebit.config.read import read_mapping
from matebit.config.schema import ResolvedParams
from matebit.config.yaml_text import parse_yaml
from matebit.data.datasets import absent_data
from matebit.engines.given import check_given
from matebit.engines.handed import begin, hand_on
from matebit.engines.resolve import resolve
from matebit.engines.why import trainings_lost
from matebit.errors import MatebitError
from matebit.pipeline.layout import Layout
from matebit.pipeline.ownership import check_owner
from matebit.pipeline.runs import given_images, jobs, scored
from matebit.pipeline.stages import STAGES
from matebit.report.more_results import other_layouts, other_manifests
from matebit.translate.given_files import given_files
from matebit.weights.needed import absent_weights


def _typed(value: Any, read: Any, in_file: Any) -> Any:
    """The configuration with the values of `--config` as YAML has them.

    Inside a mapping, Snakemake hands `{images: 40}` on as the text "40". What the params file says
    (`in_file`, at the same place) is as it should be; `read` is how Snakemake, whose YAML is 1.1, reads it.
    """
    if value == read:
        return in_file
    if isinstance(value, dict):
        before = read if isinstance(read, dict) else {}
        known = in_file if isinstance(in_file, dict) else {}
        return {key: _typed(inner, before.get(key), known.get(key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_typed(inner, None, None) for inner in value]
    if not isinstance(value, str):
        return value
    try:
        parsed = parse_yaml(value, "--config")
    except MatebitError:
        return value
    return value if isinstance(parsed, dict | list) else parsed


def params_file_of(words: list[str]) -> str:
    """The params file of a call that names none: the ablation's for its target, else the demo's."""
    return "params/ablation.yaml" if "ablation" in words else "params/demo.yaml"


@dataclass(frozen=True)
class Experiment:
    """The experiment that Snakemake was called for."""

    params: ResolvedParams
    layout: Layout

    @classmethod
    def of(cls, config: dict[str, Any], files: list[Path | str]) -> Experiment:
        """From Snakemake's merged configuration and its list of files.

        One params file; or none where a module is given its configuration as a mapping, which has a name.
        """
        # A Snakefile may name the file that --configfile names too.
        different = {Path(file).resolve() for file in files}
        if len(different) > 1 or not (files or config):
            raise MatebitError(f"give one params file with --configfile, not {len(different)}")
        if not files:
            return cls._of(resolve(_typed(config, {}, {}), "the configuration of the module"))
        path = Path(files[0])
        path = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        in_file = read_mapping(path)
        read = {"name": path.stem, **yaml.safe_load(path.read_text(encoding="utf-8"))}
        changed = _typed({"name": path.stem, **config}, read, in_file)
        return cls._of(resolve(changed, str(path)))

    @classmethod
    def _of(cls, params: ResolvedParams) -> Experiment:
        layout = Layout(params.name)
        other_layouts(params.report, layout)
        check_owner(layout, "snakemake")
        check_given(params)
        return cls(params, layout)

    def absences(self) -> list[str]:
        """One sentence for each kind of thing that has to be fetched before the first stage can run."""
        found = (absent_data(self.params.data), absent_weights(self.params))
        return [sentence for sentence in found if sentence]

    def trainings_lost(self) -> list[str]:
        """One sentence for each finished training that would run again, with the cause."""
        return trainings_lost(self.params, self.layout)

    def begin(self) -> None:
        """Mark the experiment as Snakemake's, and write the parameters that its jobs read.

        Raises `MatebitError` where weight files are absent: nothing has run yet.
        """
        begin(self.params, self.layout)

    def hand_on(self, anew: bool) -> None:
        """Give the jobs of this process, and of those that it starts elsewhere, what `begin` would write.

        `anew`: whether this is the process that the user started; another one's jobs keep what they were
        given.
        """
        hand_on(self.params, anew)

    @property
    def params_file(self) -> str:
        """`results/NAME/params.yaml`."""
        return self.layout.params.as_posix()

    @property
    def results(self) -> str:
        """`results/NAME`."""
        return self.layout.results.as_posix()

    @property
    def reports(self) -> str:
        """`reports/NAME`."""
        return self.layout.reports.as_posix()

    @property
    def logs(self) -> str:
        """`logs/NAME`."""
        return self.layout.logs.as_posix()

    @property
    def benchmarks(self) -> str:
        """`benchmarks/NAME`."""
        return self.layout.benchmarks.as_posix()

    def reads(self, stage: str, wildcards: Any = None) -> str:
        """The values that a job of `stage` depends on; Snakemake runs it again when they change."""
        sections = self.params.model_dump(mode="json")
        values = STAGES[stage].values(sections, getattr(wildcards, "method", None))
        # `{word}` within a text would be a wildcard to Snakemake; JSON's own braces stand before no word.
        return re.sub(r'\{(?=[^"}])', r"\\u007b", json.dumps(values, sort_keys=True))

    @property
    def others(self) -> list[str]:
        """The manifests of the experiments whose results the report shows too."""
        return other_manifests(self.params.report, self.layout)

    def of_each_run(self, pattern: str) -> list[str]:
        """`pattern` with {method} and {seed} filled for every trained run and for the controls."""
        return [pattern.format(method=method, seed=seed) for method, seed in scored(self.params)]

    def of_each_training(self, pattern: str) -> list[str]:
        """`pattern` with {method} and {seed} filled for every trained run."""
        return [pattern.format(method=method, seed=seed) for method, seed in jobs(self.params)]

    def images_from(self, checkpoint: str, wildcards: Any) -> list[str]:
        """What a method's images are made from: its checkpoint, or the files of its given folder."""
        given = given_images(self.params).get(wildcards.method)
        if given is None:
            return [checkpoint.format(method=wildcards.method, seed=wildcards.seed)]
        return [path.as_posix() for path in given_files(Path(given.path))]
