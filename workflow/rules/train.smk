# Training. The resumable state lies in runs/, which is no rule's output: Snakemake would delete it.


rule train:
    input:
        rules.data.output,
        rules.conditions.output,
        rules.pairs.output,
    output:
        f"{EXPERIMENT.results}/train/{{method}}/seed{{seed}}/model.safetensors",
    log:
        f"{EXPERIMENT.logs}/train-{{method}}-seed{{seed}}.log",
    benchmark:
        f"{EXPERIMENT.benchmarks}/train-{{method}}-seed{{seed}}.tsv"
    # The longest jobs first: what else is ready fills the core that the first one leaves.
    priority: 10
    conda:
        "../../environment.yml"
    threads: EXPERIMENT.params.threads
    resources:
        gpu=1,
    params:
        file=EXPERIMENT.params_file,
        reads=lambda wildcards: EXPERIMENT.reads("train", wildcards),
    shell:
        "matebit train {params.file} {wildcards.method} --seed {wildcards.seed}"
