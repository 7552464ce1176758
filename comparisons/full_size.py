"""The whole pipeline on so many pictures, through Snakemake: what every stage takes, as lines of JSON.

    python comparisons/full_size.py FOLDER --images 30000

draws stand-ins for photographs into FOLDER/pictures (JPEG, 256 px; those that are there stay), runs
FOLDER/params/full.yaml and the command once more, which has nothing to do. A tenth of the pictures is held
out. Seconds are of the clock and of the processor; memory is the largest sum over a stage's processes, and
that of its first process alone. `measured.jsonl` in FOLDER has a line a stage; one that is killed goes on,
and has two. `--duplicates keep` leaves the search for near-duplicates out (data.near_duplicates).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import psutil

SIDE = 256
REPOSITORY = Path(__file__).resolve().parents[1]

PARAMS = """\
name: full
seed: 1
threads: {threads}
data:
  source: folder
  root: pictures
  load_size: 64
  crop_size: 64
  workers: {threads}
  near_duplicates: {duplicates}
  folder: {{images: ["**/*"], test_items: '.*0'}}
conditions: {{kind: xdog}}
pairs: {{method: features}}
features: {{net: efficientnet_lite0, weights: imagenet}}
model: {{ngf: 8, ndf: 8, blocks: 3, token_stride: 4}}
train: {{images: 192, batch: 8, log_every: 16, sample_every: 96, checkpoint_every: 64}}
methods: [matebit]
seeds: [1]
tracking: {{enabled: false}}
"""


def stand_in(number: int) -> np.ndarray:
    """Soft light, a few shapes and grain, uint8 (SIDE,SIDE,3): no two numbers alike."""
    rng = np.random.default_rng(number)
    coarse = rng.integers(0, 256, (5, 5, 3), dtype=np.uint8)
    picture = cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    for _ in range(6):
        centre, axes = rng.integers(0, SIDE, 2).tolist(), rng.integers(10, 80, 2).tolist()
        colour = rng.integers(0, 256, 3).tolist()
        cv2.ellipse(picture, centre, axes, float(rng.integers(180)), 0, 360, colour, -1, cv2.LINE_AA)
    grain = rng.integers(-8, 9, (SIDE, SIDE, 1), dtype=np.int16)
    return np.clip(picture.astype(np.int16) + grain, 0, 255).astype(np.uint8)


def draw(folder: Path, images: int) -> None:
    """The first `images` stand-ins, a thousand a folder."""
    for number in range(images):
        target = folder / f"{number // 1000:03d}" / f"{number:06d}.jpg"
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            written = target.with_suffix(".part.jpg")
            cv2.imwrite(str(written), stand_in(number), [cv2.IMWRITE_JPEG_QUALITY, 90])
            written.replace(target)


class Memory(threading.Thread):
    """The largest memory of a process and of all below it, looked at twice a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process, self._over = psutil.Process(pid), threading.Event()
        self.together = self.first = 0

    def run(self) -> None:
        """Look until `stop`."""
        while not self._over.wait(0.5):
            try:
                first = self._process.memory_info().rss
                rest = [child.memory_info().rss for child in self._process.children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
            self.first, self.together = max(self.first, first), max(self.together, first + sum(rest))

    def stop(self) -> None:
        """End the thread; `together` and `first` then hold bytes."""
        self._over.set()
        self.join()


def measured(words: list[str], target: Path) -> int:
    """Run a command; append what it took to `target`."""
    began = time.monotonic()
    process = subprocess.Popen(words)
    memory = Memory(process.pid)
    memory.start()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    memory.stop()
    line = {
        "command": " ".join(word for word in words[3:] if word[:1] != "-" and "/" not in word),
        "wall_s": round(time.monotonic() - began, 1),
        "cpu_s": round(used.ru_utime + used.ru_stime, 1),
        "together_mb": round(memory.together / 1e6),
        "first_mb": round(max(memory.first, used.ru_maxrss * 1024 if not memory.first else 0) / 1e6),
        "status": process.returncode,
    }
    with target.open("a") as stream:
        stream.write(json.dumps(line) + "\n")
    return process.returncode


def on_disk(folder: Path) -> dict[str, int]:
    """Files below a folder, their bytes, and what they take on the disk."""
    stats = [path.stat() for path in folder.rglob("*") if path.is_file()]
    return {
        "files": len(stats),
        "bytes": sum(stat.st_size for stat in stats),
        "disk": sum(stat.st_blocks * 512 for stat in stats),
    }


def run(folder: Path, images: int, threads: int, duplicates: str) -> None:
    """Draw, run, run again; print a line for each."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "measured.jsonl"
    began = time.process_time()
    draw(folder / "pictures", images)
    print(json.dumps({"command": "draw", "cpu_s": round(time.process_time() - began, 1)}), flush=True)
    (folder / "params").mkdir(exist_ok=True)
    (folder / "params" / "full.yaml").write_text(PARAMS.format(threads=threads, duplicates=duplicates))
    # The rules call `matebit` by name: this one measures.
    commands = folder / "commands"
    commands.mkdir(exist_ok=True)
    (commands / "matebit").write_text(
        f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).resolve()}" --measured "{log.resolve()}" '
        f'"{sys.executable}" -m matebit "$@"\n'
    )
    (commands / "matebit").chmod(0o755)
    path = os.pathsep.join([str(commands.resolve()), str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "OMP_NUM_THREADS": str(threads)}
    snakefile = str(REPOSITORY / "Snakefile")
    snakemake = [
        sys.executable, "-m", "snakemake", "--cores", str(threads), "--snakefile", snakefile,
        "--configfile", "params/full.yaml",
    ]  # fmt: skip
    for name in ("whole", "no-op"):
        before = len(log.read_text().splitlines()) if log.exists() else 0
        began = time.monotonic()
        process = subprocess.Popen(snakemake, cwd=folder, env=environment, stdout=sys.stderr)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        lines = log.read_text().splitlines()[before:] if log.exists() else []
        print("\n".join(lines), flush=True)
        line = {
            "command": name,
            "wall_s": round(time.monotonic() - began, 1),
            "cpu_s": round(used.ru_utime + used.ru_stime, 1),
            "status": process.returncode,
        }
        print(json.dumps(line), flush=True)
        if process.returncode:
            raise SystemExit(process.returncode)
    places = [
        *sorted((folder / "results" / "full").iterdir()),
        folder / "reports" / "full",
        folder / "runs" / "full",
    ]
    for place in (place for place in places if place.is_dir()):
        shown = place.relative_to(folder).as_posix()
        print(json.dumps({"folder": shown, **on_disk(place)}), flush=True)
    page = folder / "reports" / "full" / "index.html"
    print(json.dumps({"page_mb": round(page.stat().st_size / 1e6, 1)}), flush=True)


def main() -> None:
    """See the top of this file."""
    if sys.argv[1:2] == ["--measured"]:
        raise SystemExit(measured(sys.argv[3:], Path(sys.argv[2])))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--images", type=int, default=30_000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--duplicates", default="group", choices=("group", "drop", "keep"))
    given = parser.parse_args()
    run(given.folder.resolve(), given.images, given.threads, given.duplicates)


if __name__ == "__main__":
    main()
