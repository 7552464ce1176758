# From a params file to images, conditions and exemplar pairs.


rule data:
    output:
        f"{EXPERIMENT.results}/data/index.csv",
    log:
        f"{EXPERIMENT.logs}/data.log",
    benchmark:
        f"{EXPERIMENT.benchmarks}/data.tsv"
    conda:
        "../../environment.yml"
    params:
        file=EXPERIMENT.params_file,
        reads=EXPERIMENT.reads("data"),
    shell:
        "matebit data {params.file}"


rule conditions:
    input:
        rules.data.output,
    output:
        f"{EXPERIMENT.results}/conditions/index.csv",
    log:
        f"{EXPERIMENT.logs}/conditions.log",
    benchmark:
        f"{EXPERIMENT.benchmarks}/conditions.tsv"
    conda:
        "../../environment.yml"
    params:
        file=EXPERIMENT.params_file,
        reads=EXPERIMENT.reads("conditions"),
    shell:
        "matebit conditions {params.file}"


rule pairs:
    input:
        rules.data.output,
        rules.conditions.output,
    output:
        f"{EXPERIMENT.results}/pairs/pairs.csv",
    log:
        f"{EXPERIMENT.logs}/pairs.log",
    benchmark:
        f"{EXPERIMENT.benchmarks}/pairs.tsv"
    conda:
        "../../environment.yml"
    params:
        file=EXPERIMENT.params_file,
        reads=EXPERIMENT.reads("pairs"),
    shell:
        "matebit pairs {params.file}"
