# Tables, figures and the page.


rule report:
    input:
        rules.data.output,
        rules.conditions.output,
        rules.pairs.output,
        EXPERIMENT.of_each_training(rules.train.output[0]),
        EXPERIMENT.of_each_run(rules.translate.output[0]),
        EXPERIMENT.of_each_run(rules.metrics.output[0]),
        EXPERIMENT.others,
    output:
        report(
            f"{EXPERIMENT.reports}/index.html",
            caption="../report/page.rst",
            category="Report",
            labels={"experiment": EXPERIMENT.params.name, "what": "page"},
        ),
    log:
        f"{EXPERIMENT.logs}/report.log",
    benchmark:
        f"{EXPERIMENT.benchmarks}/report.tsv"
    conda:
        "../../environment.yml"
    threads: EXPERIMENT.params.threads
    params:
        file=EXPERIMENT.params_file,
        reads=EXPERIMENT.reads("report"),
    shell:
        "matebit report {params.file}"
