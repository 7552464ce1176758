# MATEBIT, from data to evaluation.
#
#   snakemake --cores all                                        the demo
#   snakemake --cores all ablation                               the ablation, params/ablation.yaml
#   snakemake --cores all --configfile params/NAME.yaml          another experiment
#   ... --config data='{root: PATH}' train='{images: 400}'       with changes
import sys

from matebit.engines.snakemake import params_file_of

# The directive would mix the demo's values into every other params file.
if not workflow.configfiles:
    # Jobs sent to other machines read the Snakefile again, and are told of the settings' files only.
    workflow.config_settings.configfiles = [params_file_of(sys.argv)]

    configfile: workflow.config_settings.configfiles[0]


include: "workflow/Snakefile"


# The target of an included file is forgotten at its end, and the first rule below would be the default.
workflow.default_target = "all"


rule ablation:
    input:
        f"{EXPERIMENT.reports}/index.html",
    localrule: True
