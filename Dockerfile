# MATEBIT with the pins of requirements.lock: for Kubernetes, and for Apptainer on clusters.
#   docker build -t matebit .
#   docker run --rm -v "$PWD:/work" -w /work matebit snakemake --cores all
# On GPUs: docker run --gpus all --shm-size 8g ... (the loader's processes hand batches over shared memory).
FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends git make \
    && rm -rf /var/lib/apt/lists/*

# Libraries first: a change of the source does not install them again.
WORKDIR /opt/matebit
COPY requirements.lock ./
RUN pip install --no-cache-dir uv==0.13.9 \
    && uv pip install --system --no-cache --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY src ./src
RUN uv pip install --system --no-cache --no-deps --no-build-isolation -e . \
    && git config --system --add safe.directory '*'

# Threads that wait should sleep; results belong to whoever mounted the folder.
ENV OMP_WAIT_POLICY=passive PYTHONUNBUFFERED=1
CMD ["matebit", "--help"]
