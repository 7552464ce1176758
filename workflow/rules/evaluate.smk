# Translation and metrics of every method and seed, and of the controls.


rule translate:
    input:
        rules.data.output,
        rules.conditions.output,
        rules.pairs.output,
        lambda wildcards: EXPERIMENT.images_from(rules.train.output[0], wildcards),
    output:
        f"{EXPERIMENT.results}/translate/{{method}}/seed{{seed}}/index.csv",
    log:
        f"{EXPERIMENT.logs}/translate-{{method}}-seed{{seed}}.log",
    benchmark:
        f"{EXPERIMENT.benchmarks}/translate-{{method}}-seed{{seed}}.tsv"
    conda:
        "../../environment.yml"
    threads: EXPERIMENT.params.threads
    resources:
        gpu=1,
    params:
        file=EXPERIMENT.params_file,
        reads=lambda wildcards: EXPERIMENT.reads("translate", wildcards),
    shell:
        "matebit translate {params.file} {wildcards.method} --seed {wildcards.seed}"


rule translate_controls:
    input:
        rules.data.output,
        rules.conditions.output,
        rules.pairs.output,
    output:
        f"{EXPERIMENT.results}/translate/controls/seed0/index.csv",
    log:
        f"{EXPERIMENT.logs}/translate-controls-seed0.log",
    benchmark:
        f"{EXPERIMENT.benchmarks}/translate-controls-seed0.tsv"
    conda:
        "../../environment.yml"
    params:
        file=EXPERIMENT.params_file,
        reads=EXPERIMENT.reads("translate"),
    shell:
        "matebit translate {params.file} controls --seed 0"


# The controls have no checkpoint: their own rule makes their images.
ruleorder: translate_controls > translate


# The networks that read translated images; without one asked for, a file that says so.
rule segmenter:
    input:
        rules.data.output,
        rules.conditions.output,
    output:
        f"{EXPERIMENT.results}/segmenter/summary.json",
    log:
        f"{EXPERIMENT.logs}/segmenter.log",
    benchmark:
        f"{EXPERIMENT.benchmarks}/segmenter.tsv"
    conda:
        "../../environment.yml"
    threads: EXPERIMENT.params.threads
    params:
        file=EXPERIMENT.params_file,
        reads=EXPERIMENT.reads("segmenter"),
    shell:
        "matebit segmenter {params.file}"


rule metrics:
    input:
        rules.data.output,
        rules.conditions.output,
        rules.pairs.output,
        rules.segmenter.output,
        f"{EXPERIMENT.results}/translate/{{method}}/seed{{seed}}/index.csv",
    output:
        f"{EXPERIMENT.results}/metrics/{{method}}/seed{{seed}}/values.csv",
    log:
        f"{EXPERIMENT.logs}/metrics-{{method}}-seed{{seed}}.log",
    benchmark:
        f"{EXPERIMENT.benchmarks}/metrics-{{method}}-seed{{seed}}.tsv"
    conda:
        "../../environment.yml"
    threads: EXPERIMENT.params.threads
    resources:
        gpu=1,
    params:
        file=EXPERIMENT.params_file,
        reads=lambda wildcards: EXPERIMENT.reads("metrics", wildcards),
    shell:
        "matebit metrics {params.file} {wildcards.method} --seed {wildcards.seed}"
