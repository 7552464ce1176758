# make demo        set up .venv and run the pipeline on the bundled portraits
# make test        set up .venv and run the tests
# make ... PYTHON=python3.12   set up with that Python; without it the newest that fits, 3.11 to 3.14
PYTHON ?= $(shell for name in python3.14 python3.13 python3.12 python3.11 python3; do \
    $$name -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null \
    && { echo $$name; break; }; done)
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
# Commands of the environment come first: the engines call `matebit` by name.
RUN := PATH="$(CURDIR)/$(BIN):$$PATH"

.PHONY: demo smoke smoke-dvc test test-all test-faults fuzz lint docs floors lock clean help

help:
	@sed -n 's/^# make/make/p' Makefile

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	@test -x $(BIN)/python || test -n "$(PYTHON)" || \
	    { echo "make: no Python from 3.11 to 3.14 (with venv) is found; name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

demo: setup
	$(RUN) snakemake --cores all
	@echo "Open reports/demo/index.html; 'make ui' shows the runs."

# make smoke       the same chain in two minutes, through Snakemake
smoke: setup
	$(RUN) snakemake --cores all --configfile params/smoke.yaml

# make smoke-dvc   and through DVC
smoke-dvc: setup
	$(RUN) dvc repro pipelines/smoke/dvc.yaml

# make ui          the runs in MLflow's page
ui: setup
	$(RUN) matebit ui

test: setup
	$(RUN) pytest -n 2 -m "not slow" $(TESTS)

# make test-all    the slow tests too
test-all: setup
	$(RUN) pytest

# make test-faults kills stages and engines, fills the disk, at 200 random moments; prints the seed (MATEBIT_TEST_SEED repeats it)
test-faults: setup
	$(RUN) pytest -m faults -s

# make fuzz        10,000 broken and odd inputs; prints the seed and counts (MATEBIT_TEST_SEED repeats it)
fuzz: setup
	$(RUN) MATEBIT_FUZZ=10000 pytest -s tests/fuzz

# make lint        ruff, snakefmt, snakemake --lint, mypy, links and anchors of the docs, the floors of imports
lint: setup
	$(RUN) ruff check src tests comparisons docs
	$(RUN) ruff format --check src tests comparisons docs
	$(RUN) snakefmt --check Snakefile workflow
	$(RUN) snakemake --lint
	$(RUN) mypy
	$(RUN) lint-imports
	$(RUN) NO_MKDOCS_2_WARNING=1 mkdocs build --quiet

# make docs        the documentation as a site, into site/; warnings are errors
docs: setup
	$(RUN) NO_MKDOCS_2_WARNING=1 mkdocs build

# make floors      docs/images/floors.svg, the rooms of the package as their imports order them
floors: setup
	$(RUN) python docs/floors.py

# make lock        choose new versions: writes requirements.lock (hashes, no index host)
lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-annotate --no-header --group dev pyproject.toml -o requirements.lock

# make clean       remove the demo's results (runs of other experiments stay)
clean:
	rm -rf results/demo reports/demo runs/demo logs/demo benchmarks/demo
