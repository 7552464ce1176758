"""Whatever is given is taken, or refused in one sentence that names it; nothing is written elsewhere.

A few inputs of each kind, 10,000 by `make fuzz`; MATEBIT_TEST_SEED repeats the seed that is printed.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import odd_inputs as odd
import pytest
import torch

from matebit.app.limits import Limits, Refused
from matebit.app.order import Order
from matebit.bench.measure import PeakMemory
from matebit.config.read import read_mapping, validated
from matebit.config.schema import Params
from matebit.contracts import faces
from matebit.data.sources.lists import read_names, read_rows
from matebit.data.sources.openpose import read_openpose
from matebit.errors import MatebitError, system_refusals_said
from matebit.fetch.archive import Bounds, unpack
from matebit.io.images import decode_rgb, read_plane, read_rgb
from matebit.io.tables import read_table
from matebit.model.checkpoint import load
from matebit.model.released import import_checkpoint
from matebit.translate.framing import frame_of
from matebit.translate.label_maps import Maps, read_masks

TOTAL = int(os.environ.get("MATEBIT_FUZZ") or 400)
MOST_MEMORY = 2 * 2**30
PHOTO = np.zeros((24, 20, 3), np.uint8)


def images(folder: Path, dice: random.Random) -> list[str]:
    ending, data = odd.picture(dice)
    path = odd.put(folder, f"in{ending}", data)
    dice.choice((read_rgb, read_plane))(path)
    return [str(path)]


def lists(folder: Path, dice: random.Random) -> None:
    data = odd.words(dice).encode(errors="replace")
    path = odd.put(folder, "list.txt", odd.damaged(data, dice) if dice.random() < 0.3 else data)
    rows = [*read_rows(path), read_names(path, lambda line: line == "p1.png")]
    for name in (name for row in rows for name in row):
        assert folder in ((folder / name).resolve(), *(folder / name).resolve().parents)


def tables(folder: Path, dice: random.Random) -> None:
    path = odd.put(folder, "table.csv", odd.table(dice))
    read_table(path, ["id"], numbers=dice.choice(([], ["x"])))


def params(folder: Path, dice: random.Random) -> None:
    path = odd.put(folder, "mine.yaml", odd.params(dice))
    validated(Params, read_mapping(path), str(path))


def archives(folder: Path, dice: random.Random) -> None:
    path = odd.put(folder, "set.archive", odd.archive(dice))
    unpack(path, folder / "out", bounds=Bounds(size=2**20, files=100))


def checkpoints(folder: Path, dice: random.Random) -> None:
    ending, data = odd.checkpoint(dice)
    path = odd.put(folder, f"c{ending}", data)
    if dice.random() < (0.5 if ending == ".safetensors" else 0.1):
        load(path)
    else:
        import_checkpoint(path, folder / "out.safetensors")


def masks(folder: Path, dice: random.Random) -> None:
    for name in dice.choice((["photo.png"], ["photo_hair.png", "photo_skin.png"])):
        given = odd.put(folder, name, odd.plane(dice))
    frame, maps = frame_of(PHOTO, 16, "pad"), Maps(faces.LABEL_SET)
    read_masks(dice.choice((given, folder)), "photo", PHOTO, frame, maps)


def poses(folder: Path, dice: random.Random) -> None:
    candidate, subset = odd.poses(dice)
    candidate_file = odd.put(folder, "p_candidate.txt", candidate)
    read_openpose(candidate_file, odd.put(folder, "p_subset.txt", subset), (20, 24))


def uploads(folder: Path, dice: random.Random) -> None:
    words, body = odd.upload(dice)
    for data in Order.of(words).parts(body, Limits()):
        if data is not None:
            decode_rgb(data, "the picture", Limits().pixels)


KINDS: dict[str, Callable[[Path, random.Random], object]] = {
    "images": images, "lists": lists, "tables": tables, "params": params, "archives": archives,
    "checkpoints": checkpoints, "masks": masks, "poses": poses, "uploads": uploads,
}  # fmt: skip


def outcomes(kind: str, base: Path, dice: random.Random) -> Counter[str]:
    """How many inputs of the kind were taken and refused; what else comes of one fails with its seed."""
    counts: Counter[str] = Counter()
    (base / "witness").write_text("as it was")
    for number in range(-(-TOTAL // len(KINDS))):
        folder = base / "work"
        folder.mkdir()
        seed = dice.getrandbits(64)
        try:
            with system_refusals_said():
                KINDS[kind](folder, random.Random(seed))
            counts["taken"] += 1
        except (MatebitError, Refused) as error:
            counts["refused"] += 1
            said = str(error)
            assert said, f"{kind} {number} (random.Random({seed})) is refused without a word"
            # Several mistakes of one file are a line each.
            for line in said.split("\n"):
                assert line, f"{kind} {number} (random.Random({seed})): {said!r}"
                if kind != "uploads":
                    assert str(folder) in line, f"{kind} {number} (random.Random({seed})): {said!r}"
        except Exception as error:
            error.add_note(f"{kind} {number}: random.Random({seed})")
            raise
        shutil.rmtree(folder)
        assert sorted(path.name for path in base.iterdir()) == ["witness"]
        assert (base / "witness").read_text() == "as it was"
    return counts


# What takes longer than the others for an input is left to `make fuzz`.
LONG = ("lists", "archives", "checkpoints", "uploads")


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.slow if kind in LONG else ()) for kind in KINDS]
)
@pytest.mark.timeout(3600)
@pytest.mark.filterwarnings("ignore")  # odd inputs are made with odd words
def test_it_is_taken_or_refused_in_a_sentence(kind: str, tmp_path: Path, dice: random.Random):
    with PeakMemory(torch.device("cpu")) as memory:
        counts = outcomes(kind, tmp_path, dice)
    print(f"{kind}: {counts['taken']} taken, {counts['refused']} refused, {memory.bytes / 2**20:.0f} MB more")
    if TOTAL < 1000:
        assert counts["refused"]
    else:  # makers whose inputs are all alike would test little
        assert min(counts["taken"], counts["refused"]) > 0.1 * counts.total()
    # Elsewhere than on Linux the peak is that of all that the process did before.
    if sys.platform == "linux":
        assert memory.bytes < MOST_MEMORY
