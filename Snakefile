# MATEBIT, from data to evaluation.
#
#   snakemake --cores all                                        the demo
#   snakemake --cores all --configfile params/NAME.yaml          another experiment
#   ... --config data='{root: PATH}' train='{images: 400}'       with changes
from snakemake.utils import min_version

min_version("9.0")

# The directive would mix the demo's values into every other params file.
if not workflow.configfiles:

    configfile: "params/demo.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/report.smk"


rule all:
    default_target: True
    input:
        f"{EXPERIMENT.reports}/index.html",
    localrule: True
