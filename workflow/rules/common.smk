# What every rule needs: the resolved parameters, the paths, and the keys each stage reads.
import sys

from matebit.engines import snakemake as view

EXPERIMENT = view.Experiment.of(config, workflow.configfiles)

# A dry run shows the jobs although something is absent; a run ends with the same sentence in `onstart`.
for sentence in EXPERIMENT.absences():
    print(sentence, file=sys.stderr)

# Snakemake's own reason is "Params have changed since last execution".
if workflow.is_main_process:
    for sentence in EXPERIMENT.trainings_lost():
        print(sentence, file=sys.stderr)


wildcard_constraints:
    method="[A-Za-z0-9][A-Za-z0-9_-]*",
    seed=r"\d+",


# Not a rule: jobs that depend on one which is about to run are not asked whether their own keys have
# changed. Each job depends on the values of the keys that it reads (`reads`) instead of on this file.
onstart:
    EXPERIMENT.begin()


# Snakemake runs the `onstart` of the main Snakefile alone: where this is a module of another one, the job that
# comes first begins the experiment.
EXPERIMENT.hand_on(anew=workflow.is_main_process)
