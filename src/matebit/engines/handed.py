"""Beginning an experiment by Snakemake: at its start, or in the job that comes first.

Snakemake has no hook that runs in a module of another workflow. So its process hands the resolved
parameters to its jobs in a variable of the environment, and a job that finds `results/NAME/params.yaml`
absent or different begins the experiment.
"""

from __future__ import annotations

import base64
import os
import zlib

from matebit.config.read import validated
from matebit.config.schema import ResolvedParams
from matebit.config.yaml_text import parse_yaml
from matebit.engines.resolve import resolved_text, write_resolved
from matebit.pipeline.layout import Layout
from matebit.pipeline.ownership import claim

# Packed, because a variable may hold 128 kB and a long ablation's parameters are more.
VARIABLE = "MATEBIT_RESOLVED_PARAMS"


def begin(params: ResolvedParams, layout: Layout) -> None:
    """Mark the experiment as Snakemake's and write its parameters.

    Raises `MatebitError` where weight files are absent or another engine began it: nothing is written then.
    """
    from matebit.weights.needed import check_weights

    check_weights(params)
    claim(layout, "snakemake")
    write_resolved(params, layout.params)


def hand_on(params: ResolvedParams, anew: bool) -> None:
    """Give the resolved parameters to the processes that this one starts.

    If not `anew`, those given already stay: a job on another machine, which reads the Snakefile again,
    inherits its workflow's.
    """
    if anew or VARIABLE not in os.environ:
        os.environ[VARIABLE] = base64.b85encode(zlib.compress(resolved_text(params).encode())).decode()


def take_over(layout: Layout) -> None:
    """Begin the experiment of `layout` if its parameters were handed to this process and are not there."""
    packed = os.environ.get(VARIABLE)
    if packed is None:
        return
    text = zlib.decompress(base64.b85decode(packed)).decode()
    if layout.params.exists() and layout.params.read_text(encoding="utf-8") == text:
        return
    params: ResolvedParams = validated(ResolvedParams, parse_yaml(text, VARIABLE), VARIABLE)
    if params.name == layout.name:
        begin(params, layout)
