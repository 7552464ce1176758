# What every rule needs: the resolved parameters, the paths, and the keys each stage reads.
from matebit.pipeline import snakemake as view

EXPERIMENT = view.Experiment.of(config, workflow.configfiles)


wildcard_constraints:
    method="[A-Za-z0-9][A-Za-z0-9_-]*",
    seed=r"\d+",
