# What every rule needs: the resolved parameters, the paths, and the keys each stage reads.
from matebit.pipeline import snakemake as view

EXPERIMENT = view.Experiment.of(config, workflow.configfiles)


wildcard_constraints:
    method="[A-Za-z0-9][A-Za-z0-9_-]*",
    seed=r"\d+",


# Not a rule: jobs that depend on one which is about to run are not asked whether their own keys have
# changed. Each job depends on the values of the keys that it reads (`reads`) instead of on this file.
onstart:
    EXPERIMENT.begin()
