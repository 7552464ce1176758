# From a params file to images, conditions and exemplar pairs.


rule resolve:
    output:
        f"{EXPERIMENT.results}/params.yaml",
    log:
        f"{EXPERIMENT.logs}/resolve.log",
    localrule: True
    conda:
        "../../environment.yml"
    params:
        file=EXPERIMENT.file,
        changes=EXPERIMENT.set_options,
        resolved=EXPERIMENT.resolved(),
    shell:
        "matebit resolve {params.file} {params.changes} --engine snakemake 2>&1 | tee {log}"


rule data:
    input:
        params=ancient(rules.resolve.output),
    output:
        f"{EXPERIMENT.results}/data/index.csv",
    log:
        f"{EXPERIMENT.logs}/data.log",
    benchmark:
        f"{EXPERIMENT.benchmarks}/data.tsv"
    conda:
        "../../environment.yml"
    params:
        reads=EXPERIMENT.reads("data"),
    shell:
        "matebit data {input.params}"


rule conditions:
    input:
        rules.data.output,
        params=ancient(rules.resolve.output),
    output:
        f"{EXPERIMENT.results}/conditions/index.csv",
    log:
        f"{EXPERIMENT.logs}/conditions.log",
    benchmark:
        f"{EXPERIMENT.benchmarks}/conditions.tsv"
    conda:
        "../../environment.yml"
    params:
        reads=EXPERIMENT.reads("conditions"),
    shell:
        "matebit conditions {input.params}"


rule pairs:
    input:
        rules.data.output,
        rules.conditions.output,
        params=ancient(rules.resolve.output),
    output:
        f"{EXPERIMENT.results}/pairs/pairs.csv",
    log:
        f"{EXPERIMENT.logs}/pairs.log",
    benchmark:
        f"{EXPERIMENT.benchmarks}/pairs.tsv"
    conda:
        "../../environment.yml"
    params:
        reads=EXPERIMENT.reads("pairs"),
    shell:
        "matebit pairs {input.params}"
